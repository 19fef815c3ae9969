import { mkdtemp } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { bytesFor, type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { fileOf, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  await (await sdkFor(edge.base)).upload(await fileOf(join(folder, "film.mp4"), 100_000), { public_id: "shows/film" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.jobs.length = 0;
  origin.aborted = 0;
  origin.answer = undefined;
  origin.delayMilliseconds = 0;
});

const playlistOf = async (path: string, init?: RequestInit): Promise<readonly string[]> =>
  (await (await edge.get(path, init)).text()).trim().split("\n");
const uris = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line !== "" && !line.startsWith("#"));

/** The folder of a rendition of the film, under a transformation that no other test uses. */
async function renditionFolder(transformation: string, rendition = "540p-h264"): Promise<string> {
  const found = uris(await playlistOf(`/demo/video/upload/${transformation}/sp_auto/shows/film.m3u8`)).find((uri) =>
    uri.includes(`/${rendition}/`),
  );
  if (!found) throw new Error(`no ${rendition}`);
  return found.replace(/\/playlist\.m3u8$/, "");
}

const tierOf = (response: Response): string | undefined =>
  /cache;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1];

describe("a stream", () => {
  it("has its playlists at once, before anything is encoded", async () => {
    const variants = uris(await playlistOf("/demo/video/upload/sp_auto/shows/film.m3u8"));
    expect(variants).toHaveLength(12);
    for (const uri of variants) expect((await playlistOf(uri)).at(-1)).toBe("#EXT-X-ENDLIST");
    expect(origin.jobs).toEqual([]);
  });

  it("has the same children for every spelling of its URL", async () => {
    const spellings = [
      "c_fill,h_360,w_640/sp_auto",
      "sp_auto/w_640,h_360,c_fill,g_center",
      "f_auto,q_auto/c_fill,w_640,h_360/sp_auto/v1",
    ];
    const lists = await Promise.all(
      spellings.map((spelling) => playlistOf(`/demo/video/upload/${spelling}/shows/film.m3u8?_a=BAMAK2`)),
    );
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
  });

  it("shares its sound among all crops", async () => {
    const sound = async (transformation: string) =>
      (await playlistOf(`/demo/video/upload/${transformation}/shows/film.m3u8`)).find((line) =>
        line.includes("TYPE=AUDIO"),
      );
    expect(await sound("sp_auto")).toBe(await sound("c_fill,h_100,w_100/sp_auto"));
    expect(await sound("e_volume:50/sp_auto")).not.toBe(await sound("sp_auto"));
  });

  it("is compressed for whoever takes it", async () => {
    // fetch() decompresses; the header stays.
    const packed = await edge.get("/demo/video/upload/sp_auto/shows/film.m3u8", {
      headers: { "accept-encoding": "gzip" },
    });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")).toContain("accept-encoding");
    expect(await packed.text()).toMatch(/^#EXTM3U/);
  });

  it("offers the codecs that the client plays", async () => {
    const codecs = async (path: string, headers = {}) =>
      new Set(
        (await playlistOf(path, { headers }))
          .map((line) => /CODECS="(\w+)/.exec(line)?.[1])
          .filter((codec) => codec !== undefined),
      );
    const path = "/demo/video/upload/sp_auto/shows/film.m3u8";
    expect(await codecs(path, { "user-agent": "Lavf/60.0" })).toEqual(new Set(["avc1"]));
    expect(await codecs(`${path}?caps=av1`, { "user-agent": "Lavf/60.0" })).toEqual(new Set(["av01"]));
    expect(await codecs("/demo/video/upload/vc_h265,sp_auto/shows/film.m3u8")).toEqual(new Set(["hvc1"]));
  });

  it("answers 304 to whoever has it", async () => {
    const path = "/demo/video/upload/sp_auto/shows/film.m3u8";
    const etag = (await edge.get(path)).headers.get("etag") ?? "";
    expect((await edge.get(path, { headers: { "if-none-match": etag } })).status).toBe(304);
  });
});

describe("a segment", () => {
  it("is encoded when it is first asked for, and never again", async () => {
    const path = `${await renditionFolder("so_1")}/2.m4s`;
    const [first, second] = [await edge.get(path), await edge.get(path)];
    expect([tierOf(first), tierOf(second)]).toEqual(["encoded", "edge"]);
    expect(await second.text()).toBe(await first.text());
    expect(origin.jobs).toHaveLength(1);
    expect(first.headers.get("server-timing")).toContain("encode;dur=250.0");
    expect(second.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(second.headers.get("cache-status")).toBe("edgereel; hit");
  });

  it("is encoded once for two hundred viewers who ask at the same time", async () => {
    const path = `${await renditionFolder("so_2")}/3.m4s`;
    origin.delayMilliseconds = 300;
    const responses = await Promise.all(Array.from({ length: 200 }, () => edge.get(path)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    const tiers = responses.map(tierOf);
    expect(tiers.filter((tier) => tier === "encoded")).toHaveLength(1);
    expect(new Set(await Promise.all(responses.map((response) => response.text()))).size).toBe(1);
    expect(origin.jobs).toHaveLength(1);
  });

  it("comes from the store where this data centre has lost it", async () => {
    const path = `${await renditionFolder("so_3")}/1.m4s`;
    await edge.get(path);
    const caches = await edge.miniflare.getCaches();
    await caches.default.delete(new URL(path, edge.base).href);
    expect(tierOf(await edge.get(path))).toBe("store");
    expect(origin.jobs).toHaveLength(1);
  });

  it("is served by ranges, by HEAD and as 304 from a cache", async () => {
    const path = `${await renditionFolder("so_4")}/0.m4s`;
    const whole = await edge.get(path);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const range = await edge.get(path, { headers: { range: "bytes=8-17" } });
    expect([range.status, range.headers.get("content-range")]).toEqual([206, `bytes 8-17/${bytes.length}`]);
    expect(Buffer.from(await range.arrayBuffer())).toEqual(bytes.subarray(8, 18));
    expect((await edge.get(path, { headers: { range: `bytes=${bytes.length + 5}-` } })).status).toBe(416);
    const head = await edge.get(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(bytes.length),
      "",
    ]);
    expect((await edge.get(path, { headers: { "if-none-match": whole.headers.get("etag") ?? "" } })).status).toBe(304);
  });

  it("answers its first request by range, too", async () => {
    const path = `${await renditionFolder("so_5")}/0.m4s`;
    const range = await edge.get(path, { headers: { range: "bytes=0-9" } });
    expect([range.status, tierOf(range), (await range.arrayBuffer()).byteLength]).toEqual([206, "encoded", 10]);
  });

  it("brings the next ones to the origin's attention", async () => {
    const folder = await renditionFolder("so_6");
    await edge.get(`${folder}/2.m4s`);
    expect(origin.jobs[0]?.lookAhead.map(({ key }) => key)).toEqual(
      [3, 4, 5].map((number) => `${folder}/${number}.m4s`),
    );
  });

  it("can be read by players on any page, whatever the answer", async () => {
    const folder = await renditionFolder("so_7");
    for (const path of [
      `${folder}/0.m4s`,
      `${folder}/9999.m4s`,
      "/demo/video/upload/w_abc/shows/film.mp4",
      "/nothing",
    ]) {
      expect((await edge.get(path)).headers.get("access-control-allow-origin")).toBe("*");
    }
    const preflight = await edge.get(`${folder}/0.m4s`, { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([
      204,
      expect.stringContaining("range"),
    ]);
  });
});

describe("what no playlist has named", () => {
  it.each([
    ["a segment behind the end", (folder: string) => `${folder}/5000.m4s`],
    ["a rung above the source", (folder: string) => `${folder.replace("540p", "2160p")}/0.m4s`],
    ["an invented rendition", (folder: string) => `${folder.replace("540p-h264", "999p-h264")}/0.m4s`],
    [
      "another version of the bytes",
      (folder: string) => `${folder.replace(/@[0-9a-f]{16}/, "@0000000000000000")}/0.m4s`,
    ],
    ["another recipe", (folder: string) => `${folder.replace(/\.r\w+\//, ".r0other/")}/0.m4s`],
    [
      "a parameter that does not touch the rendition",
      (folder: string) => `${folder.replace("/upload/", "/upload/e_volume:50/")}/0.m4s`,
    ],
    ["another spelling", (folder: string) => `${folder.replace("/upload/", "/upload/c_scale,")}/0.m4s`],
    ["somebody else's name", (folder: string) => `${folder.replace("/shows/film/", "/shows/other/")}/0.m4s`],
  ])("causes no encode: %s", async (_, change) => {
    const response = await edge.get(change(await renditionFolder("so_8")));
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
    expect(origin.jobs).toEqual([]);
  });
});

describe("what is chosen by what is seen", () => {
  it("is looked for when an address first asks, and never again", async () => {
    const glances = () => origin.jobs.filter(({ job }) => job.kind === "glance").length;
    expect(glances()).toBe(0);
    const asked = "/demo/video/upload/so_auto/e_trim/c_pad,b_auto,w_300,h_300/shows/film.m3u8";
    const playlist = await (await edge.get(asked)).text();
    expect(playlist).toContain("/so_2/e_trim:at:0:90:0:90/b_rgb:102030,c_pad,h_300,w_300/");
    await edge.get("/demo/video/upload/c_fill,g_auto,h_100,w_100/shows/film.jpg");
    expect(glances()).toBe(1);
    const child = /^\/.*full-h264\/playlist.m3u8$/m.exec(playlist)?.[0] ?? "";
    expect((await edge.get(child)).status).toBe(200);
    expect((await edge.get(child.replace("so_2", "so_auto"))).status).toBe(404);
  });
});

describe("when something goes wrong", () => {
  it("hands on the origin's refusal, keeps none of it, and recovers", async () => {
    const path = `${await renditionFolder("so_9")}/0.m4s`;
    origin.answer = (_, response) =>
      response
        .writeHead(503, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ code: "origin-busy", detail: "busy", retryAfterSeconds: 2 }));
    const refused = await edge.get(path);
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("cache-control")]).toEqual([
      503,
      "2",
      "no-store",
    ]);
    origin.answer = undefined;
    expect((await edge.get(path)).status).toBe(200);
  });

  it("keeps nothing of an answer that was cut off", async () => {
    const path = `${await renditionFolder("so_10")}/0.m4s`;
    origin.answer = (job, response) => {
      const bytes = bytesFor(job);
      response.writeHead(200, { "content-length": bytes.length, "repr-digest": "sha-256=:AAAA:" });
      response.end(bytes);
    };
    expect((await edge.get(path)).status).toBe(503);
    origin.answer = undefined;
    const whole = await edge.get(path);
    expect(await whole.text()).toBe(bytesFor({ kind: "segment", key: path } as never).toString());
  });

  it("ends an encode that nobody waits for any more", async () => {
    const path = `${await renditionFolder("so_11")}/0.m4s`;
    origin.delayMilliseconds = 8000;
    // workerd hears of a client that resets its connection, not of one that merely closes it.
    const { hostname, port } = new URL(edge.base);
    const socket = connect(Number(port), hostname).on("error", () => {});
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    await expect.poll(() => origin.jobs.length).toBe(1);
    socket.resetAndDestroy();
    await expect.poll(() => origin.aborted, { timeout: 7000 }).toBe(1);
  });

  it("names the parameter at fault, for people and for SDKs", async () => {
    const response = await edge.get("/demo/video/upload/c_fil,w_300/shows/film.mp4");
    expect(response.status).toBe(400);
    expect(response.headers.get("x-cld-error")).toContain("c takes one of");
    expect(await response.json()).toMatchObject({
      code: "invalid-value",
      parameter: "c",
      nearest: "c_fit",
      status: 400,
    });
  });

  it.each([
    ["/demo/video/upload/nowhere.mp4", 404],
    ["/other/video/upload/shows/film.mp4", 404],
    ["/demo/video/upload/so_100/shows/film.m3u8", 400],
    ["/demo/video/upload/w_300/shows/film.amr", 400],
  ])("refuses %s with %i", async (path, status) => {
    expect((await edge.get(path)).status).toBe(status);
  });

  it("refuses a method that is not for delivery", async () => {
    expect((await edge.get("/demo/video/upload/shows/film.mp4", { method: "DELETE" })).status).toBe(405);
  });
});

describe("a file", () => {
  it.each([
    ["image/avif,image/webp,*/*", "image/avif"],
    ["image/webp,*/*", "image/webp"],
    ["image/jpeg,*/*;q=0.5", "image/jpeg"],
  ])("is the smallest picture that a client accepts, where f_auto leaves the choice: %s", async (accept, type) => {
    const response = await edge.get("/demo/video/upload/so_2,w_400/f_auto/shows/film.jpg", { headers: { accept } });
    expect([response.headers.get("content-type"), response.headers.get("vary")]).toEqual([type, "accept"]);
  });

  it("is what its extension says where nothing leaves the choice", async () => {
    const headers = { accept: "image/avif,image/webp,*/*" };
    const response = await edge.get("/demo/video/upload/so_2,w_400/shows/film.jpg", { headers });
    expect([response.headers.get("content-type"), response.headers.get("vary")]).toEqual(["image/jpeg", null]);
  });

  it.each([
    ["fl_attachment", 'attachment; filename="film.jpg"'],
    ["fl_attachment:my_still", 'attachment; filename="my_still.jpg"'],
    ["fl_attachment:my_still%252Ejpg", 'attachment; filename="my_still.jpg"'],
    ["fl_streaming_attachment:%C3%A9t%C3%A9", 'attachment; filename="_t_.jpg"'],
  ])("is saved under a name: %s", async (flag, disposition) => {
    const response = await edge.get(`/demo/video/upload/so_2,w_300/${flag}/shows/film.jpg`);
    expect(response.headers.get("content-disposition")).toContain(disposition);
  });
});

describe("stills and clips", () => {
  it("are made once, and served under every spelling", async () => {
    const first = await edge.get("/demo/video/upload/so_3,w_300/shows/film.jpg");
    const second = await edge.get("/demo/video/upload/w_300,so_3.0/q_auto/v7/shows/film.jpg");
    expect([first.status, first.headers.get("content-type"), tierOf(first), tierOf(second)]).toEqual([
      200,
      "image/jpeg",
      "encoded",
      "edge",
    ]);
    expect(origin.jobs).toHaveLength(1);
    // The address leads to other bytes when the video is replaced.
    expect(first.headers.get("cache-control")).toBe("public, max-age=60");
  });

  it("are bounded in length", async () => {
    origin.jobs.length = 0;
    const response = await edge.get("/demo/video/upload/so_5,du_10,w_300/shows/film.mp4");
    expect([response.status, origin.jobs[0]?.job.kind]).toEqual([200, "whole"]);
  });

  it("the uploaded file itself is served as it is, by ranges", async () => {
    const whole = await edge.get("/demo/video/upload/shows/film.mp4");
    expect([whole.status, whole.headers.get("content-length"), tierOf(whole)]).toEqual([200, "100000", "copied"]);
    const range = await edge.get("/demo/video/upload/shows/film.mp4", { headers: { range: "bytes=-100" } });
    expect([range.status, range.headers.get("content-range")]).toEqual([206, "bytes 99900-99999/100000"]);
    expect(origin.jobs).toEqual([]);
  });
});
