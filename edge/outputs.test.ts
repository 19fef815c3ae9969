import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  sdk = await sdkFor(edge.base);
  const path = await newFilm(50_000);
  await sdk.upload(path, { public_id: "film" });
  await sdk.upload(path, { public_id: "secret", type: "authenticated" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.jobs.length = 0;
});

const pathOf = (transformation: string, extension?: string): string =>
  `/demo/video/upload/${transformation}/film${extension === undefined ? "" : `.${extension}`}`;

const explained = async (path: string) => {
  const headers = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };
  return (await edge.get(`${path}?explain`, { headers })).json();
};

/** What the lines of an index name. */
const sheetsIn = (index: string): readonly string[] =>
  index.split("\n").flatMap((line) => (line.includes("#xywh=") ? [line.slice(0, line.indexOf("#"))] : []));

describe("a storyboard", () => {
  it("says at once what is to be seen when, and where: each tile on a sheet with an address that never changes", async () => {
    const response = await edge.get(pathOf("fl_sprite", "vtt"));
    expect(response.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const index = await response.text();
    expect(index).toMatch(
      /^WEBVTT\n\n00:00:00\.000 --> 00:00:01\.000\n\/demo\/.*\/storyboard-jpg\/0\.jpg#xywh=0,0,160,90\n/,
    );
    expect(new Set(sheetsIn(index)).size).toBe(3);
    expect(origin.jobs).toEqual([]);
    const sheet = await edge.get(sheetsIn(index).at(-1) ?? "");
    expect(sheet.headers.get("content-type")).toBe("image/jpeg");
    expect(sheet.headers.get("cache-control")).toContain("immutable");
    // The last ten of sixty.
    expect(origin.jobs.map(({ job }) => job.kind === "whole" && job.inputs.length)).toEqual([10]);
  });

  it("has the same sheets in whatever way it is asked for", async () => {
    const first = async (transformation: string, extension: string) =>
      sheetsIn(await (await edge.get(pathOf(transformation, extension))).text())[0];
    const known = await first("w_100,h_50,c_fill/fl_sprite", "vtt");
    expect(await first("fl_sprite/c_fill,h_50,w_100/sp_auto,e_volume:50", "vtt")).toBe(known);
    const json = await (await edge.get(pathOf("c_fill,h_50,w_100,fl_sprite", "json"))).json();
    expect(json).toMatchObject({ duration: 60, tile_width: 100, tile_height: 50, sheets: [{ url: known }, {}, {}] });
  });

  it("is one sheet of the whole film as a picture: the index's own where that has one only", async () => {
    const response = await edge.get(pathOf("fl_sprite,vs_9", "jpg"));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    const [sheet] = sheetsIn(await (await edge.get(pathOf("fl_sprite,vs_9", "vtt"))).text());
    expect((await edge.get(sheet ?? "")).status).toBe(200);
    expect(origin.jobs).toHaveLength(1);
    await edge.get(pathOf("fl_sprite", "png"));
    expect(origin.jobs.map(({ job }) => job.kind === "whole" && job.inputs.length)).toEqual([9, 25]);
  });

  it("hands tokens on to every sheet, and opens none without", async () => {
    const signed = sdk.path("secret", {
      ...{ type: "authenticated", sign_url: true, format: "vtt" },
      transformation: [{ flags: "sprite" }],
    });
    const response = await edge.get(signed);
    expect(response.headers.get("cache-control")).toContain("private");
    const [sheet = ""] = sheetsIn(await response.text());
    expect(sheet).toContain("?token=");
    expect((await edge.get(sheet)).status).toBe(200);
    expect((await edge.get(sheet.replace(/\?.*/, ""))).status).toBe(401);
  });

  it.each([
    ["fl_sprite", "mp4", { code: "unsupported-format", parameter: "extension", nearest: ".vtt" }],
    ["w_100", "vtt", { code: "unsupported-format", nearest: "fl_sprite" }],
    ["fl_sprite,vs_0.01s", "vtt", { code: "invalid-value", parameter: "vs" }],
    ["fl_sprite,vs_26", "jpg", { code: "invalid-value", parameter: "vs", nearest: "vs_25" }],
  ])("is refused by name where it cannot be had: %s as .%s", async (transformation, extension, problem) => {
    const response = await edge.get(pathOf(transformation, extension));
    expect([response.status, await response.json()]).toMatchObject([400, problem]);
  });

  it("makes no sheet that no index names", async () => {
    const [sheet = ""] = sheetsIn(await (await edge.get(pathOf("fl_sprite,vs_30", "vtt"))).text());
    for (const forged of [
      sheet.replace("/0.jpg", "/2.jpg"),
      sheet.replace("/0.jpg", "/0.png"),
      sheet.replace("vs_30", "fl_sprite,vs_30"),
      sheet.replace("storyboard-jpg", "720p-h264"),
    ])
      expect((await edge.get(forged)).status, forged).toBe(404);
    expect(origin.jobs).toEqual([]);
  });

  it("is explained with its tiles and sheets", async () => {
    expect(await explained(pathOf("fl_sprite", "vtt"))).toMatchObject({
      plan: {
        output: "vtt",
        storyboard: { tiles: 60, sheets: 3, tile: { width: 160, height: 90 }, interval: "1.000000" },
      },
    });
  });
});

describe("a waveform", () => {
  it("is a .png where no other picture is asked for, made once, under an address of its own", async () => {
    const response = await edge.get(pathOf("co_red,fl_waveform"));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
    await edge.get(pathOf("fl_waveform,co_red", "png"));
    expect(origin.jobs).toHaveLength(1);
    expect((await edge.get(pathOf("fl_waveform", "jpg"))).headers.get("content-type")).toBe("image/jpeg");
  });

  it.each([
    ["fl_waveform", "mp4", { code: "unsupported-format", parameter: "fl_waveform", nearest: ".png" }],
    ["fl_waveform/sp_auto", "m3u8", { code: "unsupported-format", parameter: "fl_waveform" }],
    ["fl_waveform/fl_animated", "webp", { code: "unsupported-format", parameter: "fl_waveform" }],
    ["fl_waveform/fl_sprite", "vtt", { code: "conflicting-parameters", parameter: "fl_sprite" }],
    ["l_film/fl_waveform/fl_layer_apply", "jpg", { code: "unsupported-parameter", parameter: "fl_waveform" }],
  ])("is refused by name as anything else: %s as .%s", async (transformation, extension, problem) => {
    const response = await edge.get(pathOf(transformation, extension));
    expect([response.status, await response.json()]).toMatchObject([400, problem]);
    expect(origin.jobs).toEqual([]);
  });

  it("is explained as the picture that it is", async () => {
    expect(await explained(pathOf("fl_waveform,w_300", "png"))).toMatchObject({
      parameters: [{ key: "w" }, { key: "fl_waveform" }],
      plan: { output: "png", width: 300, height: 160 },
    });
  });
});

describe("fl_getinfo", () => {
  it("tells what comes of a URL, and makes nothing", async () => {
    const response = await edge.get(pathOf("c_fill,h_100,w_200/du_5/fl_getinfo", "webm"));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("public, max-age=10");
    expect(await response.json()).toMatchObject({
      input: { format: "mp4", bytes: 50_000, width: 1280, height: 720, duration: 60, frame_rate: "25" },
      output: { format: "webm", width: 200, height: 100, duration: 5, frames: 125, video_codec: "vp9" },
    });
    expect(origin.jobs).toEqual([]);
  });

  it("tells of the file itself, to the byte, where nothing is asked of it", async () => {
    for (const extension of [undefined, "mp4"])
      expect(await (await edge.get(pathOf("fl_getinfo", extension))).json()).toMatchObject({
        output: { format: "mp4", bytes: 50_000 },
      });
  });

  it("is refused where the URL would be", async () => {
    const response = await edge.get(pathOf("vc_h264/fl_getinfo", "webm"));
    expect([response.status, await response.json()]).toMatchObject([400, { code: "unsupported-format" }]);
    const path = "/demo/video/authenticated/w_100/fl_getinfo/secret.jpg";
    expect((await edge.get(path)).status).toBe(401);
    const signed = sdk.path("secret", {
      ...{ type: "authenticated", sign_url: true, format: "jpg" },
      transformation: [{ width: 100 }, { flags: "getinfo" }],
    });
    const opened = await edge.get(signed);
    expect(opened.headers.get("cache-control")).toBe("private, max-age=10");
    expect(await opened.json()).toMatchObject({ output: { format: "jpg", width: 100 } });
  });

  it("is explained as any other parameter", async () => {
    expect(await explained(pathOf("w_100/fl_getinfo", "jpg"))).toMatchObject({
      parameters: [{ key: "w" }, { key: "fl_getinfo", from: "url" }],
      plan: { output: "information" },
    });
  });
});
