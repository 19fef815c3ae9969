import { beforeAll, describe, expect, inject, it } from "vitest";
import { originIdle, runsFor, sourceRuns } from "./ffmpeg-runs.ts";
import { makeFilm } from "./films.ts";
import { streamOf } from "./play.ts";
import { bytesOf, openRendition, type Rendition, upload } from "./stream.ts";

const { folder } = inject("service");

const VIEWERS = 200;
const FRAME_RATE = 30;

const tierOf = (response: Response): string =>
  /cache;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1] ?? "";

/** A film's lowest rendition, of which nothing has been made yet. */
async function coldRendition(publicId: string, transformation = "sp_auto"): Promise<Rendition> {
  const [variant] = (await streamOf(publicId, transformation)).variants;
  await originIdle();
  return openRendition(variant?.address ?? "");
}

/** The film's frame that a segment begins with, under a cut `so_<frames / rate>`. */
const firstFrame = ({ segments }: Rendition, number: number, cutFrames = 0): number =>
  cutFrames + Math.round(segments.slice(0, number).reduce((sum, { seconds }) => sum + seconds, 0) * FRAME_RATE);

const segmentOf = ({ segments }: Rendition, number: number): string => segments[number]?.address ?? "";

beforeAll(async () => {
  const { path } = await makeFilm(folder, { name: "watched.mov", seconds: 30, frameRate: String(FRAME_RATE) });
  await upload(path, "watched");
});

describe("a segment that nobody has watched yet", () => {
  it(`is encoded once for ${VIEWERS} viewers who ask at the same time, and all see the same`, async () => {
    const rendition = await coldRendition("watched");
    const number = rendition.segments.length - 1;
    const before = (await sourceRuns()).length;
    const responses = await Promise.all(Array.from({ length: VIEWERS }, () => fetch(segmentOf(rendition, number))));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: VIEWERS }, () => 200));
    const tiers = Map.groupBy(responses.map(tierOf), (tier) => tier);
    expect(tiers.get("encoded")).toHaveLength(1);
    expect([...tiers.keys()].filter((tier) => !["encoded", "joined", "edge", "store"].includes(tier))).toEqual([]);
    const bodies = await Promise.all(responses.map(async (response) => Buffer.from(await response.arrayBuffer())));
    expect(bodies[0]?.length).toBeGreaterThan(1000);
    expect(bodies.filter((body) => !body.equals(bodies[0] ?? Buffer.alloc(0)))).toEqual([]);
    // The last segment: there is nothing behind it to look ahead to.
    const runs = (await sourceRuns()).slice(before);
    expect(runs).toHaveLength(1);
    expect(runsFor(runs, firstFrame(rendition, number))).toHaveLength(1);
  });

  it("is never encoded again, however it is asked for", async () => {
    const rendition = await coldRendition("watched");
    const address = segmentOf(rendition, rendition.segments.length - 1);
    const before = (await sourceRuns()).length;
    for (const again of [address, `${address}?token=anything`, `${address}?_a=BAMAK2`])
      expect(tierOf(await fetch(again))).toBe("edge");
    expect(await sourceRuns()).toHaveLength(before);
  });
});

describe("a viewer who watches on", () => {
  it("finds the next segments made, while nobody had to wait for them", async () => {
    const rendition = await coldRendition("watched", "so_0.1/sp_auto");
    const first = (number: number) => firstFrame(rendition, number, 3);
    const before = (await sourceRuns()).length;
    const runsSince = async () => (await sourceRuns()).slice(before);
    await bytesOf(segmentOf(rendition, 1));
    await expect.poll(async () => runsFor(await runsSince(), first(2)).length, { timeout: 60_000 }).toBe(1);
    await originIdle();
    // So far, and no further: a viewer who stops has cost little.
    const made = [0, 1, 2, 3, 4, 5, 6].map(async (number) => runsFor(await runsSince(), first(number)).length);
    expect(await Promise.all(made)).toEqual([0, 1, 1, 1, 1, 0, 0]);

    expect((await bytesOf(segmentOf(rendition, 2))).length).toBeGreaterThan(1000);
    await originIdle();
    expect(runsFor(await runsSince(), first(2))).toHaveLength(1);
  });
});
