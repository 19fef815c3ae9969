/** Who may administer: Basic with the API key, as Cloudinary's Admin API takes it, or a bearer token with scopes. */

import { Problem } from "#transformation";
import { hashEquals } from "./hash.ts";
import type { Keyring } from "./keyring.ts";

/** What an admin token may be for. */
export type Scope = "analytics:read" | "assets:read" | "assets:write" | "names:read" | "names:write";

export interface AdminAccess {
  /** @throws Problem `unauthorized`, or `forbidden` where a valid token lacks the scope */
  check(authorization: string | undefined, cloud: string, scope: Scope, now: number): Promise<void>;
}

export function adminAccess(config: { cloud: string; apiKey: string; apiSecret: string; admin: Keyring }): AdminAccess {
  const basic = `Basic ${btoa(`${config.apiKey}:${config.apiSecret}`)}`;
  return {
    async check(authorization, cloud, scope, now) {
      if (cloud !== config.cloud || authorization === undefined) throw refused();
      if (hashEquals(authorization, basic)) return;
      const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
      const claims =
        token &&
        (await config.admin.verify(token, { audience: `${cloud}/admin`, requiredClaims: ["exp", "scope"], now }));
      if (!claims) throw refused();
      if (!String(claims["scope"]).split(" ").includes(scope))
        throw new Problem("forbidden", `The token lacks the scope ${scope}.`);
    },
  };
}

const refused = (): Problem =>
  new Problem("unauthorized", "This needs the API key and secret (Basic) or an admin token (Bearer).");
