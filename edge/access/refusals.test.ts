import { type CryptoKey, exportSPKI, importJWK, type JWK, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { AccessCatalog } from "#catalog";
import { Problem, parseDeliveryUrl } from "#transformation";
import { memoryAccess } from "../../catalog/testing/memory.ts";
import { keySet, newKeys, type TestKey, tokenOf } from "../testing/tokens.ts";
import { recordsReader } from "./access-records.ts";
import { adminAccess } from "./admin-access.ts";
import { type DeliveryAccess, deliveryAccess, grantKey } from "./delivery-access.ts";
import { digest } from "./hash.ts";
import { catalogKeys, configuredKeys, fixedKeys, keysOfAll } from "./key-sources.ts";
import { keyringOf } from "./keyring.ts";
import { passesOf } from "./pass.ts";
import { TOKEN_ALGORITHM_NAMES, type TokenAlgorithmName } from "./token-algorithms.ts";

const NOW = 1_800_000_000;
const GRANT_SECRET = "a-grant-secret-for-tests-of-32-chars";
const FILM = parseDeliveryUrl("/demo/video/authenticated/series/film.jpg");

let keys: Readonly<Record<TokenAlgorithmName, TestKey>>;
let strangers: typeof keys;
let admins: typeof keys;
let catalog: AccessCatalog;
let access: DeliveryAccess;
let admin: ReturnType<typeof adminAccess>;

beforeAll(async () => {
  [keys, strangers, admins] = await Promise.all([newKeys(), newKeys(), newKeys()]);
  catalog = memoryAccess();
  // Reads anew for every token, so that what is revoked here is at once.
  const current = () => {
    const origin = { read: () => catalog.records("demo", NOW), nearby: async () => undefined };
    const none = { keepNearby: async () => {}, forgetNearby: async () => {} };
    return recordsReader(
      {},
      { ...origin, ...none },
      () => NOW,
      () => {},
    ).current();
  };
  const jwks = (of: typeof keys) => (JSON.parse(keySet(...Object.values(of))) as { keys: readonly JWK[] }).keys;
  const source = keysOfAll(
    fixedKeys([grantKey(GRANT_SECRET)]),
    configuredKeys(jwks(keys), { current }),
    catalogKeys(GRANT_SECRET, { current }),
  );
  access = deliveryAccess({
    ...{ apiSecret: "secret", grantSecret: GRANT_SECRET, digest, authTokenKey: undefined },
    ...{ playback: keyringOf(source), passes: passesOf(GRANT_SECRET) },
  });
  const ring = keyringOf(configuredKeys(jwks(admins), { current }));
  admin = adminAccess({ cloud: "demo", apiKey: "key", apiSecret: "secret", admin: ring });
});

/** What becomes of a playback token: `open`, or the refusal. */
const outcomeOf = (token: string, now = NOW): Promise<string> =>
  access.checkDelivery(FILM, { token }, { original: false, now }).then(
    () => "open",
    (error: unknown) => (error instanceof Problem ? `${error.status} ${error.message}` : String(error)),
  );

const adminOutcomeOf = (headers: Readonly<Record<string, string>>): Promise<string> =>
  admin.check(new Request("https://edge.example/v1/demo/keys", { headers }), "demo", "keys:read", NOW).then(
    () => "open",
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

const REFUSED = "403 The playback token does not open this.";

const sign = (key: TestKey, claims: Readonly<Record<string, unknown>> = {}, header = {}): Promise<string> =>
  tokenOf(key, claims, { now: NOW, header });

const part = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const CLAIMS = { aud: "demo", sub: "*", exp: NOW + 3600 };

/** Valid but for an extension that whoever does not know it must not pass over (RFC 7515, section 4.1.11). */
const signCritical = ({ alg, kid, signing }: TestKey): Promise<string> =>
  new SignJWT(CLAIMS).setProtectedHeader({ alg, kid, crit: ["x"], x: 1 }).sign(signing, { crit: { x: true } });

/** Signed with bytes that are no secret. */
const forged = (secret: string | Uint8Array, header: Record<string, unknown>): Promise<string> =>
  new SignJWT(CLAIMS)
    .setProtectedHeader({ alg: "HS256", ...header })
    .sign(typeof secret === "string" ? new TextEncoder().encode(secret) : secret);

describe("a playback token that has opened something before", () => {
  it("opens nothing when it has ended, before it begins, for another audience, or when a letter of it is another", async () => {
    const token = await sign(keys.EdDSA, { nbf: NOW - 60, exp: NOW + 60 });
    expect(await outcomeOf(token)).toBe("open");
    expect(await outcomeOf(token, NOW + 66)).toBe(REFUSED);
    expect(await outcomeOf(token, NOW - 66)).toBe(REFUSED);
    expect(await outcomeOf(`${token.slice(0, -4)}${token.slice(-4) === "AAAA" ? "BBBB" : "AAAA"}`)).toBe(REFUSED);
    expect(await adminOutcomeOf({ authorization: `Bearer ${token}` })).toBe("unauthorized");
    expect(await outcomeOf(token)).toBe("open");
  });
});

describe.each(TOKEN_ALGORITHM_NAMES)("a playback token signed with %s", (alg) => {
  it("opens what it is for", async () => {
    expect(await outcomeOf(await sign(keys[alg]))).toBe("open");
    expect(await outcomeOf(await sign(keys[alg], { sub: "series/film" }))).toBe("open");
    expect(await outcomeOf(await sign(keys[alg], { sub: "series/*", aud: ["other", "demo"] }))).toBe("open");
  });

  it.each<[string, (key: TestKey) => Promise<string>]>([
    ["is for another audience", (key) => sign(key, { aud: "other" })],
    ["is for the admin's doors", (key) => sign(key, { aud: "demo/admin", scope: "keys:write" })],
    ["is for no audience", (key) => sign(key, { aud: undefined })],
    ["never ends", (key) => sign(key, { exp: undefined })],
    ["ends in words", (key) => sign(key, { exp: "tomorrow" })],
    ["has ended", (key) => sign(key, { exp: NOW - 6 })],
    ["is not valid yet", (key) => sign(key, { nbf: NOW + 6 })],
    ["is for nothing", (key) => sign(key, { sub: undefined })],
    ["is for a list", (key) => sign(key, { sub: ["series/film"] })],
    ["is for another video", (key) => sign(key, { sub: "series/films" })],
    ["is for a video whose name it begins", (key) => sign(key, { sub: "series" })],
    ["is for another folder", (key) => sign(key, { sub: "serie/*" })],
    ["names no key", (key) => sign(key, {}, { kid: undefined })],
    ["names a key that does not exist", (key) => sign(key, {}, { kid: "nobody" })],
    ["names what every object has", (key) => sign(key, {}, { kid: "constructor" })],
    ["has a critical extension that nobody knows", (key) => signCritical(key)],
    ["is signed by a stranger", (key) => sign(strangers[key.alg])],
    ["is signed with an administrator's key", (key) => sign(admins[key.alg])],
    ["brings its own key along", (key) => sign(strangers[key.alg], {}, { jwk: strangers[key.alg].jwk })],
    ["says where its key is", (key) => sign(strangers[key.alg], {}, { jku: "https://evil.example/keys" })],
    ["is larger than any token need be", (key) => sign(key, { padding: "x".repeat(5000) })],
    ["has no signature", async (key) => (await sign(key)).replace(/[^.]*$/, "")],
    ["has another's signature", async (key) => (await sign(key)).replace(/[^.]*$/, part("x".repeat(64)))],
    ["is cut off", async (key) => (await sign(key)).slice(0, -5)],
    ["has something behind it", async (key) => `${await sign(key)}.${part({})}`],
  ])("is refused where it %s, in the same words as any other", async (_, make) => {
    expect(await outcomeOf(await make(keys[alg]))).toBe(REFUSED);
  });

  it("is refused with any one character changed", async () => {
    const token = await sign(keys[alg], { sub: "series/film" });
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // Every character of a short token, some of the long ones that RSA makes.
    for (let at = 0; at < token.length; at += alg === "RS256" ? 7 : 1) {
      const character = token[at] ?? "";
      // The last character of a part has bits that stand for nothing: one that differs in its first bit differs.
      const other = character === "." ? "A" : (digits[(digits.indexOf(character) + 32) % 64] ?? "");
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      expect(await outcomeOf(changed), changed).toBe(REFUSED);
    }
  });

  it("is forgiven clocks that are five seconds apart, and no more", async () => {
    const [ended, early] = [await sign(keys[alg], { exp: NOW }), await sign(keys[alg], { nbf: NOW })];
    expect([await outcomeOf(ended, NOW + 4), await outcomeOf(ended, NOW + 5)]).toEqual(["open", REFUSED]);
    expect([await outcomeOf(early, NOW - 5), await outcomeOf(early, NOW - 6)]).toEqual(["open", REFUSED]);
  });

  it("is refused, played again after it was revoked", async () => {
    const id = `lost-${alg}`;
    const token = await sign(keys[alg], { jti: id });
    expect(await outcomeOf(token)).toBe("open");
    await catalog.revokeToken("demo", { id, revokedAt: NOW, expiresAt: NOW + 3600 });
    expect(await outcomeOf(token)).toBe(REFUSED);
  });
});

describe("confusing one algorithm with another", () => {
  it.each(["none", "None", "NONE", "nOnE", ""])("does not work with alg %s", async (alg) => {
    for (const kid of TOKEN_ALGORITHM_NAMES)
      for (const signature of ["", part("x")])
        expect(await outcomeOf(`${part({ alg, kid })}.${part(CLAIMS)}.${signature}`)).toBe(REFUSED);
  });

  it("does not work with a public key for a secret, in any of its spellings", async () => {
    for (const kid of ["RS256", "ES256", "EdDSA"] as const) {
      const { jwk } = keys[kid];
      const pem = await exportSPKI((await importJWK(jwk, kid, { extractable: true })) as CryptoKey);
      const number = jwk.n ?? jwk.x ?? "";
      for (const secret of [pem, pem.trim(), JSON.stringify(jwk), number, Buffer.from(number, "base64url")])
        for (const id of [kid, "HS256", undefined])
          expect(await outcomeOf(await forged(secret, { kid: id }))).toBe(REFUSED);
    }
  });

  it("does not work with any key under the name of another", async () => {
    for (const key of Object.values(keys))
      for (const kid of TOKEN_ALGORITHM_NAMES)
        for (const alg of [undefined, ...TOKEN_ALGORITHM_NAMES]) {
          const header = { kid, ...(alg !== undefined && { alg }) };
          const token = await sign(key, {}, header).catch(() => undefined);
          if (token === undefined) continue;
          const isRight = kid === key.kid && (alg ?? key.alg) === key.alg;
          expect(await outcomeOf(token), JSON.stringify(header)).toBe(isRight ? "open" : REFUSED);
        }
  });

  it("does not work with stronger algorithms that nobody offers", async () => {
    for (const alg of ["HS384", "HS512"])
      expect(await outcomeOf(await forged(keys.HS256.signing as Uint8Array, { alg, kid: "HS256" }))).toBe(REFUSED);
  });
});

describe("a token in the wrong place", () => {
  const scoped = { aud: "demo/admin", scope: "keys:read" };

  it("opens no door of the admin's, whatever it says", async () => {
    for (const alg of TOKEN_ALGORITHM_NAMES) {
      const playback = await sign(keys[alg], scoped);
      for (const headers of [
        { authorization: `Bearer ${playback}` },
        { "cf-access-jwt-assertion": playback },
        { cookie: `token=${playback}; CF_Authorization=${playback}` },
        { authorization: `Basic ${playback}` },
      ])
        expect(await adminOutcomeOf(headers)).toBe("unauthorized");
    }
  });

  it("opens no video, if it is an administrator's", async () => {
    for (const alg of TOKEN_ALGORITHM_NAMES)
      for (const claims of [{}, scoped, { ...scoped, aud: ["demo", "demo/admin"] }])
        expect(await outcomeOf(await sign(admins[alg], claims))).toBe(REFUSED);
  });

  it("opens no door of the admin's from where a playback token stands", async () => {
    const token = await sign(admins.HS256, scoped);
    expect(await adminOutcomeOf({ authorization: `Bearer ${token}` })).toBe("open");
    for (const name of ["cf-access-jwt-assertion", "cookie", "x-token"])
      expect(await adminOutcomeOf({ [name]: name === "cookie" ? `token=${token}` : token })).toBe("unauthorized");
  });

  it("is not taken for a grant, nor a grant for a token", async () => {
    const grant = { kid: "edge-grant", alg: "HS256" as const, signing: new TextEncoder().encode(GRANT_SECRET) };
    expect(await outcomeOf(await tokenOf(grant, { sub: "series/film" }, { now: NOW }))).toBe("open");
    expect(await adminOutcomeOf({ authorization: `Bearer ${await tokenOf(grant, scoped, { now: NOW })}` })).toBe(
      "unauthorized",
    );
    for (const key of Object.values(keys))
      expect(await outcomeOf(await sign(key, {}, { kid: "edge-grant" }))).toBe(REFUSED);
  });
});

describe("a key of the configuration", () => {
  it("is no token, neither as it is nor in the place of one", async () => {
    for (const { jwk } of Object.values(keys))
      for (const token of [JSON.stringify(jwk), part(jwk), `${part({ alg: "HS256" })}.${part(jwk)}.`])
        expect(await outcomeOf(token)).toBe(REFUSED);
  });
});
