import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HISTOGRAMS, observed, percentileOf } from "./histograms.ts";

type Histogram = (typeof HISTOGRAMS)[keyof typeof HISTOGRAMS];

/** The sums of all that was observed, as the database has them. */
function sumsOf(histogram: Histogram, observations: readonly (readonly [value: number, weight: number])[]): number[] {
  const sums = Array<number>(histogram.bounds.length + 1).fill(0);
  const fields = [...histogram.bounds.map((bound) => `${histogram.name}To${bound}`), `${histogram.name}Beyond`];
  for (const [value, weight] of observations)
    for (const [field, own = 0] of Object.entries(observed(histogram, value, weight)))
      sums[fields.indexOf(field)] = (sums[fields.indexOf(field)] ?? 0) + own;
  return sums;
}

/** The value that a share of all weight does not exceed. */
function exact(observations: readonly (readonly [number, number])[], share: number): number {
  const rising = [...observations].sort(([a], [b]) => a - b);
  const all = rising.reduce((sum, [, weight]) => sum + weight, 0);
  let below = 0;
  for (const [value, weight] of rising) {
    below += weight;
    if (below >= share * all) return value;
  }
  return Number.NaN;
}

const shares = fc.constantFrom(0.05, 0.25, 0.5, 0.75, 0.95);

describe.each(Object.entries(HISTOGRAMS))("a distribution between fixed bounds: %s", (_, histogram) => {
  const { bounds } = histogram;
  const most = bounds.at(-1) ?? 0;
  const observation = fc.tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 1, max: 10_000 }));
  const observations = fc.array(observation, { minLength: 1, maxLength: 50 });

  it("knows a percentile to the bucket that it lies in", () => {
    fc.assert(
      fc.property(observations, shares, (all, share) => {
        const found = percentileOf(histogram, sumsOf(histogram, all), share) ?? Number.NaN;
        const value = exact(all, share);
        const upper = bounds.find((bound) => value <= bound) ?? most;
        const lower = bounds.findLast((bound) => bound < upper) ?? 0;
        expect(found).toBeGreaterThanOrEqual(lower);
        expect(found).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it("adds up: of parts comes what comes of the whole", () => {
    fc.assert(
      fc.property(observations, observations, shares, (some, others, share) => {
        const [one, other] = [sumsOf(histogram, some), sumsOf(histogram, others)];
        const added = one.map((sum, index) => sum + (other[index] ?? 0));
        expect(percentileOf(histogram, added, share)).toBe(
          percentileOf(histogram, sumsOf(histogram, [...some, ...others]), share),
        );
      }),
    );
  });

  it("rises with the share, and says of what lies beyond that it is no less than the last bound", () => {
    const sums = sumsOf(histogram, [
      [0, 1],
      [most / 2, 1],
      [most * 9, 2],
    ]);
    const found = [0.05, 0.5, 0.75, 0.95].map((share) => percentileOf(histogram, sums, share) ?? Number.NaN);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found.at(-1)).toBe(most);
  });

  it("knows nothing where nothing was observed", () => {
    expect(percentileOf(histogram, sumsOf(histogram, []), 0.5)).toBeUndefined();
  });
});

describe("percentiles", () => {
  it("lie in their bucket as if all in it lay evenly", () => {
    const { startup } = HISTOGRAMS;
    // Ten between 1000 and 1500 ms, and none else.
    const sums = sumsOf(
      startup,
      Array.from({ length: 10 }, () => [1200, 1]),
    );
    expect([0.2, 0.5, 1].map((share) => percentileOf(startup, sums, share))).toEqual([1100, 1250, 1500]);
  });

  it("are nothing where most of the viewing was not stalled at all", () => {
    const { stalled } = HISTOGRAMS;
    const sums = sumsOf(stalled, [
      [0, 900],
      [200, 100],
    ]);
    expect([0.5, 0.75, 0.95].map((share) => percentileOf(stalled, sums, share))).toEqual([0, 0, 150]);
  });
});
