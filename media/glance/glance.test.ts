import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTransformation, Problem, parseTransformation, rational } from "#transformation";
import { planDelivery } from "../plan.ts";
import { sourceFacts, videoTrackFacts } from "../testing/sources.ts";
import { needsGlance } from "./deciding.ts";
import { ATTENTION_CELLS, type Glance } from "./glance.ts";
import { glanceFrom, type SeenMoment } from "./looking.ts";
import { momentsOf } from "./moments.ts";

const SIZE = { width: 96, height: 54, shownWidth: 1920, shownHeight: 1080 };

type Paint = (x: number, y: number) => readonly [number, number, number];

function painted(paint: Paint): Uint8Array {
  const rgb = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let y = 0; y < SIZE.height; y++)
    for (let x = 0; x < SIZE.width; x++) rgb.set(paint(x, y), (y * SIZE.width + x) * 3);
  return rgb;
}

const still = (frame: number, paint: Paint): SeenMoment => ({ frame, first: painted(paint), later: painted(paint) });

const BLUE: readonly [number, number, number] = [32, 48, 80];

/** A checked patch around a place, in shares, on plain blue. */
const patchAt =
  (across: number, down: number): Paint =>
  (x, y) =>
    Math.abs(x / SIZE.width - across) < 0.1 && Math.abs(y / SIZE.height - down) < 0.15
      ? (x + y) % 2
        ? [250, 240, 60]
        : [20, 20, 20]
      : BLUE;

const seen = (glance: Glance) => ({ ...sourceFacts(), glance });

/** The key of what a transformation comes to for a source that was looked at. */
const decidedAs = (transformation: string, glance: Glance): string =>
  formatTransformation(planDelivery(parseTransformation(transformation), seen(glance)).keys.whole);

/** The place that `g_auto` has come to, in percent. */
function placeIn(key: string): readonly [number, number] {
  const [, across, down] = /g_auto:at:([\d.]+):([\d.]+)/.exec(key) ?? [];
  return [Number(across), Number(down)];
}

describe("what is worth seeing", () => {
  it.each([
    [0.2, 0.5],
    [0.75, 0.5],
    [0.8, 0.3],
  ])("is kept where it lies: at %d, %d", (across, down) => {
    const glance = glanceFrom([still(0, patchAt(across, down))], SIZE);
    const [left] = placeIn(decidedAs("c_fill,g_auto,h_640,w_360", glance));
    // A part of 31.6 % holds all of the patch, of 20 %.
    expect(Math.abs(left - across * 100)).toBeLessThan(6);
    const [x, y] = placeIn(decidedAs("c_crop,g_auto,h_0.4,w_0.3", glance));
    expect(Math.abs(x - across * 100)).toBeLessThan(6);
    expect(Math.abs(y - down * 100)).toBeLessThan(6);
  });

  it("is what moves, more than what stands still", () => {
    const striped: Paint = (x, y) =>
      Math.abs(x / SIZE.width - 0.2) < 0.1 && x % 6 < 3 && y % 2 ? [120, 110, 90] : BLUE;
    const passing =
      (shift: number): Paint =>
      (x, y) =>
        Math.abs((x - shift) / SIZE.width - 0.75) < 0.05 ? [120, 90, 90] : striped(x, y);
    expect(placeIn(decidedAs("c_fill,g_auto,h_640,w_360", glanceFrom([still(0, striped)], SIZE)))[0]).toBeLessThan(40);
    const glance = glanceFrom([{ frame: 0, first: painted(passing(0)), later: painted(passing(9)) }], SIZE);
    expect(placeIn(decidedAs("c_fill,g_auto,h_640,w_360", glance))[0]).toBeGreaterThan(60);
  });

  it("is found wherever the picture was turned, mirrored or cut before", () => {
    const glance = glanceFrom([still(0, patchAt(0.75, 0.5))], SIZE);
    const at = (chain: string) => placeIn(decidedAs(chain, glance).split("/").at(-1) ?? "");
    expect(Math.abs(at("a_hflip/c_fill,g_auto,h_640,w_360")[0] - 25)).toBeLessThan(6);
    expect(Math.abs(at("a_180/c_fill,g_auto,h_640,w_360")[0] - 25)).toBeLessThan(6);
    // Right becomes below.
    expect(Math.abs(at("a_90/c_fill,g_auto,h_360,w_640")[1] - 75)).toBeLessThan(6);
    expect(Math.abs(at("a_270/c_fill,g_auto,h_360,w_640")[1] - 25)).toBeLessThan(6);
    // The right half: what was at 75 % is in its middle, and nothing has to be said.
    expect(Math.abs((at("c_crop,g_east,w_0.5/c_fill,g_auto,h_640,w_360")[0] || 50) - 50)).toBeLessThan(8);
    expect(Math.abs(at("c_pad,h_1080,w_3840/c_crop,g_auto,h_1.0,w_0.2")[0] - 62.5)).toBeLessThan(5);
  });

  it("stays in the middle where all is alike, and is not looked for where nothing is cut off", () => {
    const plain = glanceFrom([still(0, () => BLUE)], SIZE);
    expect(decidedAs("c_fill,g_auto,h_640,w_360", plain)).toBe("c_fill,g_auto:at:50:50,h_640,w_360");
    const patch = glanceFrom([still(0, patchAt(0.2, 0.5))], SIZE);
    expect(decidedAs("c_fill,g_auto,h_360,w_640", patch)).toBe("c_fill,h_360,w_640");
    expect(decidedAs("c_scale,g_auto,w_640", patch)).not.toContain("g_");
  });

  it("is spelled so that the same place is read", () => {
    const place = fc.integer({ min: 0, max: 1000 }).map((thousandths) => String(thousandths / 10));
    fc.assert(
      fc.property(place, place, (across, down) => {
        const text = `c_fill,g_auto:at:${across}:${down},h_640,w_360`;
        expect(formatTransformation(parseTransformation(text))).toBe(text);
      }),
    );
    expect(() => parseTransformation("c_fill,g_auto:at:101:0,w_100")).toThrow(Problem);
  });
});

describe("a moment that is chosen", () => {
  const flat: Paint = () => [12, 12, 12];
  const glance = glanceFrom(
    [still(100, flat), still(700, patchAt(0.5, 0.5)), still(1500, () => [250, 250, 250])],
    SIZE,
  );

  it("shows something, and is neither dark nor pale", () => {
    expect(decidedAs("so_auto", glance)).toBe(`so_${(700 / 30).toFixed(6)}`);
  });

  it("leaves time for what is wanted of the video", () => {
    expect(decidedAs("du_10,so_auto", glance)).toBe(`du_10,so_${(700 / 30).toFixed(6)}`);
    expect(decidedAs("du_50,so_auto", glance)).toBe("du_50,so_10");
  });

  it("is one of what the chain has left, where that shows it", () => {
    expect(decidedAs("so_20/so_auto", glance)).toBe(`so_20/so_${(700 / 30 - 20).toFixed(6)}`);
    expect(decidedAs("e_accelerate:100/so_auto", glance)).toBe(`e_accelerate:100/so_${(350 / 30).toFixed(6)}`);
    expect(decidedAs("e_reverse/so_auto", glance)).toBe(`e_reverse/so_${(1099 / 30).toFixed(6)}`);
    expect(decidedAs("eo_1/so_auto", glance)).toBe("eo_1");
  });
});

describe("bars", () => {
  const letterboxed: Paint = (x, y) => (y < 7 || y >= 47 ? [3, 3, 3] : patchAt(0.3, 0.5)(x, y));

  it("are black at all moments, and are cut off at once", () => {
    const glance = glanceFrom([still(0, letterboxed), still(9, letterboxed)], SIZE);
    expect(glance.bars).toEqual({ left: 0, top: 140, right: 0, bottom: 140 });
    expect(decidedAs("e_trim/c_fill,h_100,w_100", glance)).toBe("e_trim:at:0:140:0:140/c_fill,h_100,w_100");
    expect(planDelivery(parseTransformation("e_trim"), seen(glance)).canvas?.size).toEqual({
      width: 1920,
      height: 800,
    });
  });

  it("are none where one moment shows something there, or all is black", () => {
    expect(glanceFrom([still(0, letterboxed), still(9, patchAt(0.5, 0.05))], SIZE).bars.top).toBe(0);
    const black = glanceFrom([still(0, () => [0, 0, 0])], SIZE);
    expect(decidedAs("e_trim", black)).toBe("");
  });

  it("come before anything else is done to the picture", () => {
    const glance = glanceFrom([still(0, letterboxed)], SIZE);
    expect(() => decidedAs("c_crop,h_500,w_500/e_trim", glance)).toThrow(/e_trim comes before/);
    expect(() => decidedAs("e_trim:at:0:600:0:600", glance)).toThrow(/nothing is left/);
  });
});

describe("a background that is chosen", () => {
  const framed: Paint = (x, y) =>
    x < 4 || x >= 92 || y < 3 || y >= 51 ? [200, 30, 40] : x < 20 ? [250, 250, 240] : BLUE;
  const glance = glanceFrom([still(0, framed)], SIZE);

  it.each([
    ["b_auto", "b_rgb:c81e28"],
    ["b_auto:border", "b_rgb:c81e28"],
    ["b_auto:predominant", "b_rgb:203050"],
    ["b_auto:predominant_contrast", "b_rgb:fafaf0"],
  ])("%s is the colour that is seen most there", (wish, colour) => {
    expect(decidedAs(`${wish},c_pad,h_400,w_400`, glance)).toBe(`${colour},c_pad,h_400,w_400`);
  });

  it("is refused by name where it would be a gradient", () => {
    expect(() => decidedAs("b_auto:predominant_gradient,c_pad,h_400,w_400", glance)).toThrow(/predominant_gradient/);
  });
});

describe("a glance", () => {
  it("is asked for by what it decides, and by nothing else", () => {
    const needs = (text: string) => needsGlance(parseTransformation(text));
    for (const text of [
      "c_fill,g_auto,w_100",
      "g_face,c_thumb,w_9",
      "so_auto",
      "b_auto,c_pad,w_9",
      "e_trim",
      "$a_1/so_$a",
    ])
      expect(needs(text), text).toBe(true);
    for (const text of [
      "c_fill,g_auto:at:1:2,w_100",
      "g_north",
      "so_1",
      "b_blurred",
      "e_trim:at:1:1:1:1",
      "q_auto,f_auto",
    ])
      expect(needs(text), text).toBe(false);
    expect(needs("if_w_gt_1/c_fill,g_auto,w_9/if_end")).toBe(true);
    expect(needs("l_video:b/c_fill,g_auto,w_9/fl_layer_apply")).toBe(true);
  });

  it("looks at key pictures, where there are any near", () => {
    const video = videoTrackFacts();
    const spread = momentsOf(1800, rational(30), video);
    expect(spread).toHaveLength(9);
    expect(spread[0]).toBe(100);
    const pts = Array.from({ length: 30 }, (_, key) => key * 180_000);
    const keyed = momentsOf(1800, rational(30), videoTrackFacts({ keyframes: { pts, dts: pts } }));
    expect(keyed.every((frame) => frame % 60 === 0)).toBe(true);
    expect(momentsOf(2, rational(30), video)).toEqual([1]);
    expect(momentsOf(90, rational(30), video)).toEqual([15, 45, 75]);
  });

  it("has a map of the picture that is read in any browser's number base", () => {
    const { attention } = glanceFrom([still(0, patchAt(0.2, 0.5))], SIZE);
    expect(attention).toHaveLength(ATTENTION_CELLS);
    expect(attention.every((row) => /^[0-9a-z]{24}$/.test(row))).toBe(true);
  });
});
