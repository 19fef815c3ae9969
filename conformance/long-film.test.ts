import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { fragmentTiming } from "#media";
import { type AnotherOrigin, startAnotherOrigin } from "./another-origin.ts";
import { COLLECTION } from "./collection.ts";
import { accountingFfmpeg } from "./ffmpeg-runs.ts";
import { streamOf } from "./play.ts";
import { bytesOf, openRendition, type Rendition, shuffled, upload } from "./stream.ts";

const FILM = join(COLLECTION, "big-buck-bunny-640x360-10min.mp4");
const FRAME_RATE = 30;
/** The most pictures from one key picture to the next. */
const GOP_FRAMES = 250;
/** What decoders want beyond: pictures that are shown later, sound that settles. */
const SOME_FRAMES = 20;
/** 1024 samples at 48 kHz. */
const SOUND_FRAMES_PER_SECOND = 46.875;

/** Fetches of four megabytes: around where reading begins and ends, and ahead of a reader that reads on. */
const MOST_FETCHED_BYTES = 4 * 4 * 2 ** 20;

const { folder } = inject("service");
const title = `ten minutes of film, ${FILM} (skipped without it; EDGEREEL_MEDIA names its folder)`;

describe.skipIf(!existsSync(FILM))(title, () => {
  let picture: Rendition;
  let sound: Rendition;
  let another: AnotherOrigin;
  let account: Awaited<ReturnType<typeof accountingFfmpeg>>;

  beforeAll(async () => {
    await upload(FILM, "ten-minutes");
    const { variants, audio } = await streamOf("ten-minutes");
    [picture, sound] = [await openRendition(variants[0]?.address ?? ""), await openRendition(audio[0] ?? "")];
    account = await accountingFfmpeg(folder);
    // Its probe reads all of a file of this size: one that is told of the film has read nothing.
    const { probe, stop } = await startAnotherOrigin(FILM);
    await stop();
    another = await startAnotherOrigin(FILM, { ffmpeg: account.path, probe });
    // The film's index lies at its end: what is counted below comes on top of it.
    for (const { init, segments } of [picture, sound])
      for (const made of [init, segments[0]?.address ?? ""]) await another.make(made);
  });

  afterAll(async () => {
    await another?.stop();
  });

  /** Any places of the film. */
  const jumpsIn = ({ segments }: Rendition, seed: number) =>
    shuffled(
      segments.map((segment, number) => ({ ...segment, number })),
      seed,
    ).slice(0, 5);

  /** What another origin reads and decodes for a segment that it makes first. */
  async function costOf(address: string) {
    await account.decoded();
    const before = another.fetchedBytes();
    expect((await another.make(address)).length).toBeGreaterThan(1000);
    return { fetchedBytes: another.fetchedBytes() - before, decoded: await account.decoded() };
  }

  it("costs one segment's pictures wherever a viewer jumps to, decoded from the key picture before", async () => {
    for (const { address, seconds, number } of jumpsIn(picture, 7)) {
      const { fetchedBytes, decoded } = await costOf(address);
      expect(decoded, `segment ${number}`).toHaveLength(1);
      expect(decoded[0], `segment ${number}`).toBeLessThanOrEqual(GOP_FRAMES + seconds * FRAME_RATE + SOME_FRAMES);
      expect(fetchedBytes, `segment ${number}`).toBeLessThanOrEqual(MOST_FETCHED_BYTES);
    }
  });

  it("costs one segment's sound as well, found by the picture's key", async () => {
    for (const { address, seconds, number } of jumpsIn(sound, 8)) {
      const { fetchedBytes, decoded } = await costOf(address);
      expect(decoded[0], `segment ${number}`).toBeLessThanOrEqual(
        (GOP_FRAMES / FRAME_RATE + seconds + 2) * SOUND_FRAMES_PER_SECOND,
      );
      expect(fetchedBytes, `segment ${number}`).toBeLessThanOrEqual(MOST_FETCHED_BYTES);
    }
  });

  it("plays what it was asked for wherever a viewer jumps to", async () => {
    for (const { address, number } of jumpsIn(picture, 9)) {
      const seconds = picture.segments.slice(0, number).reduce((sum, segment) => sum + segment.seconds, 0);
      const { firstTick, samples, totalTicks } = fragmentTiming((await bytesOf(address)).subarray(24));
      expect(Math.round(firstTick / (totalTicks / samples)), `segment ${number}`).toBe(
        Math.round(seconds * FRAME_RATE),
      );
    }
  });
});
