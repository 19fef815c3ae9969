import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlaybackCounters } from "#catalog";
import { type CmcdReport, readBeacon } from "./cmcd.ts";
import { type Increment, noted, openedBy, type Session } from "./session.ts";

function increments(reports: readonly CmcdReport[]): readonly Increment[] {
  let session: Session | undefined;
  return reports.map((report) => {
    const [next, increment] = noted(session ?? openedBy(report), report, 0);
    session = next;
    return increment;
  });
}

function totalOf(reports: readonly CmcdReport[]): PlaybackCounters {
  const total: Record<string, number> = {};
  for (const { counters } of increments(reports))
    for (const [name, value] of Object.entries(counters)) total[name] = (total[name] ?? 0) + value;
  const { reports: _, ...rest } = total;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== 0));
}

/** A session as its events tell it: the time in milliseconds, and what is told. */
const told = (...events: readonly (readonly [number, string])[]): PlaybackCounters =>
  totalOf(events.flatMap(([ts, text], sn) => readBeacon(`${text},sid="a",sn=${sn},ts=${ts + 1_000_000},v=2`)));

describe("a session's events", () => {
  it("are a view that starts, plays and ends", () => {
    expect(
      told([0, "e=ps,sta=d"], [100, "e=ps,sta=s"], [900, "e=ps,sta=p"], [10_900, "e=t,sta=p"], [15_900, "e=ps,sta=e"]),
    ).toEqual({
      ...{ views: 1, startups: 1, timedStartups: 1, startupMilliseconds: 800, playedMilliseconds: 15_000 },
      ...{ startupTo1000: 1, stalledTo0: 15_000 },
    });
  });

  it("are one view, however often it is paused, sought in and played again", () => {
    const states = ["s", "p", "a", "p", "k", "p", "e", "s", "p", "q"];
    const total = told(...states.map((state, index) => [index * 1000, `e=ps,sta=${state}`] as const));
    expect(total).toMatchObject({ views: 1, startups: 1, playedMilliseconds: 4000 });
    expect(total.rebuffers).toBeUndefined();
  });

  it("are no view while a player only prepares", () => {
    expect(told([0, "e=ps,sta=d"], [30_000, "e=t,sta=d"])).toEqual({});
  });

  it("tell of each minute of viewing how much of it was stalled, and of the rest when it is over", () => {
    const total = told(
      ...[[0, "e=ps,sta=s"] as const, [500, "e=ps,sta=p"] as const],
      ...[[30_500, "e=ps,sta=r"] as const, [33_500, "e=ps,sta=p"] as const],
      // A minute is full: three seconds of 60 were stalled. Pauses are no viewing.
      ...[[60_500, "e=ps,sta=a"] as const, [90_000, "e=ps,sta=p"] as const],
      ...[[100_000, "e=t,sta=p"] as const, [100_500, "e=ps,sta=q"] as const],
    );
    expect(total).toMatchObject({ stalledTo50: 60_000, stalledTo0: 10_500 });
    expect(Object.keys(total).filter((name) => name.startsWith("stalled"))).toHaveLength(2);
  });

  it("tell of a stall and how long it was", () => {
    expect(
      told([0, "e=ps,sta=s"], [500, "e=ps,sta=p"], [5500, "e=ps,sta=r"], [6000, "e=t,sta=r"], [7500, "e=ps,sta=p"]),
    ).toMatchObject({ rebuffers: 1, rebufferMilliseconds: 2000, playedMilliseconds: 5000 });
  });

  it("tell of no stall while a player starts or seeks: that is no stall of the view's", () => {
    const total = told(
      [0, "e=ps,sta=s"],
      [1, "e=ps,sta=r"],
      [500, "e=ps,sta=p"],
      [600, "e=ps,sta=k"],
      [700, "e=ps,sta=r"],
    );
    expect([total.rebuffers, total.rebufferMilliseconds]).toEqual([undefined, undefined]);
  });

  it("tell how long stalls were by bsd, where they tell no states", () => {
    expect(told([0, "e=t,bsd=(300 200)"])).toMatchObject({ rebuffers: 2, rebufferMilliseconds: 500 });
    expect(told([0, "e=ps,sta=s"], [1, "e=ps,sta=p,bsd=(300)"]).rebuffers).toBeUndefined();
  });

  it("give the startup as the player has measured it, once", () => {
    expect(told([0, "e=ps,sta=s"], [900, "e=ps,sta=p,msd=640"], [1000, "e=t,sta=p,msd=640"])).toMatchObject({
      ...{ startups: 1, timedStartups: 1, startupMilliseconds: 640 },
    });
  });

  it("count a startup whose time is not known", () => {
    expect(told([0, "e=ps,sta=p"])).toEqual({ views: 1, startups: 1 });
  });

  it("tell of a start that failed, and of a view that an error ended, once", () => {
    expect(told([0, "e=ps,sta=s"], [1, "e=ps,sta=f"], [2, 'e=e,sta=f,ec=("x")'])).toEqual({
      ...{ views: 1, fatalErrors: 1, failedStarts: 1, errors: 1 },
    });
    const late = told([0, "e=ps,sta=s"], [1, "e=ps,sta=p"], [2, "e=ps,sta=f"], [3, "e=t,sta=f"]);
    expect([late.fatalErrors, late.failedStarts]).toEqual([1, undefined]);
  });

  it("weigh the bit rate of what is shown by the time it is shown for", () => {
    const total = told(
      ...([
        [0, "e=ps,sta=s"],
        [0, "e=bc,sta=s,br=(1000;v)"],
        [0, "e=ps,sta=p"],
      ] as const),
      ...([
        [3000, "e=bc,sta=p,br=(3000)"],
        [4000, "e=t,sta=p"],
      ] as const),
    );
    expect(total).toMatchObject({ ratedMilliseconds: 4000, ratedBits: 6_000_000 });
  });

  it("take the picture's bit rate, not the sound's", () => {
    const total = told([0, "e=bc,sta=s,ot=v,br=(2000)"], [0, "e=rr,ot=a,br=(128),d=4000,sta=p"], [1000, "e=t,sta=p"]);
    expect(total).toMatchObject({ ratedMilliseconds: 1000, ratedBits: 2_000_000 });
    expect(total.requestedMilliseconds).toBeUndefined();
  });

  it("tell rung and codec by the segments that were answered", () => {
    const url = "http://127.0.0.1/demo/video/upload/film/@0123456789abcdef.r1a/720p-av1/3.m4s?token=t";
    const [first, second] = increments(
      readBeacon(`e=rr,sid="a",ts=1,ot=v,d=4000,url="${url}",v=2\ne=t,sid="a",ts=2,sta=p,v=2`),
    );
    expect([first?.codec, first?.rung, second?.rung]).toEqual(["av1", "720p", "720p"]);
  });

  it("count frames from one report to the next", () => {
    expect(told([0, "e=ps,sta=s"], [1, "e=t,sta=p,dfa=3"], [2, "e=t,sta=p,dfa=10"]).droppedFrames).toBe(10);
  });

  it("count no view, startup or frame of a session that is joined in its midst", () => {
    const joined = readBeacon('e=t,sid="a",sn=40,sta=p,ts=1,dfa=90,v=2\ne=t,sid="a",sn=41,sta=p,ts=10001,dfa=95,v=2');
    expect(totalOf(joined)).toEqual({ playedMilliseconds: 10_000, droppedFrames: 5 });
  });

  it("leave out the time in which a machine slept", () => {
    expect(told([0, "e=ps,sta=p"], [3_600_000, "e=t,sta=p"], [3_601_000, "e=t,sta=p"]).playedMilliseconds).toBe(1000);
  });

  it("never count less than nothing, or one view twice, in whatever order they come", () => {
    const event = fc.record({
      e: fc.constantFrom("ps", "t", "bc", "e", "rr"),
      sta: fc.constantFrom("s", "p", "k", "r", "a", "e", "f", "q", "d", undefined),
      ts: fc.nat(600_000),
      sn: fc.nat(30),
      msd: fc.option(fc.nat(5000), { nil: undefined }),
      dfa: fc.option(fc.nat(100), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const reports = events as readonly CmcdReport[];
        for (const { counters } of increments(reports))
          for (const value of Object.values(counters)) expect(value).toBeGreaterThanOrEqual(0);
        const { views = 0, startups = 0, fatalErrors = 0, failedStarts = 0, ...time } = totalOf(reports);
        expect(views).toBeLessThanOrEqual(1);
        expect(startups).toBeLessThanOrEqual(views);
        expect(failedStarts).toBeLessThanOrEqual(fatalErrors);
        expect((time.playedMilliseconds ?? 0) + (time.rebufferMilliseconds ?? 0)).toBeLessThanOrEqual(600_000);
      }),
    );
  });
});
