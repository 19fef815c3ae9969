import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";
import { urisIn, visit } from "./testing/stream-walk.ts";
import { keySet, newKey, type TestKey, tokenOf } from "./testing/tokens.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let key: TestKey;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

// A film of a minute in 1280x720, as the origin's probe finds it.
beforeAll(async () => {
  origin = await startFakeOrigin();
  key = await newKey("ES256");
  edge = await startEdge({ ORIGIN_URL: origin.url, PLAYBACK_KEYS: keySet(key) }, { country: "DE" });
  sdk = await sdkFor(edge.base);
  const path = await newFilm(50_000);
  for (const type of ["authenticated", "private"]) await sdk.upload(path, { public_id: "film", type });
  await sdk.cloudinary.api.create_transformation("small", { width: 320, crop: "limit" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

type Claims = Readonly<Record<string, unknown>>;

const opened = async (path: string, claims: Claims): Promise<URL> => {
  const url = new URL(`/demo/video/authenticated/${path}`, edge.base);
  url.searchParams.set("token", await tokenOf(key, claims));
  return url;
};

const statusOf = async (path: string, claims: Claims): Promise<number> =>
  (await visit(await opened(path, claims))).status;

/** The media playlists that a stream offers, by the name of their rendition. */
async function renditionsOf(path: string, claims: Claims): Promise<ReadonlyMap<string, URL>> {
  const stream = await opened(path, claims);
  const { status, body } = await visit(stream);
  expect(status, body).toBe(200);
  const urls = urisIn(body).map((uri) => new URL(uri, stream));
  return new Map(urls.map((url) => [url.pathname.split("/").at(-2) ?? "", url]));
}

const names = (renditions: ReadonlyMap<string, URL>): readonly string[] => [...renditions.keys()];

/** Asks for what one token was shown with another. */
const withToken = async (url: URL, claims: Claims, pass = url.searchParams.get("pass")): Promise<number> => {
  const other = new URL(url);
  other.searchParams.set("token", await tokenOf(key, claims));
  if (pass !== null) other.searchParams.set("pass", pass);
  return (await visit(other)).status;
};

describe("a token for a highest rung", () => {
  it("offers no larger picture, in streams of any kind", async () => {
    const lines = (name: string) => Number(/^(\d+)p-/.exec(name)?.[1] ?? 0);
    const all = names(await renditionsOf("sp_auto/film.m3u8", {}));
    expect(all.some((name) => lines(name) > 480)).toBe(true);
    const few = names(await renditionsOf("sp_auto/film.m3u8", { max_rung: "480p" }));
    expect([...few].sort()).toEqual(all.filter((name) => lines(name) <= 480).sort());
    // A stream of one size becomes the rungs below it.
    expect(names(await renditionsOf("film.m3u8", {}))).toContain("full-h264");
    const smaller = names(await renditionsOf("film.m3u8", { max_rung: "480p" }));
    expect(smaller.filter((name) => name.startsWith("full-"))).toEqual([]);
    expect(Math.max(...smaller.map(lines))).toBeLessThanOrEqual(480);
  });

  it("refuses larger files, pictures and the original", async () => {
    const claims = { max_rung: 360 };
    for (const path of ["film.jpg", "film.mp4", "du_5,w_1280/film.mp4", "du_5/film.gif"])
      expect([path, await statusOf(path, claims)]).toEqual([path, 403]);
    for (const path of ["w_640/film.jpg", "du_5,w_640/film.mp4", "film.mp3"])
      expect([path, await statusOf(path, claims)]).toEqual([path, 200]);
  });

  it("opens no folder that a playlist has shown to another token", async () => {
    const [few, all] = [
      await renditionsOf("sp_auto/film.m3u8", { max_rung: 360 }),
      await renditionsOf("sp_auto/film.m3u8", {}),
    ];
    const [small, large] = [few.get("360p-h264"), all.get("720p-h264")];
    if (!small || !large) throw new Error("there is no such rendition");
    const pass = small.searchParams.get("pass");
    expect(await withToken(small, { max_rung: 360 })).toBe(200);
    expect(await withToken(large, { max_rung: 360 })).toBe(403);
    expect(await withToken(large, { max_rung: 360 }, pass)).toBe(403);
    // The pass is for these bounds, and for nobody without a token.
    expect(await withToken(small, { max_rung: 480 })).toBe(403);
    small.searchParams.delete("token");
    expect((await visit(small)).status).toBe(401);
  });
});

describe("a token for a small picture and one codec", () => {
  it("offers the same in DASH as in HLS", async () => {
    const claims = { max_rung: 480, codecs: ["h264"] };
    const { body } = await visit(await opened("sp_auto/film.mpd", claims));
    const described = [...body.matchAll(/<Representation id="([^"]*)"/g)].map(([, id]) => id);
    expect([...described].sort()).toEqual([...names(await renditionsOf("sp_auto/film.m3u8", claims))].sort());
  });
});

describe("a bounded token for a storyboard", () => {
  it("opens the sheets that its index names, with the pass that it names them by, and no others", async () => {
    const claims = { max_rung: 360 };
    const sheetOf = async (path: string, own: Claims): Promise<URL> => {
      const index = await opened(path, own);
      const { body } = await visit(index);
      return new URL(/^(\/.*)#xywh=/m.exec(body)?.[1] ?? "", index);
    };
    const sheet = await sheetOf("fl_sprite/film.vtt", claims);
    expect((await visit(sheet)).status).toBe(200);
    expect(await withToken(sheet, claims, "")).toBe(403);
    const other = await sheetOf("w_200/fl_sprite/film.vtt", {});
    expect(await withToken(other, claims, sheet.searchParams.get("pass"))).toBe(403);
    expect(await statusOf("fl_sprite,w_200/film.vtt", { max_rung: 90 })).toBe(403);
  });
});

describe("a token for some codecs", () => {
  it("offers those, and refuses the others", async () => {
    const videos = names(await renditionsOf("sp_auto/film.m3u8", { codecs: ["h264"] })).filter((name) =>
      /^\d/.test(name),
    );
    expect(videos.length).toBeGreaterThan(2);
    expect(videos.every((name) => name.endsWith("-h264"))).toBe(true);
    expect(await statusOf("sp_auto,vc_av1/film.m3u8", { codecs: ["h264"] })).toBe(403);
    expect(await statusOf("du_5,vc_h265/film.mp4", { codecs: ["h264"] })).toBe(403);
    expect(await statusOf("du_5,vc_h264/film.mp4", { codecs: ["h264"] })).toBe(200);
  });
});

describe("a token for a time", () => {
  const SAID = [
    ["00:00:02.000", "00:00:04.000", "before"],
    ["00:00:30.000", "00:00:31.500", "in it"],
    ["00:00:41.000", "00:00:43.000", "behind"],
  ];
  const claims = { window: [30, 40] };
  const segmentsOf = async (playlist: URL | undefined) => {
    if (!playlist) throw new Error("there is no such rendition");
    const { body } = await visit(playlist);
    return { body, segments: urisIn(body).filter((uri) => !uri.startsWith("init")) };
  };
  const numbers = (segments: readonly string[]) => segments.map((uri) => Number(/^(\d+)\./.exec(uri)?.[1]));

  it("lists the segments that touch it, under their own numbers, in every rendition", async () => {
    const renditions = await renditionsOf("sp_auto/film.m3u8", claims);
    for (const name of ["720p-h264", "360p-av1", "audio0-aac"]) {
      const { body, segments } = await segmentsOf(renditions.get(name));
      // Segments of four seconds after two of two: the eighth begins at 28 s, the eleventh at 40 s.
      expect(numbers(segments), name).toEqual([8, 9, 10]);
      expect(body).toContain("#EXT-X-MEDIA-SEQUENCE:8");
      expect(body).toContain("#EXT-X-MAP:");
      expect(body).toContain("#EXT-X-ENDLIST");
    }
    const { segments } = await segmentsOf(renditions.get("iframes-h264"));
    expect(numbers(segments)).toEqual([14, 15, 16, 17, 18, 19]);
  });

  it("serves those, the very ones that others play, and none beside them", async () => {
    const all = await renditionsOf("sp_auto/film.m3u8", {});
    const few = await renditionsOf("sp_auto/film.m3u8", claims);
    const [whole, part] = [all.get("360p-h264"), few.get("360p-h264")];
    if (!whole || !part) throw new Error("there is no such rendition");
    expect(whole.pathname).toBe(part.pathname);
    const shared = (await segmentsOf(whole)).segments.map((uri) => new URL(uri, whole));
    const theirs = await visit(shared[9] as URL);
    const own = (await segmentsOf(part)).segments.map((uri) => new URL(uri, part));
    const ours = await visit(own[1] as URL);
    expect(ours.body).toBe(theirs.body);
    expect(ours.headers.get("server-timing")).toContain("desc=edge");
    const pass = own[0]?.searchParams.get("pass") ?? "";
    expect(pass).toMatch(/^8-10\./);
    for (const number of [0, 7, 11, 14]) expect(await withToken(shared[number] as URL, claims, pass)).toBe(403);
    for (const forged of [pass.replace("8-", "0-"), pass.replace("-10", "-15"), pass.slice(5), ""])
      expect(await withToken(shared[14] as URL, claims, forged)).toBe(403);
  });

  it("lists the same in DASH, and opens those", async () => {
    const { body } = await visit(await opened("sp_auto/film.mpd", claims));
    const templates = [...body.matchAll(/startNumber="(\d+)" initialization="([^"]*)" media="([^"]*)"/g)];
    expect(new Set(templates.map(([, first]) => first))).toEqual(new Set(["8", "14"]));
    const [, , init = "", media = ""] = templates[0]?.map((text) => text.replaceAll("&amp;", "&")) ?? [];
    expect((await visit(new URL(init, edge.base))).status).toBe(200);
    for (const [number, status] of [7, 8, 9, 10, 11].map((each) => [each, each > 7 && each < 11 ? 200 : 403])) {
      const { status: found } = await visit(new URL(media.replace("$Number$", String(number)), edge.base));
      expect([number, found]).toEqual([number, status]);
    }
  });

  it("has the subtitles cut to it where they are one file, and moved to its beginning", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "edgereel-")), "film_en.vtt");
    const cues = SAID.map(([from, to, text]) => `${from} --> ${to}\n${text}\n`);
    await writeFile(file, ["WEBVTT\n", ...cues].join("\n"));
    await sdk.upload(file, { public_id: "film_en.vtt", resource_type: "raw" });
    const chain = "sp_auto:subtitles_((code_en-US;file_film_en.vtt))";
    const fileOf = async (bounds: Claims) => {
      const { body } = await visit(await opened(`${chain}/film.mpd`, bounds));
      return new URL((/<BaseURL>([^<]*)/.exec(body)?.[1] ?? "").replaceAll("&amp;", "&"), edge.base);
    };
    // Whoever may read all of it comes first: what is kept for all is not what the others get.
    const all = await visit(await fileOf({}));
    expect(all.body.match(/^[a-z ]+$/gm)).toEqual(["before", "in it", "behind"]);
    const part = await fileOf(claims);
    for (let turn = 0; turn < 2; turn++) {
      const { status, headers, body } = await visit(part);
      expect([status, body]).toEqual([200, "WEBVTT\n\n00:00:02.000 --> 00:00:03.500\nin it\n"]);
      expect(headers.get("cache-control")).toMatch(/private/);
    }
    part.searchParams.delete("pass");
    expect(await withToken(part, claims)).toBe(403);
    expect((await visit(await fileOf({}))).body).toBe(all.body);
  });

  it("opens files that lie within it", async () => {
    const drawn = [
      "so_30,eo_40/fl_sprite/film.vtt",
      "so_30,eo_40/fl_sprite,vs_4/film.jpg",
      "so_30,eo_40,fl_waveform/film.png",
    ];
    for (const path of ["so_31,du_5,w_320/film.mp4", "so_30,eo_40/film.mp3", "so_35/film.jpg", ...drawn])
      expect([path, await statusOf(path, claims)]).toEqual([path, 200]);
    for (const path of [
      "so_28,du_5,w_320/film.mp4",
      "fl_sprite/film.json",
      "so_30,eo_41.1/fl_sprite,vs_4/film.jpg",
      "so_30,fl_waveform/film.png",
      "so_38,du_5/film.mp3",
      "so_5/film.jpg",
      "film.mp4",
      "e_preview/film.mp4",
    ])
      expect([path, await statusOf(path, claims)]).toEqual([path, 403]);
  });

  it("moves with trims, and opens no stream that has nothing of it", async () => {
    const { segments } = await segmentsOf((await renditionsOf("so_30/sp_auto/film.m3u8", claims)).get("360p-h264"));
    expect(numbers(segments)).toEqual([0, 1, 2, 3]);
    expect(await statusOf("so_45/sp_auto/film.m3u8", claims)).toBe(403);
  });
});

describe("a token for named transformations", () => {
  it("opens them, and nothing else", async () => {
    const claims = { transformations: ["small"] };
    for (const path of ["t_small/film.m3u8", "t_small/film.jpg", "t_small/q_auto/film.jpg"])
      expect([path, await statusOf(path, claims)]).toEqual([path, 200]);
    for (const path of [
      "film.m3u8",
      "film.mp4",
      "film.jpg",
      "w_320,c_limit/film.jpg",
      "t_small/w_100/film.jpg",
      "so_3/t_small/film.jpg",
    ])
      expect([path, await statusOf(path, claims)]).toEqual([path, 403]);
  });

  it("plays what the stream of one names, and no folder of another", async () => {
    const claims = { transformations: ["small"] };
    const named = (await renditionsOf("t_small/film.m3u8", claims)).get("full-h264");
    const other = (await renditionsOf("w_320/film.m3u8", {})).get("full-h264");
    if (!named || !other) throw new Error("there is no such rendition");
    expect((await visit(named)).status).toBe(200);
    expect(await withToken(other, claims, named.searchParams.get("pass"))).toBe(403);
  });
});

describe("a token for some viewers", () => {
  it.each<[Claims, number]>([
    [{ countries: ["AT", "DE"] }, 200],
    [{ countries: ["AT"] }, 403],
    [{ ip: ["127.0.0.0/8", "::1"] }, 200],
    [{ ip: ["203.0.113.0/24"] }, 403],
  ])("%j answers %i, for the stream and for what it names", async (claims, status) => {
    expect(await statusOf("sp_auto/film.m3u8", claims)).toBe(status);
    const playlist = (await renditionsOf("sp_auto/film.m3u8", {})).get("360p-h264");
    expect(await withToken(playlist as URL, claims)).toBe(status);
  });
});

describe("the original of a private video", () => {
  it("is bounded as any other file", async () => {
    const ask = async (claims: Claims) =>
      (await edge.get(`/demo/video/private/film.mp4?token=${await tokenOf(key, claims)}`)).status;
    expect([await ask({}), await ask({ max_rung: 720 }), await ask({ codecs: ["h264"] })]).toEqual([200, 200, 200]);
    expect([await ask({ max_rung: 480 }), await ask({ codecs: ["av1"] }), await ask({ window: [0, 60] })]).toEqual([
      403, 403, 403,
    ]);
  });
});
