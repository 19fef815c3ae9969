import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, rational, subtract, toNumber } from "#transformation";
import {
  AAC_FRAME_SAMPLES,
  audioSegmentStart,
  gridOf,
  keyframeCount,
  keyframeLength,
  secondsOf,
  segmentCount,
  segmentFrames,
  segmentStart,
} from "./grid.ts";

const rates = fc.constantFrom(
  rational(24_000, 1001),
  rational(24),
  rational(25),
  rational(30_000, 1001),
  rational(30),
  rational(50),
  rational(60),
  rational(25, 2),
  rational(1),
  rational(1, 4),
  rational(48_000, 1024),
);
const grids = fc.tuple(rates, fc.integer({ min: 1, max: 100_000 })).map(([rate, frames]) => gridOf(rate, frames));

describe("the grid", () => {
  it("cuts the whole presentation, without gap or overlap, into whole frames", () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const count = segmentCount(grid);
        expect(segmentStart(grid, 0)).toBe(0);
        expect(segmentStart(grid, count)).toBe(grid.frames);
        for (let number = 0; number < Math.min(count, 200); number++)
          expect(segmentFrames(grid, number)).toBeGreaterThan(0);
      }),
    );
  });

  it("starts with short segments and goes on with longer ones", () => {
    const grid = gridOf(rational(30), 30 * 60);
    expect([0, 1, 2, 3, 4].map((number) => segmentFrames(grid, number))).toEqual([60, 60, 120, 120, 120]);
  });

  it("never leaves a tail shorter than a GOP alone", () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const last = segmentCount(grid) - 1;
        if (last > 0) expect(segmentFrames(grid, last)).toBeGreaterThanOrEqual(grid.gopFrames);
        expect(segmentFrames(grid, last)).toBeLessThan(3 * grid.gopFrames);
      }),
    );
  });

  it("starts every segment on a key picture that all rungs share", () => {
    fc.assert(
      fc.property(grids, fc.nat(500), (grid, number) => {
        if (number < segmentCount(grid)) expect(segmentStart(grid, number) % grid.gopFrames).toBe(0);
      }),
    );
  });

  it("puts the sound's boundaries within half an AAC frame of the picture's, and ends both together", () => {
    fc.assert(
      fc.property(grids, fc.constantFrom(32_000, 44_100, 48_000), (grid, sampleRate) => {
        const count = Math.min(segmentCount(grid), 100);
        for (let number = 0; number <= count; number++) {
          const sound = rational(audioSegmentStart(grid, number, sampleRate) * AAC_FRAME_SAMPLES, sampleRate);
          const distance = subtract(sound, secondsOf(segmentStart(grid, number), grid.frameRate));
          // A film shorter than half an AAC frame still has one.
          if (audioSegmentStart(grid, number, sampleRate) > 1)
            expect(Math.abs(toNumber(distance))).toBeLessThanOrEqual(
              toNumber(rational(AAC_FRAME_SAMPLES, 2 * sampleRate)) + 1e-12,
            );
        }
      }),
    );
  });

  it("gives every key picture the time to the next one", () => {
    fc.assert(
      fc.property(grids, (grid) => {
        const lengths = Array.from({ length: Math.min(keyframeCount(grid), 2000) }, (_, number) =>
          keyframeLength(grid, number),
        );
        expect(lengths.every((length) => length > 0)).toBe(true);
        if (keyframeCount(grid) < 2000) expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(grid.frames);
      }),
    );
  });

  it("counts segments as stepping through them does", () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 3000 }), (rate, frames) => {
        const grid = gridOf(rate, frames);
        // The definition, step by step: a segment may begin wherever a whole GOP follows.
        const gops = [0, 1, ...Array.from({ length: 2000 }, (_, index) => 2 + 2 * index)];
        const stepped = gops.filter((gop) => gop === 0 || frames - gop * grid.gopFrames >= grid.gopFrames).length;
        expect(segmentCount(grid)).toBe(stepped);
      }),
    );
  });

  it("knows 29.97 to the tick after three hours", () => {
    const grid = gridOf(rational(30_000, 1001), 323_676);
    expect(compare(secondsOf(segmentStart(grid, 2000), grid.frameRate), rational(60 * 2 * 1999 * 1001, 30_000))).toBe(
      0,
    );
  });
});
