import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import {
  FORMATS,
  informationOf,
  planDelivery,
  type Source,
  sheetJob,
  storyboardOf,
  tileFrame,
  tilesOn,
} from "./index.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const planned = (text: string, source: Source = sourceFacts()) => planDelivery(parseTransformation(text), source);

const film = (seconds: number, facts: Parameters<typeof videoTrackFacts>[0] = {}): Source =>
  sourceFacts({ video: videoTrackFacts({ endTicks: 90_000 * seconds, ...facts }) });

/** A film at 25 frames a second whose key pictures lie so many seconds apart. */
const keyed = (seconds: number, keySeconds: number): Source => {
  const pts = Array.from({ length: Math.ceil(seconds / keySeconds) }, (_, key) => key * keySeconds * 90_000);
  return film(seconds, { frameRate: rational(25), keyframes: { pts, dts: pts } });
};

function written(format: "vtt" | "json", text: string, source?: Source): string {
  const entry = FORMATS[format];
  if (entry?.kind !== "index") throw new Error("no index");
  return entry.write(planned(text, source), (sheet) => `${sheet}.jpg`);
}

const context = { recipe: "r", key: "k", source: { version: "v", bytes: 1, container: "mov", url: "https://u" } };

describe("a storyboard's tiles", () => {
  it.each([
    ["160 wide where no size is named", "", { width: 160, height: 90 }],
    ["as large as the URL makes the picture", "c_fill,h_100,w_100", { width: 100, height: 100 }],
    ["480 a side at most", "w_1280", { width: 480, height: 270 }],
    ["of the picture that is shown", "c_crop,h_1080,w_1080/a_90", { width: 480, height: 480 }],
  ])("are %s", (_, text, tile) => {
    expect(storyboardOf(planned(text)).tile).toEqual(tile);
  });

  it("stay small whatever a layer measures, and upright", () => {
    expect(storyboardOf(planned("", film(10, { rotation: 90 }))).tile).toEqual({ width: 160, height: 284 });
  });

  it.each([
    [3, 3],
    [60, 60],
    [600, 120],
    [2 * 3600, 120],
    [12 * 3600, 144],
    [100 * 3600, 200],
  ])("of %i seconds are no more than a player can use: %i", (seconds, tiles) => {
    expect(storyboardOf(planned("", film(seconds))).tiles).toBe(tiles);
  });

  it.each([
    ["vs_20", 20],
    ["vs_2.5s", 24],
    ["so_10,du_30/vs_2s", 15],
    ["du_5/e_accelerate:-50/vs_1s", 10],
  ])("are as many as %s says", (text, tiles) => {
    expect(storyboardOf(planned(text)).tiles).toBe(tiles);
  });

  it("are never more than there are frames, nor than an index holds", () => {
    expect(storyboardOf(planned("du_0.2/vs_100")).tiles).toBe(6);
    expect(() => storyboardOf(planned("vs_0.05s"))).toThrow(expect.objectContaining({ code: "invalid-value" }));
    expect(() => storyboardOf(planned("", sourceFacts({ soundOnly: true })))).toThrow(
      expect.objectContaining({ code: "no-picture" }),
    );
  });
});

describe("a storyboard, and what is told of files, in high dynamic range", () => {
  const colour = { range: "tv", primaries: "bt2020", transfer: "arib-std-b67", matrix: "bt2020nc" } as const;
  const hdr = film(10, { colour, pixelFormat: "yuv420p10le", bitDepth: 10 });

  it("is refused by name, and mapped to standard without dr_high", () => {
    const refused = expect.objectContaining({ code: "unsupported-parameter", facts: { parameter: "dr" } });
    expect(() => storyboardOf(planned("dr_high", hdr))).toThrow(refused);
    expect(() => informationOf(planned("dr_high", hdr), "jpg")).toThrow(refused);
    expect(storyboardOf(planned("", hdr)).tiles).toBe(10);
  });
});

describe("what a tile shows", () => {
  const frames = (text: string, source: Source) => {
    const plan = planned(text, source);
    const storyboard = storyboardOf(plan);
    return Array.from({ length: storyboard.tiles }, (_, tile) => tileFrame(plan, storyboard, tile));
  };

  it("is the first key picture of its time, which is decoded alone", () => {
    expect(frames("vs_5s", keyed(20, 4))).toEqual([0, 200, 300, 400]);
  });

  it("is the frame with which its time begins, where no key picture lies in it", () => {
    expect(frames("vs_1s", keyed(6, 2.5))).toEqual([0, 25, 63, 75, 100, 125]);
  });

  it("is counted from where the film is cut", () => {
    expect(frames("so_3/vs_5s", keyed(20, 4))).toEqual([25, 125, 325, 375]);
  });

  it("is the frame with which its time begins, wherever the film is retimed or its key pictures are not known", () => {
    expect(frames("e_reverse/vs_5s", keyed(20, 4))).toEqual([0, 125, 250, 375]);
    expect(frames("vs_5s", film(20, { frameRate: rational(25) }))).toEqual([0, 125, 250, 375]);
  });
});

describe("the index", () => {
  it("names a part of a sheet for every moment, to the millisecond, without gap or overlap", () => {
    const source = film(10, { frameRate: rational(30_000, 1001), endTicks: 3003 * 300 });
    const lines = written("vtt", "vs_3", source).split("\n");
    expect(lines).toEqual([
      "WEBVTT",
      "",
      "00:00:00.000 --> 00:00:03.337",
      "0.jpg#xywh=0,0,160,90",
      "",
      "00:00:03.337 --> 00:00:06.673",
      "0.jpg#xywh=160,0,160,90",
      "",
      "00:00:06.673 --> 00:00:10.010",
      "0.jpg#xywh=320,0,160,90",
      "",
    ]);
  });

  it("fills a sheet row by row, and goes on to the next", () => {
    const parts = written("vtt", "vs_27").match(/^\d+\.jpg#xywh=\d+,\d+/gm);
    expect([parts?.[5], parts?.[24], parts?.[25], parts?.[26]]).toEqual([
      "0.jpg#xywh=0,90",
      "0.jpg#xywh=640,360",
      "1.jpg#xywh=0,0",
      "1.jpg#xywh=160,0",
    ]);
  });

  it("says the same to programs, and which moment each tile shows", () => {
    const json = JSON.parse(written("json", "vs_5s", keyed(20, 4)));
    expect(json).toMatchObject({ duration: 20, tile_width: 160, sheets: [{ url: "0.jpg", width: 640, height: 90 }] });
    expect(json.tiles).toEqual([
      { start: 0, end: 5, shows: 0, sheet: 0, x: 0, y: 0 },
      { start: 5, end: 10, shows: 8, sheet: 0, x: 160, y: 0 },
      { start: 10, end: 15, shows: 12, sheet: 0, x: 320, y: 0 },
      { start: 15, end: 20, shows: 16, sheet: 0, x: 480, y: 0 },
    ]);
  });
});

describe("a sheet", () => {
  it("opens the film once for each of its tiles, by one decoding thread each", () => {
    const job = sheetJob(planned("vs_27"), "jpg", 1, context);
    expect(job?.inputs.map(({ decoderThreads }) => decoderThreads)).toEqual([1, 1]);
    expect(job?.isHeavy).toBe(true);
    expect(sheetJob(planned("vs_27"), "jpg", 2, context)).toBeUndefined();
  });

  it("decodes what lies behind one key picture once, and what lies between others not at all", () => {
    const inputsOf = (text: string) => sheetJob(planned(text, keyed(20, 4)), "jpg", 0, context)?.inputs;
    expect(inputsOf("vs_1s")).toHaveLength(5);
    expect(inputsOf("so_5/vs_1s")).toHaveLength(4);
    expect(inputsOf("vs_5s")?.map(({ decoderThreads }) => decoderThreads)).toEqual([1, 1, 1, 1]);
    expect(inputsOf("e_reverse/vs_1s")).toHaveLength(20);
  });

  it("holds fewer tiles where each of them costs more memory", () => {
    const sides = (text: string, source: Source) => storyboardOf(planned(text, source)).side;
    expect(sides("", film(60))).toBe(5);
    expect(sides("", film(60, { width: 3840, height: 2160 }))).toBe(3);
    expect(sides("", film(60, { width: 7680, height: 4320, bitDepth: 10 }))).toBe(1);
    expect(sides("l_text:Arial_20:a/fl_layer_apply", film(60))).toBeLessThan(5);
    expect(tilesOn(storyboardOf(planned("vs_10", film(60, { width: 3840, height: 2160 }))), 1)).toEqual([9]);
  });
});
