import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JobContext, ladderRenditions, planDelivery, segmentJob } from "#media";
import { ffmpeg } from "../../conformance/films.ts";
import { encodeSegment } from "../encode-segment.ts";
import { probeSource } from "../probe/probe.ts";
import { SOURCE_PREFIX, servicesOver, WATCHED } from "../testing/services.ts";

const MEBIBYTE = 2 ** 20;

let folder: string;
let film: string;

/** A minute of noise at 8 Mbit/s: the blocks that are fetched are small beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  film = join(folder, "film.mkv");
  const picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25,noise=alls=40:allf=t"];
  const sound = ["-f", "lavfi", "-i", "sine=sample_rate=48000"];
  const coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-b:v", "8M", "-c:a", "aac"];
  await ffmpeg(...picture, ...sound, "-t", "60", ...coded, film);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What an origin that knows nothing of the source yet asks the store for, for one segment after the other. */
async function readingsOf(source: FileHandle, numbers: readonly number[]): Promise<readonly (readonly number[])[]> {
  const { size: bytes } = await source.stat();
  let fetched: number[] = [];
  const fetchRange = async (_: string, start: number, end: number): Promise<Uint8Array> => {
    fetched.push(start, end);
    return (await source.read(Buffer.alloc(end - start), 0, end - start, start)).buffer;
  };
  const named = { version: "0000000000000000", bytes, url: `${SOURCE_PREFIX}film` };
  const looking = await servicesOver(await mkdtemp(join(folder, "looking-")), fetchRange);
  const probe = await probeSource(named, looking);
  await looking.sources.stop();
  const plan = planDelivery([], { ...named, digest: "", ...probe });
  const context: JobContext = { recipe: "r", key: "/k", source: { ...named, container: probe.container } };
  const services = await servicesOver(await mkdtemp(join(folder, "cold-")), fetchRange);
  const readings: number[][] = [];
  for (const number of numbers) {
    fetched = [];
    const [rendition] = ladderRenditions(plan);
    const job = rendition && segmentJob(plan, rendition, number, context);
    if (!job) throw new Error(`the film has no segment ${number}`);
    await encodeSegment(job, services, WATCHED);
    readings.push(fetched);
  }
  await services.sources.stop();
  return readings;
}

const bytesOf = (ranges: readonly number[]): number =>
  ranges.reduce((sum, place, index) => (index % 2 === 0 ? sum - place : sum + place), 0);

const pairsOf = (ranges: readonly number[]): readonly (readonly [number, number])[] =>
  Array.from({ length: ranges.length / 2 }, (_, pair) => [ranges[2 * pair] ?? 0, ranges[2 * pair + 1] ?? 0]);

/** Bytes that both have asked for. */
const sharedBytes = (some: readonly number[], others: readonly number[]): number =>
  pairsOf(some).reduce(
    (sum, [from, to]) =>
      sum +
      pairsOf(others).reduce(
        (shared, [start, end]) => shared + Math.max(0, Math.min(to, end) - Math.max(from, start)),
        0,
      ),
    0,
  );

describe("a segment in the middle of a source in the store", () => {
  // Measured: 5 to 9 requests and 20 to 30 MiB, of which 8 are the head that ffmpeg reads of every file.
  it.each([
    ["an MP4, its index in front", "front.mp4", ["-movflags", "+faststart"], 28],
    ["an MP4, its index behind", "behind.mp4", [], 28],
    // Picture and sound have an index each.
    ["fragments, indexed", "index.mp4", ["-movflags", "+frag_keyframe+empty_moov+default_base_moof+global_sidx"], 42],
    ["Matroska", "copy.mkv", [], 28],
    ["a transport stream", "film.ts", [], 28],
  ])("is read with its head, its index and its surroundings, once: %s", async (_, name, options, mebibytes) => {
    const path = join(folder, name);
    await ffmpeg("-i", film, "-c", "copy", ...options, path);
    const source = await open(path);
    const [cold = [], next = []] = await readingsOf(source, [10, 11]);
    await source.close();
    await rm(path);
    expect(cold.length / 2).toBeLessThanOrEqual(16);
    expect(bytesOf(cold)).toBeLessThanOrEqual(mebibytes * MEBIBYTE);
    // Four seconds are four mebibytes; of the index and the head not a byte comes twice. How many requests they take
    // depends on how far ffmpeg has read ahead when it has enough.
    expect(next.length / 2).toBeLessThanOrEqual(4);
    expect(bytesOf(next)).toBeLessThanOrEqual(8 * MEBIBYTE);
    expect(sharedBytes(cold, next)).toBe(0);
  });
});
