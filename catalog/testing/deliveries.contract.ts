/** What every counter of deliveries must do. */

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type Batch,
  type CountCatalog,
  type DeliveryCount,
  type DemandCatalog,
  HISTOGRAMS,
  LEDGERS,
  observed,
} from "../index.ts";

const countOf = (facts: Partial<DeliveryCount> = {}): DeliveryCount => ({
  minute: 1000,
  cloud: "demo",
  publicId: "film",
  product: "segment",
  codec: "av1",
  rung: "540p",
  tier: "edge",
  status: 200,
  country: "DE",
  device: "desktop",
  requests: 3,
  bytes: 30,
  encodes: 1,
  encodeMilliseconds: 250,
  ...facts,
});

const ALL = { cloud: "demo", from: 0, to: 10_000_000, groupBy: [] } as const;

/** @param empty a counter that has counted nothing, and what tells the demand from its counts */
export function describeDeliveryCatalogContract(
  adapter: string,
  empty: () => Promise<{ readonly counts: CountCatalog<DeliveryCount>; readonly demand: DemandCatalog }>,
): void {
  describe(`a counter of deliveries (${adapter})`, () => {
    let catalog: CountCatalog<DeliveryCount>;
    let demand: DemandCatalog;
    beforeEach(async () => {
      ({ counts: catalog, demand } = await empty());
    });
    const total = async () => (await catalog.read(ALL))[0];
    const count = (...batches: readonly Batch<DeliveryCount>[]) => catalog.count(batches, 60_000);

    it("counts nothing as nothing", async () => {
      await count();
      await count({ id: "empty", counts: [] });
      expect(await total()).toMatchObject({ requests: 0, bytes: 0, encodes: 0, encode_seconds: 0 });
      expect(await catalog.read({ ...ALL, groupBy: ["codec"] })).toEqual([]);
    });

    it("counts a batch once, however often it comes", async () => {
      const batch = { id: "a", counts: [countOf()] };
      await count(batch, batch);
      await count(batch);
      await Promise.all(Array.from({ length: 5 }, () => count(batch)));
      expect(await total()).toMatchObject({ requests: 3, bytes: 30, encodes: 1, encode_seconds: 0.25 });
    });

    it("counts equal batches of other senders, and lines that say the same", async () => {
      await count({ id: "a", counts: [countOf(), countOf()] }, { id: "b", counts: [countOf()] });
      expect(await total()).toMatchObject({ requests: 9, bytes: 90, encodes: 3, encode_seconds: 0.75 });
    });

    it("adds up to the last delivery, whatever comes twice and in whatever order", async () => {
      const line = fc.record({
        minute: fc.integer({ min: 1000, max: 1002 }),
        publicId: fc.constantFrom("film", "it's", '"quoted", [a]', "映画 🎬"),
        status: fc.constantFrom(200, 404),
        requests: fc.integer({ min: 1, max: 1000 }),
      });
      const batches = fc.uniqueArray(fc.tuple(fc.uuid(), fc.array(line, { maxLength: 12 })), {
        selector: ([id]) => id,
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(batches, fc.infiniteStream(fc.nat()), async (made, order) => {
          ({ counts: catalog } = await empty());
          const sent = made.map(([id, lines]) => ({ id, counts: lines.map(countOf) }));
          const again = sent.filter(() => (order.next().value ?? 0) % 2 === 0);
          for (const batch of [...sent, ...again].sort(() => ((order.next().value ?? 0) % 2 === 0 ? 1 : -1)))
            await count(batch);
          const lines = sent.flatMap(({ counts }) => counts);
          const expected = Map.groupBy(lines, ({ publicId, status }) => `${publicId} ${status}`);
          const rows = await catalog.read({ ...ALL, groupBy: ["public_id", "status"] });
          expect(
            new Map(rows.map((row) => [`${row["public_id"]} ${row["status"]}`, row["requests"] as number])),
          ).toEqual(
            new Map([...expected].map(([key, same]) => [key, same.reduce((sum, { requests }) => sum + requests, 0)])),
          );
        }),
        { numRuns: 15 },
      );
    });

    it("counts a batch of any size", async () => {
      const counts = Array.from({ length: 1000 }, (_, index) =>
        countOf({ publicId: `${"folder/".repeat(20)}${index}` }),
      );
      await count({ id: "large", counts });
      expect(await total()).toMatchObject({ requests: 3000 });
    });

    it("counts all of what comes together, or none of it", async () => {
      const broken = { id: "broken", counts: [countOf(), { ...countOf(), product: null as never }] };
      await expect(count({ id: "whole", counts: [countOf()] }, broken)).rejects.toThrow();
      expect(await total()).toMatchObject({ requests: 0 });
      await count({ id: "whole", counts: [countOf()] });
      expect(await total()).toMatchObject({ requests: 3 });
    });

    it("tells deliveries apart by every dimension", async () => {
      const other: Partial<DeliveryCount> = {
        publicId: "other",
        product: "init",
        codec: "h264",
        rung: "720p",
        tier: "store",
        status: 404,
        country: "FR",
        device: "mobile",
      };
      const counts = Object.entries(other).map(([name, value], index) =>
        countOf({ [name]: value, requests: 2 ** index, bytes: 0 }),
      );
      await count({ id: "a", counts });
      for (const [index, name] of Object.keys(LEDGERS.deliveries.dimensions).entries()) {
        const rows = await catalog.read({ ...ALL, groupBy: [name] });
        expect(
          rows.map(({ requests }) => requests).toSorted((a, b) => Number(a) - Number(b)),
          name,
        ).toEqual([2 ** index, 2 ** counts.length - 1 - 2 ** index].sort((a, b) => a - b));
      }
    });

    it("tells the demand for rungs in H.264, the largest first, of all videos or of one", async () => {
      const line = (publicId: string, rung: string, bytes: number, facts: Partial<DeliveryCount> = {}) =>
        countOf({ publicId, rung, bytes, requests: 2, codec: "h264", ...facts });
      await count({
        id: "a",
        counts: [
          ...[line("film", "720p", 50), line("film", "720p", 20, { tier: "store" }), line("film", "360p", 30)],
          ...[line("other", "720p", 90), line("film", "720p", 500, { codec: "av1" })],
          ...[line("film", "720p", 500, { product: "playlist" }), line("film", "720p", 500, { minute: 99 })],
          line("film", "720p", 500, { cloud: "other" }),
        ],
      });
      const span = { cloud: "demo", from: 100, to: 2000 };
      const film = [
        { publicId: "film", rung: "720p", requests: 4, bytes: 70 },
        { publicId: "film", rung: "360p", requests: 2, bytes: 30 },
      ];
      const other = { publicId: "other", rung: "720p", requests: 2, bytes: 90 };
      expect(await demand.read(span)).toEqual([other, ...film]);
      expect(await demand.read({ ...span, limit: 1 })).toEqual([other]);
      expect(await demand.read({ ...span, publicId: "film" })).toEqual(film);
      expect(await demand.read({ ...span, publicId: "nothing" })).toEqual([]);
    });

    it("reads from a minute on, up to another one that is not included, of one cloud", async () => {
      await count({
        id: "a",
        counts: [
          ...[99, 100, 101, 102].map((minute) => countOf({ minute, requests: minute })),
          countOf({ minute: 100, cloud: "other" }),
        ],
      });
      const [row] = await catalog.read({ ...ALL, from: 100, to: 102 });
      expect(row).toMatchObject({ requests: 201 });
    });

    it.each([
      ["minute", [0, 60, 3600, 86_400, 86_460]],
      ["hour", [0, 3600, 86_400]],
      ["day", [0, 86_400]],
    ] as const)("gathers by the %s, told in seconds since 1970", async (interval, times) => {
      const minutes = [0, 1, 60, 1440, 1441];
      await count({ id: "a", counts: minutes.map((minute) => countOf({ minute })) });
      const rows = await catalog.read({ ...ALL, interval });
      expect(rows.map(({ time }) => time)).toEqual(times);
      expect(rows.reduce((sum, { requests }) => sum + Number(requests), 0)).toBe(15);
    });

    it("tells which share came from a cache, and which share failed", async () => {
      await count({
        id: "a",
        counts: [
          countOf({ tier: "edge", requests: 60 }),
          countOf({ tier: "store", requests: 20 }),
          countOf({ tier: "encoded", requests: 15 }),
          countOf({ tier: "none", status: 503, requests: 4 }),
          countOf({ tier: "none", status: 404, requests: 1 }),
        ],
      });
      expect(await total()).toMatchObject({ cache_ratio: 0.8, error_ratio: 0.05 });
    });

    it("tells how long most encodes took, and the slowest", async () => {
      const encode = (milliseconds: number, requests: number, facts: Partial<DeliveryCount> = {}) =>
        countOf({ ...facts, requests, ...observed(HISTOGRAMS.encode, milliseconds, requests) });
      await count({
        id: "a",
        counts: [encode(400, 90), encode(6000, 10, { rung: "1080p" }), countOf({ rung: "360p" })],
      });
      const [row] = await catalog.read(ALL);
      expect(row?.["encode_seconds_p50"]).toBeGreaterThan(0.3);
      expect(row?.["encode_seconds_p50"]).toBeLessThan(0.5);
      expect(row).toMatchObject({ encode_seconds_p95: 6 });
      const rungs = await catalog.read({ ...ALL, groupBy: ["rung"] });
      expect(rungs.map((each) => [each["rung"], each["encode_seconds_p95"]])).toEqual([
        ["1080p", 6.9],
        ["360p", null],
        ["540p", 0.49],
      ]);
    });

    it("drops what is older than 400 days, and remembers batches for as long as a queue may repeat them", async () => {
      const days = (count: number) => count * 86_400;
      const [now, minute] = [days(1000), days(600) / 60];
      await catalog.count([{ id: "old", counts: [countOf({ minute: minute - 1 })] }], now);
      await catalog.count([{ id: "kept", counts: [countOf({ minute })] }], now);
      await catalog.expire(now);
      expect(await total()).toMatchObject({ requests: 3 });
      await catalog.expire(now + days(14));
      await catalog.count([{ id: "old", counts: [countOf({ minute: now / 60 })] }], now + days(14));
      expect(await catalog.read({ ...ALL, from: now / 60 })).toMatchObject([{ requests: 0 }]);
    });
  });
}
