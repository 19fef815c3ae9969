import { createDecipheriv } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EdgeUnderTest, startEdge } from "../testing/edge-under-test.ts";
import { bytesFor, type FakeOrigin, startFakeOrigin } from "../testing/fake-origin.ts";
import { newFilm, sdkFor } from "../testing/sdk.ts";

const SECRET = new TextEncoder().encode("a-symmetric-key-for-tests-32-bytes");

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let token: string;

beforeAll(async () => {
  origin = await startFakeOrigin();
  const key = { kty: "oct", kid: "hs", alg: "HS256", k: Buffer.from(SECRET).toString("base64url") };
  edge = await startEdge({
    ORIGIN_URL: origin.url,
    PLAYBACK_KEYS: JSON.stringify({ keys: [key] }),
    STRICT_TRANSFORMATIONS: "on",
    ENCRYPTION: "aes-128",
    CONTENT_KEY_SECRET: "a-secret-for-content-keys-32-bytes",
  });
  const sdk = await sdkFor(edge.base);
  const film = await newFilm(50_000);
  for (const type of ["upload", "private", "authenticated"]) await sdk.upload(film, { public_id: "film", type });
  token = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256", kid: "hs" })
    .setAudience("demo")
    .setSubject("film")
    .setExpirationTime("1h")
    .sign(SECRET);
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const delivery = (file: string, type = "authenticated"): string => `/demo/video/${type}/sp_auto/${file}?token=${token}`;
const bytesAt = async (url: URL): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer());

/** The playlists that a stream names, with whatever opens them. */
async function playlistsOf(path: string): Promise<readonly URL[]> {
  const text = await (await edge.get(path)).text();
  const uris = [...text.matchAll(/^\/.*$|URI="([^"]*)"/gm)].map(([line, uri]) => uri ?? line);
  return uris.map((uri) => new URL(uri, edge.base));
}

interface Listed {
  readonly text: string;
  readonly init: URL;
  readonly key: URL | undefined;
  readonly segments: readonly URL[];
}

async function listed(playlist: URL | undefined): Promise<Listed> {
  if (!playlist) throw new Error("no such playlist");
  const text = await (await fetch(playlist)).text();
  const at = (uri: string) => new URL(uri, playlist);
  const key = /#EXT-X-KEY:METHOD=AES-128,URI="([^"]*)"/.exec(text)?.[1];
  return {
    text,
    init: at(/#EXT-X-MAP:URI="([^"]*)"/.exec(text)?.[1] ?? ""),
    key: key === undefined ? undefined : at(key),
    segments: [...text.matchAll(/^\d+\.m4s.*$/gm)].map(([uri]) => at(uri)),
  };
}

/** As the specification says it: CBC, PKCS #7, the segment's number as initialization vector. */
function opened(sealed: Buffer, key: Buffer, number: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeUInt32BE(number, 12);
  const decipher = createDecipheriv("aes-128-cbc", key, iv);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

describe("an encrypted stream", () => {
  it("names its key behind the init section, which lies in clear, in every playlist", async () => {
    const playlists = await playlistsOf(delivery("film.m3u8"));
    expect(playlists.length).toBeGreaterThan(5);
    for (const playlist of playlists) {
      const { text, init, key } = await listed(playlist);
      expect(text.indexOf("#EXT-X-KEY:")).toBeGreaterThan(text.indexOf("#EXT-X-MAP:"));
      expect(text.match(/#EXT-X-KEY:/g)).toHaveLength(1);
      expect(key?.searchParams.get("token")).toBe(token);
      expect((await fetch(init)).status).toBe(200);
    }
  });

  it("is, once opened, what the origin has made, segment for segment", async () => {
    const { key, segments } = await listed((await playlistsOf(delivery("film.m3u8")))[1]);
    const secret = await bytesAt(key as URL);
    expect(secret).toHaveLength(16);
    for (const number of [0, 1, 7]) {
      origin.jobs.length = 0;
      const sealed = await bytesAt(segments[number] as URL);
      const clear = opened(sealed, secret, number);
      expect(origin.jobs.map(({ job }) => bytesFor(job).equals(clear))).toEqual([true]);
      expect(sealed.includes(clear.subarray(0, 16))).toBe(false);
      expect(sealed.length).toBe(clear.length + 16 - (clear.length % 16));
    }
  });

  it("is made once, found nearby afterwards, and given in parts", async () => {
    const { segments } = await listed((await playlistsOf(delivery("film.m3u8")))[1]);
    const tier = (response: Response) => /desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1];
    const first = await fetch(segments[3] as URL);
    expect(tier(first)).toBe("encoded");
    const bytes = Buffer.from(await first.arrayBuffer());
    const again = await fetch(segments[3] as URL);
    expect([tier(again), Buffer.from(await again.arrayBuffer()).equals(bytes)]).toEqual(["edge", true]);
    const part = await fetch(segments[3] as URL, { headers: { range: "bytes=2-5" } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(2, 6)]);
    expect(part.headers.get("cache-control")).toContain("private");
  });

  it("has a key for each rendition, which only a token gets, and nobody keeps", async () => {
    const playlists = await playlistsOf(delivery("film.m3u8"));
    const keys = await Promise.all(playlists.map(async (playlist) => (await listed(playlist)).key as URL));
    const secrets = await Promise.all(keys.map(async (key) => (await bytesAt(key)).toString("hex")));
    expect(new Set(secrets).size).toBe(new Set(playlists.map(({ pathname }) => pathname)).size);
    const [key] = keys as [URL];
    expect((await fetch(key)).headers.get("cache-control")).toBe("no-store");
    const bare = new URL(key);
    bare.search = "";
    expect((await fetch(bare)).status).toBe(401);
    const forged = new URL(key.href.replace("/film/", "/w_100/film/"));
    expect((await fetch(forged)).status).toBe(404);
  });
});

describe("what is encrypted", () => {
  it("is given in clear under no address", async () => {
    const { segments, init } = await listed((await playlistsOf(delivery("film.m3u8")))[1]);
    for (const url of [segments[0], init] as URL[])
      expect((await fetch(url.href.replace(".aes128/", "/"))).status).toBe(404);
    for (const file of ["film.mp4", "film.webm", "film.mp3", "film"])
      expect([file, (await edge.get(delivery(file))).status]).toEqual([file, 403]);
    expect((await edge.get(`/demo/video/authenticated/film.mp4?token=${token}`)).status).toBe(403);
  });

  it("is refused as DASH, by what to use instead", async () => {
    const response = await edge.get(delivery("film.mpd"));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: "unsupported-format", nearest: "m3u8" },
    ]);
  });

  it("still shows a picture of itself", async () => {
    expect((await edge.get(delivery("film.jpg"))).status).toBe(200);
  });

  it.each(["upload", "private"])("is no video of the type %s", async (type) => {
    const [playlist] = await playlistsOf(delivery("film.m3u8", type));
    const { key, segments } = await listed(playlist);
    expect(key).toBeUndefined();
    expect((await fetch(segments[0] as URL)).status).toBe(200);
    for (const file of ["0.m4s", "key.bin"]) {
      const sealed = new URL(file, playlist).href.replace(/(@[^/]*)\//, "$1.aes128/");
      expect((await fetch(sealed)).status).toBe(404);
    }
    expect((await fetch(new URL("key.bin", playlist))).status).toBe(404);
  });
});
