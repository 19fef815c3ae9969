import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type AnotherOrigin, startAnotherOrigin } from "./another-origin.ts";
import { type Film, type FilmRecipe, makeFilm } from "./films.ts";
import { frameNumbers } from "./pictures.ts";
import { errorDecibels, lagAt, samplesOf, sharpestEdge } from "./sound.ts";
import {
  address,
  bytesOf,
  joinRendition,
  openRendition,
  openStream,
  type Stream,
  shuffled,
  upload,
  type Variant,
} from "./stream.ts";

const { folder, settings } = inject("service");
const cloud = settings.CLOUD_NAME;

/** Segments are joined without the container's help: what the boxes hold is what is shown. */
const AS_CODED = ["-ignore_editlist", "1"];

const streamOf = (publicId: string, transformation = "") =>
  openStream(
    address(
      `/${cloud}/video/upload/${transformation ? `${transformation}/` : ""}sp_auto/${publicId}.m3u8?caps=h264,h265,av1`,
    ),
  );

const firstOf = (variants: readonly Variant[], entry: string): Variant => {
  const found = variants.find(({ codecs }) => codecs.startsWith(entry));
  if (!found) throw new Error(`no ${entry} is offered`);
  return found;
};

/** 60 fps to 30 shows every second picture, 24 to 24 every one. */
const expectedNumbers = (frames: number, step = 1): readonly number[] =>
  Array.from({ length: frames }, (_, index) => index * step);

describe("segments made one by one, in random order", () => {
  let film: Film;
  beforeAll(async () => {
    // Ten seconds between key pictures, B pictures across them: no segment begins where the source has a key.
    film = await makeFilm(folder, {
      name: "long-gop.mov",
      seconds: 17.4,
      options: [
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "14",
        "-g",
        "300",
        "-x264-params",
        "open-gop=1:bframes=3",
        "-c:a",
        "pcm_s16le",
        "-f",
        "mov",
      ],
    });
    await upload(film.path, "seamless");
  });

  it.each([
    ["H.264", "avc1"],
    ["HEVC", "hvc1"],
    ["AV1", "av01"],
  ])("show every picture of the source exactly once, in %s", async (_, entry) => {
    const joined = await joinRendition(
      firstOf((await streamOf("seamless")).variants, entry).address,
      `seamless-${entry}`,
    );
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    expect(joined.starts[0]).toBe(0);
    expect(joined.samples.reduce((sum, samples) => sum + samples, 0)).toBe(film.frames);
    expect(await frameNumbers(joined.path, AS_CODED)).toEqual(expectedNumbers(film.frames));
  });

  it("sound like the source at every join, to the sample", async () => {
    const [playlist] = (await streamOf("seamless")).audio;
    const joined = await joinRendition(playlist ?? "", "seamless-audio");
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    const [stream, source] = await Promise.all([
      samplesOf(joined.path, 48_000, [...AS_CODED, "-flags2", "+skip_manual"]),
      samplesOf(film.path, 48_000),
    ]);
    const joins = joined.starts.slice(1);
    const middles = joins.map((join, index) => Math.round((join + (joined.ends[index + 1] ?? join)) / 2));
    const worst = (places: readonly number[], measure: (from: number, to: number) => number) =>
      Math.max(...places.map((place) => measure(place - 1024, place + 1024)));
    for (const join of joins) expect(lagAt(stream, source, join - 2048, 64)).toBe(0);
    const error = (from: number, to: number) => errorDecibels(stream, source, from, to);
    const edge = (from: number, to: number) => sharpestEdge(stream, source, from, to);
    // A join may not be told from the middle of a segment.
    expect(worst(joins, error)).toBeLessThan(worst(middles, error) + 3);
    expect(worst(joins, error)).toBeLessThan(-25);
    expect(worst(joins, edge)).toBeLessThan(worst(middles, edge) * 2 + 0.002);
  });

  it("stay seamless behind a cut, at the picture that the cut names", async () => {
    const joined = await joinRendition(
      firstOf((await streamOf("seamless", "so_3.1,du_7")).variants, "avc1").address,
      "cut",
    );
    expect(await frameNumbers(joined.path, AS_CODED)).toEqual(expectedNumbers(210).map((number) => number + 93));
  });

  it("have a key picture each for trick play", async () => {
    const { keyframes } = await streamOf("seamless");
    const joined = await joinRendition(keyframes ?? "", "keyframes");
    expect(new Set(joined.samples)).toEqual(new Set([1]));
    expect(await frameNumbers(joined.path, AS_CODED)).toEqual(expectedNumbers(9, 60));
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
  });
});

/** What is compared of a film: every file of a rendition, its init section, too. */
const RENDITIONS: readonly (readonly [codec: string, renditionOf: (stream: Stream) => string])[] = [
  ["H.264", ({ variants }) => firstOf(variants, "avc1").address],
  ["HEVC", ({ variants }) => firstOf(variants, "hvc1").address],
  ["AV1", ({ variants }) => firstOf(variants, "av01").address],
  ["AAC", ({ audio }) => audio[0] ?? ""],
];

describe("segments made by another origin, in another order", () => {
  const origins: AnotherOrigin[] = [];

  /** Uploads a film; answers what compares a rendition of it with what the other origin makes. */
  async function comparison(publicId: string, recipe: FilmRecipe) {
    const { path } = await makeFilm(folder, recipe);
    await upload(path, publicId);
    const another = await startAnotherOrigin(path);
    origins.push(another);
    return async (renditionOf: (stream: Stream) => string): Promise<readonly string[]> => {
      const { init, segments } = await openRendition(renditionOf(await streamOf(publicId)));
      const differing: string[] = [];
      for (const made of shuffled([init, ...segments.map((segment) => segment.address)])) {
        const bytes = await bytesOf(made);
        expect(bytes.length).toBeGreaterThan(200);
        if (!bytes.equals(await another.make(made))) differing.push(made);
      }
      return differing;
    };
  }

  let differingOfOrdinary: Awaited<ReturnType<typeof comparison>>;
  let differingOfNoisy: typeof differingOfOrdinary;

  beforeAll(async () => {
    const recipe = { name: "ordinary.mov", seconds: 9, filters: "gblur=sigma=12" };
    differingOfOrdinary = await comparison("ordinary", recipe);
    differingOfNoisy = await comparison("noisy", { ...recipe, name: "noisy.mov", filters: "noise=alls=40:allf=t" });
  });

  afterAll(async () => {
    for (const origin of origins) await origin.stop();
  });

  it.each(RENDITIONS)("are the same bytes: %s", async (_, renditionOf) => {
    expect(await differingOfOrdinary(renditionOf)).toEqual([]);
  });

  // Several threads would race in rate control here.
  it.each(RENDITIONS.slice(0, 3))("are the same bytes where the cap is tight: %s", async (_, renditionOf) => {
    expect(await differingOfNoisy(renditionOf)).toEqual([]);
  });
});

describe("every kind of source", () => {
  const H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-pix_fmt", "yuv420p"];
  const longGop = ["-g", "250", "-keyint_min", "250", "-sc_threshold", "0"];

  it.each([
    [
      "Matroska with milliseconds, at 23.976",
      { name: "a.mkv", seconds: 13, frameRate: "24000/1001", options: [...H264, ...longGop, "-c:a", "aac"] },
      1,
    ],
    [
      "a transport stream with keys ten seconds apart",
      { name: "b.ts", seconds: 13, frameRate: "25", options: [...H264, ...longGop, "-c:a", "aac"] },
      1,
    ],
    ["29.97 in MP4", { name: "c.mp4", seconds: 9, frameRate: "30000/1001", options: [...H264, "-c:a", "aac"] }, 1],
    [
      "WebM",
      {
        name: "d.webm",
        seconds: 9,
        frameRate: "30",
        options: ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "3M", "-c:a", "libopus"],
      },
      1,
    ],
    [
      "fragmented MP4",
      {
        name: "e.mp4",
        seconds: 9,
        frameRate: "30",
        options: [...H264, "-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov"],
      },
      1,
    ],
    ["FLV", { name: "f.flv", seconds: 9, frameRate: "30", options: [...H264, "-c:a", "aac"] }, 1],
  ] as const)("shows every picture once: %s", async (_, recipe, step) => {
    const film = await makeFilm(folder, recipe);
    const publicId = `kind-${recipe.name.replace(".", "-")}`;
    await upload(film.path, publicId);
    const joined = await joinRendition(firstOf((await streamOf(publicId)).variants, "avc1").address, publicId);
    expect(await frameNumbers(joined.path, AS_CODED)).toEqual(expectedNumbers(film.frames, step));
  });

  it("halves the pictures of 60 fps where 30 are asked for, without a stumble", async () => {
    const film = await makeFilm(folder, {
      name: "h.mkv",
      seconds: 9,
      frameRate: "60000/1001",
      options: [...H264, "-c:a", "aac"],
    });
    await upload(film.path, "halved");
    const joined = await joinRendition(
      firstOf((await streamOf("halved", "fps_29.97")).variants, "avc1").address,
      "halved",
    );
    const numbers = await frameNumbers(joined.path, AS_CODED);
    const steps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
    expect(steps.filter((step) => step !== 2)).toEqual([]);
  });
});
