import { describe, expect, it } from "vitest";
import { canonicalTransformation, formatTransformation, Problem, parseTransformation, rational } from "#transformation";
import { sayings } from "./burnt-subtitles.ts";
import { NOTHING_KEPT } from "./instantiate.ts";
import { planDelivery } from "./plan.ts";
import type { Cue } from "./subtitles/cue.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const cue = (start: number, end: number, text: string, style: Partial<Cue["runs"][number]> = {}): Cue => ({
  start: rational(Math.round(start * 1000), 1000),
  end: rational(Math.round(end * 1000), 1000),
  runs: [{ text, ...style }],
});

const ALL = { from: 0, to: 1000, isWhole: true };
const said = (cues: readonly Cue[], rate = rational(10), span = ALL) =>
  sayings(cues, rate, span).map(({ cues: at, from, to }) => [from, to, at.map(({ runs }) => runs[0]?.text).join("+")]);

describe("what is said", () => {
  it("is shown by the frames that begin within its time", () => {
    expect(said([cue(0.5, 1.5, "a"), cue(1.52, 1.61, "b"), cue(1.71, 1.79, "between two frames")])).toEqual([
      [5, 15, "a"],
      [16, 17, "b"],
    ]);
  });

  it("is one text where several say something at once, the earlier ones above", () => {
    expect(said([cue(1, 3, "a"), cue(2, 4, "b"), cue(2.5, 2.7, "c"), cue(4, 5, "d")])).toEqual([
      [10, 20, "a"],
      [20, 25, "a+b"],
      [25, 27, "a+b+c"],
      [27, 30, "a+b"],
      [30, 40, "b"],
      [40, 50, "d"],
    ]);
  });

  it("is cut to when the layer is shown", () => {
    expect(said([cue(0, 2, "a"), cue(3, 9, "b")], rational(10), { from: 5, to: 40, isWhole: false })).toEqual([
      [5, 20, "a"],
      [30, 40, "b"],
    ]);
  });
});

const FILM = sourceFacts({ video: videoTrackFacts({ width: 640, height: 288, frameRate: rational(10) }) });
const CUES = [cue(2, 3, "Two"), cue(5, 7, "Five", { isItalic: true })];
const layers = (cues: readonly Cue[] = CUES) => [
  {
    publicId: "film.srt",
    resourceType: "raw" as const,
    cues,
    source: sourceFacts({ version: "00000000000000aa", soundOnly: true, silent: true }),
  },
];

const laid = (chain: string, cues = CUES) =>
  (
    planDelivery(parseTransformation(chain), FILM, { ...NOTHING_KEPT, layers: layers(cues) }).canvas?.steps ?? []
  ).flatMap(({ laid: each, timedFrom = 0 }) =>
    each && "drawing" in each.content ? [{ ...each, drawing: each.content.drawing, at: each.from - timedFrom }] : [],
  );

describe("subtitles that are burnt in", () => {
  it.each([
    ["l_subtitles:film.srt/fl_layer_apply", [20, 50]],
    ["so_1/l_subtitles:film.srt/fl_layer_apply", [10, 40]],
    ["l_subtitles:film.srt/fl_layer_apply/so_1", [10, 40]],
    ["e_accelerate:100/l_subtitles:film.srt/fl_layer_apply", [10, 25]],
    ["l_subtitles:film.srt/fl_layer_apply,so_4", [50]],
  ])("stand where the film says them: %s", (chain, firstFrames) => {
    expect(laid(chain).map(({ at }) => at)).toEqual(firstFrames);
  });

  it("are white within a black stroke, at the bottom, in a size that follows the picture's", () => {
    const [first, second] = laid("l_subtitles:film.srt/fl_layer_apply");
    expect(first).toMatchObject({ x: "(W-w)/2+(0)", y: "H-h-(10)" });
    expect(first?.drawing).toMatchObject({
      text: "Two",
      font: "Arial",
      sizePixels: 14,
      colour: "ffffffff",
      stroke: { colour: "000000ff", widthPixels: 1 },
      alignment: "center",
      isItalic: false,
    });
    expect(second?.drawing).toMatchObject({ text: "Five", isItalic: true });
    const [larger] = laid("w_1280,h_576/l_subtitles:film.srt/fl_layer_apply");
    expect([larger?.drawing.sizePixels, larger?.y]).toEqual([28, "H-h-(20)"]);
  });

  it("look as the URL says", () => {
    const [first] = laid(
      "l_subtitles:impact_30_bold:film.srt,b_rgb:331a00,co_khaki,g_north_west,x_5,y_7/fl_layer_apply",
    );
    expect(first).toMatchObject({ x: "5", y: "7" });
    expect(first?.drawing).toMatchObject({
      font: "impact",
      sizePixels: 26,
      isBold: true,
      colour: "f0e68cff",
      background: "331a00ff",
      alignment: "left",
    });
    expect(first?.drawing.stroke).toBeUndefined();
  });

  it("are laid in the middle only where the URL says so: the bottom is the usual place, and is not spelled", () => {
    const canonical = (text: string) => formatTransformation(canonicalTransformation(parseTransformation(text)));
    expect(canonical("l_subtitles:a.srt/fl_layer_apply,g_south")).toBe("l_subtitles:a.srt/fl_layer_apply");
    expect(canonical("l_subtitles:a.srt,g_center/fl_layer_apply")).toBe("l_subtitles:a.srt/fl_layer_apply,g_center");
  });

  it("are in the picture's key with the version of the file, and in no key of the sound", () => {
    const { keys } = planDelivery(parseTransformation("l_subtitles:arial_20:film.srt/fl_layer_apply"), FILM, {
      ...NOTHING_KEPT,
      layers: layers(),
    });
    expect(formatTransformation(keys.picture)).toBe("l_subtitles:arial_20:film.srt:@00000000000000aa/fl_layer_apply");
    expect(keys.sound).toEqual([]);
  });

  it.each([
    ["u_subtitles:film.srt/fl_layer_apply", "l"],
    ["l_subtitles:film.srt/fl_layer_apply,fl_cutter", "l"],
    ["l_subtitles:other.srt/fl_layer_apply", "l"],
    ["l_subtitles:film.srt,b_blurred/fl_layer_apply", "b"],
  ])("are refused as %s", (chain, parameter) => {
    expect(() => laid(chain)).toThrow(expect.objectContaining({ facts: expect.objectContaining({ parameter }) }));
  });

  it("are refused where a segment would have to draw without end", () => {
    const flicker = Array.from({ length: 60 }, (_, index) => cue(index / 10, (index + 1) / 10, String(index)));
    expect(() => laid("l_subtitles:film.srt/fl_layer_apply", flicker)).toThrow(Problem);
    expect(laid("l_subtitles:film.srt/fl_layer_apply", flicker.slice(0, 40))).toHaveLength(40);
    const crowd = Array.from({ length: 20_000 }, (_, index) => cue(index / 1000, 30, "all at once"));
    expect(() => laid("l_subtitles:film.srt/fl_layer_apply", crowd)).toThrow(Problem);
    expect(() => laid("l_subtitles:film.srt/fl_layer_apply", [cue(1, 2, "x".repeat(1001))])).toThrow(Problem);
    const film = Array.from({ length: 2000 }, (_, index) => cue(index * 3, index * 3 + 2, String(index)));
    expect(() => laid("e_loop:100/l_subtitles:film.srt/fl_layer_apply", film)).toThrow(Problem);
    expect(() => laid("l_subtitles:film.srt/fl_layer_apply/e_loop:100", film)).not.toThrow();
  });
});
