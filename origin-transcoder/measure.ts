/** Measures how fast this machine makes cold segments, so that no viewer is offered what would stall. */

import { readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { type EncodeSpeed, ladderBits, type OriginBuild, VIDEO_CODECS, type VideoStream } from "#media";
import { rational, type VideoCodecName } from "#transformation";
import { type Program, run } from "./ffmpeg/run.ts";
import type { Recipe } from "./recipe.ts";

/**
 * The picture to encode: a test card and a fractal side by side cost every codec about what film costs. Compared with
 * Big Buck Bunny and Tears of Steel at 720p: H.264 0.010 s a megapixel (film 0.005 to 0.017), HEVC 0.023 (0.014 to
 * 0.040), AV1 0.025 (0.015 to 0.024). A test card alone is too easy for AV1, noise too hard for all.
 */
const FILM =
  "testsrc2=size=1280x720:rate=24[card];mandelbrot=size=480x270:rate=24:maxiter=120:end_scale=0.02:end_pts=900,scale=640:720[fractal];[card][fractal]overlay=640:0,format=yuv420p";
const FILM_FRAMES = 72;
const FRAME_RATE = rational(24);

/** Two sizes give the constant and the price of a megapixel. */
const SIZES = [
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
] as const;
const MEASURED_FRAMES = 48;

const LIMITS = { wallSeconds: 60, outputBytes: 2 ** 26 };

/** The faster of two runs: what else the machine does can only slow one down. */
async function seconds(ffmpeg: Program, args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let attempt = 0; attempt < 2; attempt++) {
    const startedAt = performance.now();
    const { exitCode, complaints } = await run(ffmpeg, ["-nostdin", "-v", "error", ...args], LIMITS);
    if (exitCode !== 0) throw new Error(`ffmpeg failed while it was measured: ${complaints}`);
    times.push((performance.now() - startedAt) / 1000);
  }
  return Math.min(...times);
}

const streamOf = (size: { width: number; height: number }, codec: VideoCodecName): VideoStream => ({
  ...size,
  frameRate: FRAME_RATE,
  gopFrames: 48,
  maxBitsPerSecond: ladderBits(size, FRAME_RATE) * VIDEO_CODECS[codec].relativeBits,
  quality: { auto: "good" },
  colour: { primaries: "bt709", transfer: "bt709", matrix: "bt709", codes: { primaries: 1, transfer: 1, matrix: 1 } },
});

const megapixels = (size: { width: number; height: number }, frames: number): number =>
  (size.width * size.height * frames) / 1e6;

/** Encodes the film at both sizes; what decoding costs is taken off, for it is counted by the source's size. */
async function encodeSpeed(
  ffmpeg: Program,
  film: string,
  codec: VideoCodecName,
  decodePrice: number,
): Promise<EncodeSpeed> {
  const decode = decodePrice * megapixels(SIZES[1], MEASURED_FRAMES);
  const times: number[] = [];
  for (const size of SIZES) {
    const options = VIDEO_CODECS[codec].options(streamOf(size, codec)).flat();
    const filter = `scale=${size.width}:${size.height}:flags=bicubic`;
    const time = await seconds(ffmpeg, [
      "-i",
      film,
      "-frames:v",
      String(MEASURED_FRAMES),
      "-vf",
      filter,
      ...options,
      "-f",
      "null",
      "-",
    ]);
    times.push(Math.max(0.01, time - decode));
  }
  const [small = 0, large = 0] = times;
  const price = Math.max(
    0,
    (large - small) / (megapixels(SIZES[1], MEASURED_FRAMES) - megapixels(SIZES[0], MEASURED_FRAMES)),
  );
  return {
    startSeconds: Math.max(0.05, small - price * megapixels(SIZES[0], MEASURED_FRAMES)),
    secondsPerMegapixel: price,
  };
}

async function measure(ffmpeg: Program, folder: string, recipe: Recipe): Promise<OriginBuild> {
  const film = join(folder, "measured.mp4");
  try {
    await seconds(ffmpeg, [
      "-y",
      "-f",
      "lavfi",
      "-i",
      FILM,
      "-frames:v",
      String(FILM_FRAMES),
      "-c:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      "20",
      film,
    ]);
    const opening = await seconds(ffmpeg, ["-i", film, "-frames:v", "1", "-f", "null", "-"]);
    const decoding = await seconds(ffmpeg, ["-i", film, "-f", "null", "-"]);
    const decodeSecondsPerMegapixel = Math.max(0, (decoding - opening) / megapixels(SIZES[1], FILM_FRAMES - 1));
    const speeds: Partial<Record<VideoCodecName, EncodeSpeed>> = {};
    for (const codec of recipe.codecs)
      speeds[codec] = await encodeSpeed(ffmpeg, film, codec, decodeSecondsPerMegapixel);
    return { recipe: recipe.id, speeds, decodeSecondsPerMegapixel };
  } finally {
    await rm(film, { force: true });
  }
}

/**
 * The same build on the same machine is measured once; the figures lie in the folder that is kept.
 * @param ffmpeg as the origin's own user, who alone writes there
 */
export async function measuredBuild(ffmpeg: Program, folder: string, recipe: Recipe): Promise<OriginBuild> {
  const machine = `${cpus()[0]?.model ?? "unknown"} x${availableParallelism()}`;
  const path = join(folder, "measured.json");
  const known = await readFile(path, "utf8").then(
    (text) => JSON.parse(text) as { machine: string; build: OriginBuild },
    () => undefined,
  );
  if (known?.machine === machine && known.build.recipe === recipe.id) return known.build;
  const build = await measure(ffmpeg, folder, recipe);
  await writeFile(path, JSON.stringify({ machine, build }, undefined, 2));
  return build;
}
