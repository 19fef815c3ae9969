import { importJWK, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOKEN_ALGORITHM_NAMES, type TokenAlgorithmName } from "./access/token-algorithms.ts";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";
import { keySet, newKey, type TestKey, tokenOf } from "./testing/tokens.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let configured: TestKey;
let spare: TestKey;
let admin: TestKey;

beforeAll(async () => {
  origin = await startFakeOrigin();
  [configured, spare, admin] = [
    await newKey("EdDSA", "ours"),
    await newKey("ES256", "spare"),
    await newKey("HS256", "admin"),
  ];
  edge = await startEdge({
    ORIGIN_URL: origin.url,
    PLAYBACK_KEYS: keySet(configured, spare),
    ADMIN_KEYS: keySet(admin),
  });
  const path = await newFilm(50_000);
  await (await sdkFor(edge.base)).upload(path, { public_id: "film", type: "authenticated" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const BASIC = `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}`;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: unknown, authorization = BASIC): Promise<Answer> {
  const response = await edge.get(`/v1/demo/${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  expect(response.headers.get("cache-control")).toBe("no-store");
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Makes a key, and what a token is signed with. */
async function make(body: Record<string, unknown> = {}): Promise<Pick<TestKey, "kid" | "alg" | "signing">> {
  const answer = await ask("POST", "keys", body);
  expect(answer.status).toBe(201);
  const key = answer.body["key"] as JWK;
  const [kid, alg] = [String(answer.body["kid"]), answer.body["alg"] as TokenAlgorithmName];
  return { kid, alg, signing: await importJWK(key, alg) };
}

const play = async (token: string): Promise<number> =>
  (await edge.get(`/demo/video/authenticated/sp_auto/film.m3u8?token=${token}`)).status;

describe("a key that the service makes", () => {
  it.each(TOKEN_ALGORITHM_NAMES)("signs tokens that open videos from then on: %s", async (alg) => {
    const key = await make({ alg });
    expect(await play(await tokenOf(key, { sub: "film" }))).toBe(200);
    expect(await play(await tokenOf(key, { sub: "other" }))).toBe(403);
  });

  it("is shown once: neither the list nor the database has what signs", async () => {
    for (const alg of TOKEN_ALGORITHM_NAMES) {
      const { body } = await ask("POST", "keys", { alg });
      const { d, k } = body["key"] as JWK;
      const secret = d ?? k ?? "";
      expect(secret.length).toBeGreaterThanOrEqual(43);
      expect(JSON.stringify((await ask("GET", "keys")).body)).not.toContain(secret);
      expect(JSON.stringify(await edge.sql("SELECT * FROM playback_keys"))).not.toContain(secret);
    }
  });

  it("goes with others, so that one follows the other without a gap", async () => {
    const [old, young] = [await make({ kid: "2026-10" }), await make({ kid: "2026-11", alg: "HS256" })];
    const tokens = [await tokenOf(old), await tokenOf(young), await tokenOf(configured)];
    expect(await Promise.all(tokens.map(play))).toEqual([200, 200, 200]);
    const { body } = await ask("GET", "keys");
    expect(body["keys"]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kid: "ours", alg: "EdDSA", from: "configuration", revoked_at: null }),
        expect.objectContaining({ kid: "2026-10", alg: "EdDSA", from: "catalog", revoked_at: null }),
        expect.objectContaining({ kid: "2026-11", alg: "HS256", from: "catalog", revoked_at: null }),
      ]),
    );
    expect((await ask("DELETE", "keys/2026-10")).status).toBe(200);
    expect(await Promise.all(tokens.map(play))).toEqual([403, 200, 200]);
  });

  it("is not taken for another of its name", async () => {
    await make({ kid: "mine", alg: "HS256" });
    const impostor = await newKey("HS256", "mine");
    expect(await play(await tokenOf(impostor))).toBe(403);
  });
});

describe("a revoked key", () => {
  it("opens nothing, whoever keeps it, and its id is never given again", async () => {
    const [made, token] = [await make({ kid: "leaked" }), await tokenOf(spare)];
    expect([await play(await tokenOf(made)), await play(token)]).toEqual([200, 200]);
    for (const kid of ["leaked", "spare"]) {
      const { body } = await ask("DELETE", `keys/${kid}`);
      expect(body).toMatchObject({ kid, revoked_at: expect.stringMatching(/^20.*Z$/) });
      // Whoever comes second is told the same.
      expect((await ask("DELETE", `keys/${kid}`)).body).toEqual(body);
      expect(await ask("POST", "keys", { kid })).toMatchObject({ status: 409, body: { code: "name-taken" } });
    }
    expect([await play(await tokenOf(made)), await play(token)]).toEqual([403, 403]);
  });
});

describe("a revoked token", () => {
  it("opens nothing any more, while others of its key do", async () => {
    const [lost, kept] = [await tokenOf(configured, { jti: "lost" }), await tokenOf(configured, { jti: "kept" })];
    expect([await play(lost), await play(kept)]).toEqual([200, 200]);
    const answer = await ask("POST", "revocations", { jti: "lost", expires_at: Math.floor(Date.now() / 1000) + 3600 });
    expect(answer.status).toBe(201);
    expect([await play(lost), await play(kept)]).toEqual([403, 200]);
    expect((await ask("GET", "revocations")).body["revocations"]).toMatchObject([{ jti: "lost" }]);
  });

  it("opens no segment that is in every cache, either", async () => {
    const token = await tokenOf(configured, { jti: "watching" });
    const lines = async (url: URL) => (await (await fetch(url)).text()).split("\n");
    const first = (list: readonly string[]) => list.find((line) => line !== "" && !line.startsWith("#")) ?? "";
    const stream = new URL(`/demo/video/authenticated/sp_auto/film.m3u8?token=${token}`, edge.base);
    const playlist = new URL(first(await lines(stream)), stream);
    const segment = new URL(first(await lines(playlist)), playlist);
    const tiers = [await fetch(segment), await fetch(segment)].map((response) => response.headers.get("server-timing"));
    expect(tiers[1]).toContain("desc=edge");
    await ask("POST", "revocations", { jti: "watching" });
    for (const url of [stream, playlist, segment]) expect((await fetch(url)).status).toBe(403);
  });

  it("may be an administrator's", async () => {
    const token = await tokenOf(admin, { aud: "demo/admin", scope: "keys:read", jti: "left-the-company" });
    expect((await ask("GET", "keys", undefined, `Bearer ${token}`)).status).toBe(200);
    await ask("POST", "revocations", { jti: "left-the-company" });
    expect((await ask("GET", "keys", undefined, `Bearer ${token}`)).status).toBe(401);
  });
});

describe("the doors of keys and revocations", () => {
  it.each([
    ["POST", "keys", { alg: "none" }, 400, "alg"],
    ["POST", "keys", { alg: "RS512" }, 400, "alg"],
    ["POST", "keys", { alg: "__proto__" }, 400, "alg"],
    ["POST", "keys", { kid: "a b" }, 400, "kid"],
    ["POST", "keys", { kid: "x".repeat(200) }, 400, "kid"],
    ["POST", "keys", { kid: "ours" }, 409, "kid"],
    ["POST", "keys", { kid: "edge-grant" }, 409, "kid"],
    ["POST", "keys", "{", 400, undefined],
    ["POST", "keys", "[]", 400, undefined],
    ["DELETE", "keys/nobody", undefined, 404, "kid"],
    ["DELETE", "keys/edge-grant", undefined, 404, "kid"],
    ["POST", "revocations", {}, 400, "jti"],
    ["POST", "revocations", { jti: "a\nb" }, 400, "jti"],
    ["POST", "revocations", { jti: "a", expires_at: 12 }, 400, "expires_at"],
    ["POST", "revocations", { jti: "a", expires_at: "yesterday" }, 400, "expires_at"],
    ["POST", "revocations", { jti: "a", expires_at: "99999-01-01" }, 400, "expires_at"],
  ])("%s %s %j is refused with %i, naming %s", async (method, path, body, status, parameter) => {
    const answer = await ask(method, path, body);
    expect([answer.status, answer.body["parameter"]]).toEqual([status, parameter]);
  });

  it.each([
    ["GET", "keys", "keys:read"],
    ["POST", "keys", "keys:write"],
    ["DELETE", "keys/nobody", "keys:write"],
    ["GET", "revocations", "revocations:read"],
    ["POST", "revocations", "revocations:write"],
  ])("%s %s opens to the scope %s and no other", async (method, path, scope) => {
    const bearer = async (scopes: string) => `Bearer ${await tokenOf(admin, { aud: "demo/admin", scope: scopes })}`;
    const others = ["analytics:read", "keys:read", "keys:write", "revocations:read", "revocations:write"];
    const all = others.filter((other) => other !== scope).join(" ");
    const body = method === "POST" ? {} : undefined;
    const without = await ask(method, path, body, await bearer(all));
    expect(without).toMatchObject({ status: 403, body: { code: "forbidden" } });
    const given = await ask(method, path, body, await bearer(scope));
    expect([200, 201, 400, 404]).toContain(given.status);
    expect((await ask(method, path, undefined, "")).status).toBe(401);
  });
});
