import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let pair: KeyPair;
let stranger: KeyPair;
const symmetric = new TextEncoder().encode("a-symmetric-key-for-tests-32-bytes");
const adminSecret = new TextEncoder().encode("an-admin-key-for-tests-of-32-bytes");
const oct = (kid: string, secret: Uint8Array): JWK => ({
  kty: "oct",
  kid,
  alg: "HS256",
  k: Buffer.from(secret).toString("base64url"),
});

beforeAll(async () => {
  [pair, stranger] = await Promise.all([
    generateKeyPair("EdDSA", { extractable: true }),
    generateKeyPair("EdDSA", { extractable: true }),
  ]);
  origin = await startFakeOrigin();
  edge = await startEdge({
    ORIGIN_URL: origin.url,
    PLAYBACK_KEYS: JSON.stringify({
      keys: [{ ...(await exportJWK(pair.publicKey)), kid: "ed", alg: "EdDSA" }, oct("hs", symmetric)],
    }),
    ADMIN_KEYS: JSON.stringify({ keys: [oct("admin", adminSecret)] }),
  });
  sdk = await sdkFor(edge.base);
  const path = await newFilm(50_000);
  for (const type of ["upload", "private", "authenticated"]) await sdk.upload(path, { public_id: "series/film", type });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

interface TokenOptions {
  readonly claims?: Record<string, unknown>;
  readonly audience?: string;
  readonly kid?: string;
  readonly expiresIn?: string;
  readonly symmetric?: boolean;
  readonly key?: KeyPair;
}

function token(
  subject: string | undefined,
  {
    claims = {},
    audience = "demo",
    kid,
    expiresIn = "1h",
    symmetric: isSymmetric = false,
    key = pair,
  }: TokenOptions = {},
): Promise<string> {
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: isSymmetric ? "HS256" : "EdDSA", kid: kid ?? (isSymmetric ? "hs" : "ed") })
    .setAudience(audience);
  if (expiresIn !== "never") jwt.setExpirationTime(expiresIn);
  if (subject !== undefined) jwt.setSubject(subject);
  return jwt.sign(isSymmetric ? symmetric : key.privateKey);
}

const STREAM = "/demo/video/authenticated/sp_auto/series/film.m3u8";
const lines = async (path: string): Promise<readonly string[]> =>
  (await (await edge.get(path)).text()).trim().split("\n");
const firstUri = (list: readonly string[]): string => list.find((line) => line !== "" && !line.startsWith("#")) ?? "";

describe("an authenticated video", () => {
  it("asks for a token, whether it exists or not", async () => {
    const [existing, missing] = [await edge.get(STREAM), await edge.get(STREAM.replace("film", "nothing"))];
    expect([existing.status, missing.status]).toEqual([401, 401]);
    expect(await existing.text()).toBe(await missing.text());
    expect(existing.headers.get("www-authenticate")).toContain("Bearer");
  });

  it.each([
    ["EdDSA", {}],
    ["HS256", { symmetric: true }],
  ])("plays with a token: %s", async (_, options) => {
    const response = await edge.get(`${STREAM}?token=${await token("series/film", options)}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toContain("private");
  });

  it.each([
    ["the video", "series/film"],
    ["its folder", "series/*"],
    ["everything", "*"],
  ])("plays with a token for %s", async (_, subject) => {
    expect((await edge.get(`${STREAM}?token=${await token(subject)}`)).status).toBe(200);
  });

  it("hands the token on to everything that its playlists name, and plays them", async () => {
    const granted = await token("series/film");
    const multivariant = await lines(`${STREAM}?token=${granted}`);
    const named = multivariant.flatMap((line) =>
      line.startsWith("#")
        ? [...line.matchAll(/URI="([^"]+)"/g)].map((match) => match[1] ?? "")
        : line === ""
          ? []
          : [line],
    );
    expect(named.length).toBeGreaterThan(10);
    for (const uri of named) expect(new URL(uri, edge.base).searchParams.get("token")).toBe(granted);
    const playlist = firstUri(multivariant);
    const children = await lines(playlist);
    expect(
      children
        .filter((line) => !line.startsWith("#") || line.includes("URI="))
        .every((line) => line.includes("?token=")),
    ).toBe(true);
    const segment = new URL(firstUri(children), new URL(playlist, edge.base));
    expect((await fetch(segment)).status).toBe(200);
    segment.search = "";
    expect((await fetch(segment)).status).toBe(401);
  });

  it("is encoded once for all tokens", async () => {
    const segmentOf = async (granted: string) => {
      const playlist = firstUri(await lines(`${STREAM.replace("sp_auto", "so_1/sp_auto")}?token=${granted}`));
      return new URL(firstUri(await lines(playlist)), new URL(playlist, edge.base));
    };
    origin.jobs.length = 0;
    for (const granted of [await token("series/film"), await token("*", { symmetric: true })])
      expect((await fetch(await segmentOf(granted))).status).toBe(200);
    expect(origin.jobs).toHaveLength(1);
  });

  it.each<[string, () => Promise<string>]>([
    ["has expired", () => token("series/film", { expiresIn: "-1m" })],
    ["never expires", () => token("series/film", { expiresIn: "never" })],
    ["is for another video", () => token("series/other")],
    ["is for a folder with a similar name", () => token("seri")],
    ["is for nothing", () => token(undefined)],
    ["is for another cloud", () => token("series/film", { audience: "other" })],
    ["is not valid yet", () => token("series/film", { claims: { nbf: Math.floor(Date.now() / 1000) + 600 } })],
    ["is signed by a stranger", () => token("series/film", { key: stranger })],
    ["names a key that does not exist", () => token("series/film", { kid: "nobody" })],
    ["names another key than it is signed with", () => token("series/film", { kid: "hs" })],
    [
      "is signed by nothing",
      async () =>
        `${Buffer.from('{"alg":"none","kid":"ed"}').toString("base64url")}.${Buffer.from('{"sub":"*","aud":"demo","exp":9999999999}').toString("base64url")}.`,
    ],
    [
      // The public key is no secret: whoever takes it for one forges.
      "takes the public key for a shared secret",
      async () =>
        new SignJWT({})
          .setProtectedHeader({ alg: "HS256", kid: "ed" })
          .setSubject("*")
          .setAudience("demo")
          .setExpirationTime("1h")
          .sign(new TextEncoder().encode((await exportJWK(pair.publicKey)).x)),
    ],
    [
      "is an admin's",
      async () =>
        new SignJWT({ scope: "analytics:read" })
          .setProtectedHeader({ alg: "HS256", kid: "admin" })
          .setSubject("*")
          .setAudience("demo")
          .setExpirationTime("1h")
          .sign(adminSecret),
    ],
    ["is no token", async () => "abc"],
    ["is enormous", async () => "a".repeat(8000)],
  ])("refuses a token that %s, in the same words as any other", async (_, make) => {
    const response = await edge.get(`${STREAM}?token=${await make()}`);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      code: "forbidden",
      detail: "The playback token does not open this.",
    });
  });

  it("refuses a token whose every character but one is right", async () => {
    const granted = await token("series/film", { symmetric: true });
    const [header = "", payload = "", signature = ""] = granted.split(".");
    for (let at = 0; at < signature.length - 1; at += 5) {
      const forged = signature.slice(0, at) + (signature[at] === "A" ? "B" : "A") + signature.slice(at + 1);
      expect((await edge.get(`${STREAM}?token=${header}.${payload}.${forged}`)).status).toBe(403);
    }
  });
});

describe("a signed URL", () => {
  it("opens an authenticated video, and all that its playlists name", async () => {
    const path = sdk.path("series/film", {
      type: "authenticated",
      sign_url: true,
      streaming_profile: "auto",
      format: "m3u8",
    });
    const playlist = firstUri(await lines(path));
    const segment = new URL(firstUri(await lines(playlist)), new URL(playlist, edge.base));
    expect((await fetch(segment)).status).toBe(200);
    // What the signature has opened is this video and nothing else.
    const granted = segment.searchParams.get("token") ?? "";
    expect((await edge.get(`/demo/video/authenticated/sp_auto/series/other.m3u8?token=${granted}`)).status).toBe(403);
  });

  it.each([
    ["8 characters", {}],
    ["SHA-256", { signature_algorithm: "sha256" }],
    ["32 characters", { long_url_signature: true }],
    ["a version", { version: 1234 }],
  ])("verifies as the SDK makes it: %s", async (_, options) => {
    const path = sdk.path("series/film", {
      type: "authenticated",
      sign_url: true,
      format: "jpg",
      start_offset: 2,
      ...options,
    });
    expect((await edge.get(path)).status).toBe(200);
  });

  it("is refused where a character of it or of what it signs is another", async () => {
    const path = sdk.path("series/film", { sign_url: true, format: "jpg", width: 100, crop: "scale" });
    const signature = /s--(.{8})--/.exec(path)?.[1] ?? "";
    const forgeries = [...signature].map((character, at) =>
      path.replace(signature, signature.slice(0, at) + (character === "A" ? "B" : "A") + signature.slice(at + 1)),
    );
    for (const forged of [
      ...forgeries,
      path.replace("w_100", "w_101"),
      path.replace("film", "filn"),
      path.replace(".jpg", ".png"),
    ]) {
      expect((await edge.get(forged)).status, forged).toBe(401);
    }
  });
});

describe("a private video", () => {
  it("keeps the original behind a grant, and is delivered as anything else", async () => {
    expect((await edge.get("/demo/video/private/series/film.mp4")).status).toBe(401);
    expect((await edge.get(`/demo/video/private/series/film.mp4?token=${await token("series/film")}`)).status).toBe(
      200,
    );
    expect((await edge.get(sdk.path("series/film", { type: "private", sign_url: true, format: "mp4" }))).status).toBe(
      200,
    );
    expect((await edge.get("/demo/video/private/sp_auto/series/film.m3u8")).status).toBe(200);
  });

  it("is no way to an authenticated one", async () => {
    const playlist = firstUri(await lines(`${STREAM}?token=${await token("*")}`)).replace(/\?.*/, "");
    expect((await edge.get(playlist.replace("/authenticated/", "/upload/"))).status).toBe(200);
    expect((await edge.get(playlist)).status).toBe(401);
  });
});

describe("the admin's door", () => {
  const path = "/v1/demo/analytics/deliveries";
  const admin = (scope: string, audience = "demo/admin", expiry = "1h") =>
    new SignJWT({ scope })
      .setProtectedHeader({ alg: "HS256", kid: "admin" })
      .setAudience(audience)
      .setExpirationTime(expiry)
      .sign(adminSecret);
  const withHeader = async (authorization: string) => (await edge.get(path, { headers: { authorization } })).status;

  it("opens to the API key and to a token with the scope", async () => {
    expect(await withHeader(`Basic ${btoa(`${API_KEY}:${API_SECRET}`)}`)).toBe(200);
    expect(await withHeader(`Bearer ${await admin("assets:read analytics:read")}`)).toBe(200);
  });

  it("opens to nothing else", async () => {
    expect((await edge.get(path)).status).toBe(401);
    expect(await withHeader(`Basic ${btoa(`${API_KEY}:wrong`)}`)).toBe(401);
    expect(await withHeader(`Bearer ${await admin("assets:read")}`)).toBe(403);
    expect(await withHeader(`Bearer ${await admin("analytics:read", "demo")}`)).toBe(401);
    expect(await withHeader(`Bearer ${await admin("analytics:read", "demo/admin", "-1h")}`)).toBe(401);
    expect(await withHeader(`Bearer ${await token("*")}`)).toBe(401);
    expect(
      (
        await edge.get(path.replace("demo", "other"), {
          headers: { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` },
        })
      ).status,
    ).toBe(401);
  });
});
