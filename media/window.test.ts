import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { segmentCount, segmentStart } from "./grid.ts";
import { NOTHING_KEPT } from "./instantiate.ts";
import { fitsLines, LADDER, rungsFor } from "./ladder.ts";
import { planDelivery } from "./plan.ts";
import { audioRenditions, keyframeRenditions } from "./renditions.ts";
import { segmentCountOf } from "./segment-times.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";
import { filmSpans, runWithin, segmentsWithin, type TimeWindow, windowHolds } from "./window.ts";

const LAYERS = [
  { publicId: "intro", resourceType: "video" as const, source: sourceFacts({ version: "fedcba9876543210" }) },
];

/** Of a minute at 30 frames a second. */
const planOf = (chain: string, facts: Parameters<typeof sourceFacts>[0] = {}) =>
  planDelivery(parseTransformation(chain), sourceFacts(facts), { ...NOTHING_KEPT, layers: LAYERS });
const windowOf = (from: number, to: number): TimeWindow => ({ from: rational(from), to: rational(to) });

const spansOf = (chain: string) =>
  filmSpans(planOf(chain), 0, planOf(chain).grid.frames).map(({ from, to }) => [from, to]);

describe("what a delivery shows of its film", () => {
  it.each([
    ["", [[0, 1800]]],
    ["so_10,du_5", [[300, 450]]],
    ["so_10/so_5,eo_7", [[450, 510]]],
    ["so_10,du_5/e_reverse", [[300, 450]]],
    ["so_10,du_5/e_accelerate:100", [[300, 449]]],
    [
      "so_10,du_5/e_loop:2",
      [
        [300, 450],
        [300, 450],
        [300, 450],
      ],
    ],
    ["so_10,du_5/l_video:intro,fl_splice/fl_layer_apply", [[300, 450]]],
    ["so_10,du_5/l_video:intro,fl_splice/fl_layer_apply/so_2,du_4", [[360, 450]]],
  ])("%s: frames %j", (chain, spans) => {
    expect(spansOf(chain)).toEqual(spans);
  });
});

describe("a window of a film that runs as it is", () => {
  it("leaves the segments that touch it, whatever frame rate it has", () => {
    const rates = fc.constantFrom(rational(25), rational(30), rational(30_000, 1001), rational(24_000, 1001));
    const times = fc.tuple(fc.integer({ min: 0, max: 59_000 }), fc.integer({ min: 1, max: 60_000 }));
    fc.assert(
      fc.property(rates, times, (frameRate, [fromMilliseconds, length]) => {
        const plan = planOf("", { video: videoTrackFacts({ frameRate }) });
        const window = {
          from: rational(fromMilliseconds, 1000),
          to: rational(fromMilliseconds + length + 100, 1000),
        };
        const { first, last } = segmentsWithin(plan, window) ?? { first: 0, last: -1 };
        const seconds = (frame: number) => (frame * frameRate.den) / frameRate.num;
        const [from, to] = [window.from.num / window.from.den, window.to.num / window.to.den];
        const frame = 1 / (frameRate.num / frameRate.den);
        // The first one holds the window's beginning, the last one its end; neither neighbour has more of it than rounding.
        expect(seconds(segmentStart(plan.grid, first))).toBeLessThanOrEqual(from + frame);
        expect(seconds(segmentStart(plan.grid, first + 1))).toBeGreaterThan(from - frame);
        expect(seconds(segmentStart(plan.grid, last))).toBeLessThan(to + frame);
        if (last + 1 < segmentCount(plan.grid))
          expect(seconds(segmentStart(plan.grid, last + 1))).toBeGreaterThanOrEqual(to - frame);
      }),
    );
  });

  it.each([
    ["", 0, 2, { first: 0, last: 0 }],
    ["", 2, 4, { first: 1, last: 1 }],
    ["", 5, 9, { first: 2, last: 3 }],
    ["", 0, 60, { first: 0, last: 15 }],
    ["", 0, 9000, { first: 0, last: 15 }],
    // Seconds are the film's, not those of what is made of it.
    ["so_10", 22, 26, { first: 4, last: 4 }],
    ["so_30", 0, 20, undefined],
    ["w_640,c_scale", 5, 9, { first: 2, last: 3 }],
    ["", 70, 80, undefined],
  ])("of %s, seconds %i to %i: %j", (chain, from, to, run) => {
    expect(segmentsWithin(planOf(chain), windowOf(from, to))).toEqual(run);
  });
});

describe("a window of what is made of a film", () => {
  const chains = [
    "e_accelerate:100",
    "e_accelerate:-50",
    "e_reverse",
    "e_boomerang",
    "e_loop:1",
    "e_preview:duration_20",
    "so_20,du_20/l_video:intro,fl_splice/fl_layer_apply",
    "so_5/e_accelerate:50/e_reverse",
  ];
  const times = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 60 }));

  it("leaves nothing with a frame from outside in it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...chains), times, (chain, [from, length]) => {
        const plan = planOf(chain);
        const run = segmentsWithin(plan, windowOf(from, from + length));
        if (!run) return;
        const shown = filmSpans(plan, segmentStart(plan.grid, run.first), segmentStart(plan.grid, run.last + 1));
        for (const span of shown) {
          expect(span.from).toBeGreaterThanOrEqual(from * 30 - 1);
          expect(span.to).toBeLessThanOrEqual((from + length) * 30 + 1);
        }
      }),
    );
  });

  it.each(chains)("leaves all of %s where it is the whole film", (chain) => {
    const plan = planOf(chain);
    expect(segmentsWithin(plan, windowOf(0, 60))).toEqual({ first: 0, last: segmentCount(plan.grid) - 1 });
  });

  it("holds a cut that is the window, in either spelling", () => {
    for (const chain of ["so_10,eo_20", "so_10,du_10", "so_10/du_10", "so_10,du_10/e_reverse"])
      expect(windowHolds(windowOf(10, 20), filmSpans(planOf(chain), 0, planOf(chain).grid.frames)), chain).toBe(true);
    for (const chain of ["", "so_9,eo_20", "so_10,eo_21", "so_0,du_1"])
      expect(windowHolds(windowOf(10, 20), filmSpans(planOf(chain), 0, planOf(chain).grid.frames)), chain).toBe(false);
  });
});

describe("renditions within a window", () => {
  it("begin and end together, key pictures counted one by one", () => {
    const plan = planOf("");
    const [sound] = audioRenditions(plan);
    const [keyframes] = keyframeRenditions(plan);
    if (!sound || !keyframes) throw new Error("there is neither sound nor picture");
    for (let first = 0; first < segmentCount(plan.grid); first++)
      for (let last = first; last < segmentCount(plan.grid); last++) {
        expect(runWithin(plan, sound, { first, last })).toEqual({ first, last });
        const run = runWithin(plan, keyframes, { first, last });
        expect(run.first * plan.grid.gopFrames).toBe(segmentStart(plan.grid, first));
        expect(Math.min((run.last + 1) * plan.grid.gopFrames, plan.grid.frames)).toBe(
          segmentStart(plan.grid, last + 1),
        );
        expect(run.last).toBeLessThan(segmentCountOf(plan, keyframes));
      }
  });
});

describe("a highest rung", () => {
  it("holds each rung of the ladder and those below, however the picture lies", () => {
    for (const size of [
      { width: 3840, height: 2160 },
      { width: 2160, height: 3840 },
      { width: 3840, height: 1600 },
      { width: 1440, height: 1440 },
    ])
      for (const { lines } of LADDER)
        for (const { rung, size: fitted } of rungsFor(size))
          if (rung.lines <= lines) expect(fitsLines(fitted, lines), `${rung.name} in ${lines}`).toBe(true);
  });

  it.each([
    [854, 480, 480, true],
    [856, 480, 480, false],
    [480, 854, 480, true],
    [640, 480, 480, true],
    [1280, 534, 720, true],
    [1920, 534, 720, false],
  ])("%ix%i within %i lines: %s", (width, height, lines, fits) => {
    expect(fitsLines({ width, height }, lines)).toBe(fits);
  });
});
