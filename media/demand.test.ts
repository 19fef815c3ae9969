import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTransformation } from "#transformation";
import { decidePurchases, type RungDemand, type WithheldRendition, withheldOf } from "./demand.ts";
import type { OriginBuild } from "./origin-build.ts";
import { outlook } from "./outlook.ts";
import { planDelivery } from "./plan.ts";
import { ladderRenditions } from "./renditions.ts";
import { sourceFacts } from "./testing/sources.ts";

const fast = { startSeconds: 0.1, secondsPerMegapixel: 0.001 };
/** Takes five times as long as it plays, at 360p. */
const slow = { startSeconds: 1, secondsPerMegapixel: 0.5 };
const build: OriginBuild = {
  recipe: "r1test",
  speeds: { h264: fast, h265: fast, av1: slow },
  decodeSecondsPerMegapixel: 0.0001,
};

/** A minute of 1080p, of which AV1 is withheld. */
const plan = planDelivery(parseTransformation("sp_auto"), sourceFacts());
const NOTHING_MADE = () => 0;
const withheld = withheldOf(outlook(plan, build), NOTHING_MADE);
const rungs = ladderRenditions(plan)
  .filter(({ codec }) => codec === "h264")
  .map(({ rung }) => rung?.name ?? "");

/** All rungs watched from end to end so many times; five megabits a second. */
const watched = (times: number, names = rungs): readonly RungDemand[] =>
  names.map((rung) => ({ rung, requests: times * 15, bytes: times * 60 * 625_000 }));
const bought = (demand: readonly RungDemand[], of: readonly WithheldRendition[] = withheld) =>
  decidePurchases(of, demand)
    .filter(({ isWorthwhile }) => isWorthwhile)
    .map(({ id }) => id);

describe("what is paid for by demand", () => {
  it("is what is too slow to be made while it is watched, and nothing else", () => {
    expect(withheld.map(({ outlook: { rendition } }) => rendition.id)).toEqual(rungs.map((rung) => `${rung}-av1`));
    expect(
      withheldOf(outlook(plan, { ...build, speeds: { h264: fast, h265: fast, av1: fast } }), NOTHING_MADE),
    ).toEqual([]);
  });

  it("is nothing that nobody watches, and all that very many do", () => {
    expect(bought([])).toEqual([]);
    expect(bought(watched(1))).toEqual([]);
    expect(bought(watched(10_000))).toEqual(rungs.map((rung) => `${rung}-av1`));
  });

  it("reaches up as far as it pays, over rungs that do not pay for themselves", () => {
    const upTo = rungs.indexOf("540p");
    expect(bought(watched(10_000, ["540p"]))).toEqual(rungs.slice(0, upTo + 1).map((rung) => `${rung}-av1`));
  });

  it("costs less the more of it is there", () => {
    const half = withheldOf(outlook(plan, build), ({ segments }) => Math.floor(segments / 2));
    const all = withheldOf(outlook(plan, build), ({ segments }) => segments);
    const cost = (of: readonly WithheldRendition[]) => decidePurchases(of, watched(1))[0]?.costBytes ?? Number.NaN;
    expect(cost(half)).toBeLessThan(cost(withheld));
    expect(cost(all)).toBe(0);
    expect(bought(watched(1), all)).toHaveLength(rungs.length);
  });

  it("tells the numbers that it was decided by", () => {
    const [lowest] = decidePurchases(withheld, watched(100));
    expect(lowest).toMatchObject({ id: `${rungs[0]}-av1` });
    expect(lowest?.views).toBeCloseTo((100 * 15) / (withheld[0]?.outlook.segments ?? 0));
    // Four times as much as was watched, by players of AV1, each byte of which takes 0.7.
    expect(lowest?.savedBytes).toBeCloseTo(100 * 60 * 625_000 * 4 * 0.6 * 0.3);
    expect(lowest?.costBytes).toBeGreaterThan((lowest?.encodeSeconds ?? 0) * 1e6);
  });

  it("never is less of a ladder when more of it is watched", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: rungs.length, maxLength: rungs.length });
    fc.assert(
      fc.property(counts, fc.nat(rungs.length - 1), fc.integer({ min: 1, max: 5000 }), (times, at, more) => {
        const demandOf = (each: readonly number[]) => rungs.flatMap((rung, index) => watched(each[index] ?? 0, [rung]));
        const before = bought(demandOf(times));
        const after = bought(demandOf(times.with(at, (times[at] ?? 0) + more)));
        expect(after.length >= before.length || at >= before.length).toBe(true);
        expect(rungs.map((rung) => `${rung}-av1`).slice(0, after.length)).toEqual(after);
      }),
    );
  });
});
