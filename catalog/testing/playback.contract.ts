/** What every counter of playback must do. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  type CountCatalog,
  HISTOGRAMS,
  LEDGERS,
  observed,
  type PlaybackCount,
  type PlaybackCounters,
} from "../index.ts";

const countOf = (counters: PlaybackCounters, facts: Partial<PlaybackCount> = {}): PlaybackCount => ({
  ...{ minute: 1000, cloud: "demo", publicId: "film", mode: "event", codec: "", rung: "", country: "DE", device: "tv" },
  ...facts,
  ...counters,
});

const ALL = { cloud: "demo", from: 0, to: 10_000_000, groupBy: [] } as const;

/** @param empty a counter that has counted nothing */
export function describePlaybackCatalogContract(
  adapter: string,
  empty: () => Promise<CountCatalog<PlaybackCount>>,
): void {
  describe(`a counter of playback (${adapter})`, () => {
    let catalog: CountCatalog<PlaybackCount>;
    beforeEach(async () => {
      catalog = await empty();
    });
    const read = async (...counts: readonly PlaybackCount[]) => {
      await catalog.count([{ id: "a", counts }], 60_000);
      return catalog.read(ALL);
    };

    it("counts a batch once, and counters that are left out as zero", async () => {
      const batch = { id: "a", counts: [countOf({ views: 2 })] };
      await catalog.count([batch, batch], 60_000);
      await catalog.count([batch, { id: "b", counts: [countOf({ startups: 1 })] }], 60_000);
      expect(await catalog.read(ALL)).toMatchObject([{ mode: "event", views: 2, startups: 1, errors: 0 }]);
    });

    it("never adds up what requests and events tell of the same views", async () => {
      const rows = await read(countOf({ views: 1 }), countOf({ views: 1 }, { mode: "request" }));
      expect(rows.map(({ mode, views }) => [mode, views])).toEqual([
        ["event", 1],
        ["request", 1],
      ]);
    });

    it("makes means and shares of sums", async () => {
      const rows = await read(
        countOf({ startups: 3, timedStartups: 2, startupMilliseconds: 1500 }),
        countOf({ rebuffers: 2, rebufferMilliseconds: 4000, playedMilliseconds: 36_000 }, { rung: "720p" }),
        countOf({ ratedMilliseconds: 4000, ratedBits: 4000 * 3000 }),
        countOf({ ratedMilliseconds: 12_000, ratedBits: 12_000 * 1000 }, { rung: "360p" }),
        countOf({ throughputReports: 4, throughputKilobits: 10_000 }),
      );
      expect(rows).toMatchObject([
        { startups: 3, startup_seconds: 0.75, rebuffers: 2, rebuffer_seconds: 4, played_seconds: 36 },
      ]);
      expect(rows).toMatchObject([
        { rebuffer_ratio: 0.1, rebuffers_per_hour: 200, bit_rate: 1_500_000, throughput: 2_500_000 },
      ]);
    });

    it("tells how it was for most, and how for the worst, by the minute, the day or anything else", async () => {
      const startup = (milliseconds: number, facts: Partial<PlaybackCount> = {}) =>
        countOf(observed(HISTOGRAMS.startup, milliseconds), facts);
      const lines = [
        // Twenty startups in two minutes of an hour, one of which took long.
        ...Array.from({ length: 19 }, (_, index) => startup(800, { minute: 960 + (index % 2) })),
        startup(25_000, { minute: 961 }),
        startup(9000, { minute: 2500, codec: "av1" }),
        countOf(observed(HISTOGRAMS.stalled, 0, 57_000)),
        countOf(observed(HISTOGRAMS.stalled, 150, 3000)),
        countOf(observed(HISTOGRAMS.bitRate, 4000, 30_000)),
        countOf(observed(HISTOGRAMS.bitRate, 400, 10_000)),
      ];
      await catalog.count([{ id: "a", counts: lines }], 60_000);
      const days = await catalog.read({ ...ALL, interval: "day" });
      expect(days).toMatchObject([
        { startup_seconds_p50: expect.closeTo(0.86, 1), startup_seconds_p95: 1, rebuffer_ratio_p95: 0 },
        { startup_seconds_p50: 8.5, startup_seconds_p95: 9.85, rebuffer_ratio_p50: null, bit_rate_p50: null },
      ]);
      const [first] = days;
      expect(first?.["startup_seconds_p75"]).toBeGreaterThan(0.7);
      expect(first?.["startup_seconds_p75"]).toBeLessThanOrEqual(1);
      // A quarter of the time was seen at no more than 500 kbit/s, half of it at no more than 3 to 5 Mbit/s.
      expect(first?.["bit_rate_p25"]).toBe(500_000);
      expect(first?.["bit_rate_p50"]).toBeGreaterThan(3_000_000);
      expect(first?.["bit_rate_p50"]).toBeLessThan(5_000_000);
      expect(await catalog.read({ ...ALL, groupBy: ["codec"] })).toMatchObject([
        { codec: "", startup_seconds_p95: 1 },
        { codec: "av1", startup_seconds_p95: 9.85 },
      ]);
    });

    it("tells of requests how often they stalled in an hour of what they asked for, and no share of time", async () => {
      const counters = { rebuffers: 1, rebufferMilliseconds: 500, requestedMilliseconds: 1_800_000 };
      expect(await read(countOf(counters, { mode: "request" }))).toMatchObject([
        { rebuffers_per_hour: 2, rebuffer_ratio: null, rebuffer_seconds: 0.5, requested_seconds: 1800 },
      ]);
    });

    it("tells of requests nothing that only events tell", async () => {
      const unknown = { played_seconds: null, fatal_errors: null, errors: null, dropped_frames: null };
      const row = { views: 1, failed_starts: 0, startups: null, rebuffer_seconds: null };
      expect(await read(countOf({ views: 1 }, { mode: "request" }))).toMatchObject([{ ...row, ...unknown }]);
    });

    it("says of what was not measured that it is not known, not that it is nothing", async () => {
      const percentiles = { startup_seconds_p50: null, rebuffer_ratio_p75: null, bit_rate_p95: null };
      const unknown = { startup_seconds: null, rebuffer_ratio: null, bit_rate: null, throughput: null, ...percentiles };
      expect(await read(countOf({ views: 1 }))).toMatchObject([{ ...unknown, rebuffers_per_hour: null }]);
    });

    it("tells playback apart by every dimension", async () => {
      const other = {
        public_id: "other",
        mode: "request",
        codec: "av1",
        rung: "720p",
        country: "FR",
        device: "mobile",
      };
      const field = (name: string) => (name === "public_id" ? "publicId" : name);
      const entries = Object.entries(other);
      await read(
        countOf({ views: 1 }),
        ...entries.map(([name, value]) => countOf({ views: 1 }, { [field(name)]: value })),
      );
      expect(Object.keys(LEDGERS.playback.dimensions).sort()).toEqual(Object.keys(other).sort());
      for (const [name, value] of entries) {
        const rows = await catalog.read({ ...ALL, groupBy: [name] });
        expect(
          rows.filter((row) => row[name] === value).map(({ views }) => views),
          name,
        ).toEqual([1]);
      }
    });

    it("drops what is older than 400 days", async () => {
      const minute = 600 * 1440;
      await read(countOf({ views: 1 }, { minute: minute - 1 }), countOf({ views: 2 }, { minute }));
      await catalog.expire(1000 * 86_400);
      expect(await catalog.read(ALL)).toMatchObject([{ views: 2 }]);
    });
  });
}
