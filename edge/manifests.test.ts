import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { parse } from "mpd-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rational } from "#transformation";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, PROBE, startFakeOrigin } from "./testing/fake-origin.ts";
import { fileOf, sdkFor } from "./testing/sdk.ts";

const SECRET = new TextEncoder().encode("a-symmetric-key-for-tests-32-bytes");

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

beforeAll(async () => {
  origin = await startFakeOrigin();
  const { av1: _, ...speeds } = origin.build.speeds;
  origin.build = { ...origin.build, speeds };
  const key = { kty: "oct", kid: "hs", alg: "HS256", k: Buffer.from(SECRET).toString("base64url") };
  // Strict, so that everything is handed on that ever is: tokens and permits.
  edge = await startEdge({
    ORIGIN_URL: origin.url,
    STRICT_TRANSFORMATIONS: "on",
    PLAYBACK_KEYS: JSON.stringify({ keys: [key] }),
  });
  sdk = await sdkFor(edge.base);
  const folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  const film = await fileOf(join(folder, "film.mp4"), 50_000);
  origin.probe = { ...PROBE, chapterMarks: [{ start: rational(0), end: rational(60), title: "All of it" }] };
  await sdk.upload(film, { public_id: "film", context: { caption: 'The "Film" & more' } });
  await sdk.upload(film, { public_id: "film", type: "authenticated" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const stream = (extension: string, chain = "sp_auto", type = "upload"): string =>
  `/demo/video/${type}/${chain}/film.${extension}`;

/** Every address that a description names, as templates; the first number stands for all of them. */
const namedByDash = (xml: string): readonly string[] =>
  [...xml.matchAll(/(?:initialization|media)="([^"]*)"|<BaseURL>([^<]*)<\/BaseURL>/g)].map(([, template, file]) =>
    (template ?? file ?? "").replaceAll("&amp;", "&").replace("$Number$", "0"),
  );

/** Every folder that a multivariant playlist names, with what opens it. */
const namedByHls = (text: string): readonly string[] =>
  text.split("\n").flatMap((line) => (line.startsWith("/") ? [line] : [/URI="([^"]*)"/.exec(line)?.[1] ?? ""]));

const folderOf = (uri: string): string => uri.replace(/\/[^/?]*(?=\?|$)/, "");

describe("a stream as DASH", () => {
  it("is a description that may be compressed, kept for a moment, and differs by client", async () => {
    const response = await edge.get(stream("mpd"), { headers: { "accept-encoding": "gzip" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/dash+xml");
    expect(response.headers.get("cache-control")).toContain("max-age=10");
    expect(response.headers.get("vary")).toMatch(/user-agent/);
  });

  it("names the very folders that HLS names, but for chapters, of which DASH knows nothing", async () => {
    const [hls, dash] = await Promise.all(
      ["m3u8", "mpd"].map(async (format) => (await edge.get(stream(format))).text()),
    );
    const folders = (uris: readonly string[]) =>
      [...new Set(uris.filter((uri) => uri !== "" && !uri.includes("/chapters.json")).map(folderOf))].sort();
    expect(folders(namedByDash(dash ?? ""))).toEqual(folders(namedByHls(hls ?? "")));
  });

  it("offers each client the codecs that it plays", async () => {
    const codecs = async (caps: string) => {
      const xml = await (await edge.get(`${stream("mpd")}?caps=${caps}`)).text();
      return new Set([...xml.matchAll(/codecs="(\w+)/g)].map(([, codec]) => codec));
    };
    expect(await codecs("h264")).toEqual(new Set(["avc1", "mp4a"]));
    expect(await codecs("h264,hevc")).toEqual(new Set(["avc1", "hvc1", "mp4a"]));
  });

  it("hands token and permit on to all that it names, and each opens what it belongs to", async () => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "HS256", kid: "hs" })
      .setAudience("demo")
      .setSubject("film")
      .setExpirationTime("1h")
      .sign(SECRET);
    const path = `${stream("mpd", "sp_auto", "authenticated")}?token=${token}`;
    const xml = await (await edge.get(path)).text();
    const named = namedByDash(xml);
    expect(named.length).toBeGreaterThan(10);
    for (const uri of named) {
      const { searchParams } = new URL(uri, edge.base);
      expect([searchParams.get("token"), searchParams.has("permit")]).toEqual([token, true]);
    }
    const [playlist] = parse(xml, { manifestUri: edge.base }).playlists;
    const segment = new URL(playlist?.segments[1]?.resolvedUri ?? "");
    segment.searchParams.delete("permit");
    expect((await fetch(segment)).status).toBe(401);
    expect((await fetch(playlist?.segments[1]?.resolvedUri ?? "")).status).toBe(200);
  });

  it("comes of f_dash, too, and of every transformation that a stream takes", async () => {
    const path = sdk.path("film", { sign_url: true, width: 200, crop: "scale", start_offset: 1, format: "mpd" });
    const xml = await (await edge.get(path)).text();
    expect(xml).toContain('width="200"');
    expect((await edge.get(stream("mp4", "sp_auto/f_dash"))).headers.get("content-type")).toBe("application/dash+xml");
  });

  it("is refused where a stream is, by the same name", async () => {
    const answers = await Promise.all(
      ["m3u8", "mpd"].map(async (format) => (await edge.get(stream(format, "sp_auto/vc_none/ac_none"))).json()),
    );
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe("what is said beside the film", () => {
  const hls = async (query = "", chain?: string) => (await edge.get(stream("m3u8", chain) + query)).text();

  it("is its title, as whoever uploaded it has put it", async () => {
    expect(await hls()).toContain(`#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.title",VALUE="The 'Film' & more"\n`);
    const dash = await (await edge.get(stream("mpd"))).text();
    expect(dash).toContain("<Title>The &quot;Film&quot; &amp; more</Title>");
  });

  it("is its chapters, under a key of their own that their permit opens", async () => {
    const uri = /"com\.apple\.hls\.chapters",URI="([^"]*)"/.exec(await hls())?.[1] ?? "";
    const response = await edge.get(uri);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(await response.json()).toMatchObject([{ chapter: 1, "start-time": 0, duration: 60 }]);
    for (const changed of [uri.replace("/film/", "/w_100/film/"), uri.replace("chapters-json", "chapters-vtt")])
      expect((await edge.get(changed)).status).toBe(404);
  });

  it("is where to begin, for those who are sent a moment of it", async () => {
    expect(await hls("?start=12.50")).toContain("#EXT-X-START:TIME-OFFSET=12.5,PRECISE=YES\n");
    expect(await hls()).not.toContain("EXT-X-START");
    for (const start of ["-1", "60", "soon", ""]) {
      const response = await edge.get(`${stream("m3u8")}?start=${start}`);
      expect([response.status, await response.json()]).toMatchObject([400, { parameter: "start" }]);
    }
  });
});

describe("key pictures", () => {
  it("come with every codec that is offered, each made when it is looked at", async () => {
    const text = await (await edge.get(`${stream("m3u8")}?caps=h264,hevc,av1`)).text();
    const uris = [...text.matchAll(/#EXT-X-I-FRAME-STREAM-INF:.*URI="([^"]*)"/g)].map(([, uri]) => uri ?? "");
    const offered = new Set([...text.matchAll(/#EXT-X-STREAM-INF:.*CODECS="(\w+)/g)].map(([, codec]) => codec));
    expect(uris).toHaveLength(offered.size);
    for (const uri of uris) {
      const playlist = new URL(uri, edge.base);
      const list = await (await fetch(playlist)).text();
      expect(list).toContain("#EXT-X-I-FRAMES-ONLY");
      const first = /^0\.m4s.*$/m.exec(list)?.[0] ?? "";
      expect((await fetch(new URL(first, playlist))).status).toBe(200);
    }
  });

  it("are made in no codec that this origin does not make", async () => {
    const text = await (await edge.get(stream("m3u8"))).text();
    const uri = /URI="([^"]*iframes-h264[^"]*)"/.exec(text)?.[1] ?? "";
    expect((await edge.get(uri)).status).toBe(200);
    expect((await edge.get(uri.replace("iframes-h264", "iframes-av1"))).status).toBe(404);
  });
});
