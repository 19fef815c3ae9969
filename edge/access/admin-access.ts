/**
 * Who may administer: Basic with the API key, as Cloudinary's Admin API takes it, a bearer token with scopes, or whoever
 * Cloudflare Access has let in.
 */

import { Problem } from "#transformation";
import type { CloudflareAccess } from "./cloudflare-access.ts";
import { hashEquals } from "./hash.ts";
import type { Keyring } from "./keyring.ts";
import type { Scope } from "./scopes.ts";

export interface AdminAccess {
  /** @throws Problem `unauthorized`, or `forbidden` where whoever comes lacks the scope */
  check(request: Pick<Request, "headers" | "method" | "url">, cloud: string, scope: Scope, now: number): Promise<void>;
}

export interface AdminAccessConfig {
  readonly cloud: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly admin: Keyring;
  /** Absent where Access does not stand in front. */
  readonly front?: CloudflareAccess | undefined;
}

export function adminAccess({ cloud: own, apiKey, apiSecret, admin, front }: AdminAccessConfig): AdminAccess {
  async function bearerScopes(authorization: string, now: number): Promise<readonly string[] | undefined> {
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
    if (token === undefined) return undefined;
    const verified = await admin.verify(token, { audience: `${own}/admin`, requiredClaims: ["exp", "scope"], now });
    return verified && String(verified.claims["scope"]).split(" ");
  }

  return {
    async check(request, cloud, scope, now) {
      const { headers } = request;
      const [authorization, assertion] = [headers.get("authorization"), headers.get("cf-access-jwt-assertion")];
      if (cloud !== own) throw refused();
      if (authorization !== null && hashEquals(authorization, `Basic ${btoa(`${apiKey}:${apiSecret}`)}`)) return;
      const scopes =
        authorization !== null
          ? await bearerScopes(authorization, now)
          : assertion !== null && isOwnPage(request)
            ? await front?.scopesOf(assertion, now)
            : undefined;
      if (!scopes) throw refused();
      if (!scopes.includes(scope)) throw new Problem("forbidden", `This needs the scope ${scope}.`);
    },
  };
}

/**
 * Access adds its assertion to whatever a browser with its cookie sends, also where a page of somebody else's made it
 * send that. Browsers name the page's origin with everything that could change something (Fetch, section 3.1).
 */
function isOwnPage({ headers, method, url }: Pick<Request, "headers" | "method" | "url">): boolean {
  const origin = headers.get("origin");
  return method === "GET" || method === "HEAD" || origin === null || origin === new URL(url).origin;
}

const refused = (): Problem =>
  new Problem("unauthorized", "This needs the API key and secret (Basic) or an admin token (Bearer).");
