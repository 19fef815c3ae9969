/** The doors that make and revoke playback keys, and revoke single tokens. */

import { Hono } from "hono";
import { Problem } from "#transformation";
import { GRANT_KEY_ID } from "./access/delivery-access.ts";
import { sealKey } from "./access/sealed-key.ts";
import { isTokenAlgorithm, newTokenKey, TOKEN_ALGORITHM_NAMES, TOKEN_ALGORITHMS } from "./access/token-algorithms.ts";
import { fieldsOf, NO_STORE, opened, required } from "./admin-door.ts";
import type { Env } from "./config.ts";
import type { EdgeServices } from "./services.ts";

/** Keys of one cloud that verify at the same time: enough for a rotation a day, and read as a whole. */
const MAX_KEYS = 100;

/** Revoked tokens that are remembered at once. Whoever has more to revoke revokes their key. */
const MAX_REVOKED_TOKENS = 5000;

/** How long a token is remembered whose end nobody told: longer than any should live. */
const REMEMBERED_SECONDS = 400 * 86_400;

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

function checkId(id: string, parameter: string): string {
  if (/^[A-Za-z0-9._:@-]{1,128}$/.test(id)) return id;
  throw new Problem("invalid-query", `${parameter} has up to 128 letters, digits and . _ : @ -`, { parameter });
}

export const keyRoutes = new Hono<{ Bindings: Env }>();

interface KeyAnswer {
  readonly kid: string;
  readonly alg: string | null;
  readonly from: "configuration" | "catalog";
  readonly created_at: string | null;
  readonly revoked_at: string | null;
}

async function keysOf({ catalog, config }: EdgeServices): Promise<readonly KeyAnswer[]> {
  const [made, revoked] = await Promise.all([
    catalog.access.keys(config.cloud),
    catalog.access.revokedKeys(config.cloud),
  ]);
  const revokedAt = (id: string): string | null => {
    const found = revoked.find((key) => key.id === id);
    return found ? timeOf(found.revokedAt) : null;
  };
  return [
    ...config.playbackKeys.map(({ kid = "", alg = null }) => ({
      ...{ kid, alg, from: "configuration" as const, created_at: null, revoked_at: revokedAt(kid) },
    })),
    ...made.map(({ id, algorithm, createdAt }) => ({
      ...{ kid: id, alg: algorithm, from: "catalog" as const },
      ...{ created_at: timeOf(createdAt), revoked_at: revokedAt(id) },
    })),
  ];
}

keyRoutes.get("/:cloud/keys", async (context) => {
  const services = await opened(context, "keys:read");
  return context.json({ keys: await keysOf(services) }, 200, NO_STORE);
});

keyRoutes.post("/:cloud/keys", async (context) => {
  const services = await opened(context, "keys:write");
  const { catalog, config, now } = services;
  const fields = await fieldsOf(context);
  const alg = fields.get("alg") ?? "EdDSA";
  if (!isTokenAlgorithm(alg))
    throw new Problem("invalid-query", `alg takes ${TOKEN_ALGORITHM_NAMES.join(", ")}.`, { parameter: "alg" });
  const id = checkId(fields.get("kid") ?? crypto.randomUUID(), "kid");
  const known = await keysOf(services);
  if (known.filter(({ revoked_at }) => revoked_at === null).length >= MAX_KEYS)
    throw new Problem("invalid-query", `A cloud has ${MAX_KEYS} keys at most; revoke one.`, { parameter: "kid" });
  const taken = new Problem("name-taken", `There is or was a key ${id}.`, { parameter: "kid" });
  if (id === GRANT_KEY_ID || known.some(({ kid }) => kid === id)) throw taken;
  const { signing, verifying } = await newTokenKey(id, alg);
  const { isShared } = TOKEN_ALGORITHMS[alg];
  const verifier = isShared ? await sealKey(verifying, config.grantSecret) : JSON.stringify(verifying);
  const key = { id, algorithm: alg, verifier, createdAt: Math.floor(now()) };
  if (!(await catalog.access.addKey(config.cloud, key))) throw taken;
  await services.records.forget();
  // Here and nowhere else: what signs is not kept, or sealed where it verifies as well.
  return context.json({ kid: id, alg, created_at: timeOf(key.createdAt), key: signing }, 201, NO_STORE);
});

keyRoutes.delete("/:cloud/keys/:kid", async (context) => {
  const services = await opened(context, "keys:write");
  const { catalog, config, now } = services;
  const id = context.req.param("kid");
  const known = (await keysOf(services)).find(({ kid }) => kid === id);
  if (!known) throw new Problem("not-found", `There is no key ${id.slice(0, 80)}.`, { parameter: "kid" });
  const at = Math.floor(now());
  await catalog.access.revokeKey(config.cloud, { id, revokedAt: at });
  await services.records.forget();
  return context.json({ ...known, revoked_at: known.revoked_at ?? timeOf(at) }, 200, NO_STORE);
});

keyRoutes.get("/:cloud/revocations", async (context) => {
  const { catalog, config, now } = await opened(context, "revocations:read");
  const tokens = await catalog.access.revokedTokens(config.cloud, Math.floor(now()));
  const answer = tokens.map(({ id, revokedAt, expiresAt }) => ({
    ...{ jti: id, revoked_at: timeOf(revokedAt), expires_at: timeOf(expiresAt) },
  }));
  return context.json({ revocations: answer }, 200, NO_STORE);
});

/** When a revoked token would have ended by itself: seconds since 1970, as its `exp`, or ISO 8601. */
function endOf(text: string | undefined, now: number): number {
  if (text === undefined) return now + REMEMBERED_SECONDS;
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Math.ceil(Date.parse(text) / 1000);
  if (seconds > now && seconds < now + 100 * REMEMBERED_SECONDS) return seconds;
  throw new Problem("invalid-query", "expires_at takes the token's exp, which lies in the future.", {
    parameter: "expires_at",
  });
}

keyRoutes.post("/:cloud/revocations", async (context) => {
  const services = await opened(context, "revocations:write");
  const { catalog, config } = services;
  const now = Math.floor(services.now());
  const fields = await fieldsOf(context);
  const token = {
    id: checkId(required(fields, "jti"), "jti"),
    revokedAt: now,
    expiresAt: endOf(fields.get("expires_at"), now),
  };
  if ((await catalog.access.countRevokedTokens(config.cloud, now)) >= MAX_REVOKED_TOKENS)
    throw new Problem("invalid-query", `A cloud remembers ${MAX_REVOKED_TOKENS} revoked tokens; revoke their key.`, {
      parameter: "jti",
    });
  await catalog.access.revokeToken(config.cloud, token);
  await services.records.forget();
  const answer = { jti: token.id, revoked_at: timeOf(now), expires_at: timeOf(token.expiresAt) };
  return context.json(answer, 201, NO_STORE);
});
