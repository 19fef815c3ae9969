/** Names how this origin encodes: the recipe's number and a fingerprint of what its encoders really write. */

import { createHash } from "node:crypto";
import { AUDIO_CODECS, type Option, RECIPE_NUMBER, VIDEO_CODEC_NAMES, VIDEO_CODECS, type VideoStream } from "#media";
import { rational, type VideoCodecName } from "#transformation";
import { commandArguments } from "./ffmpeg/command.ts";
import { type Program, run } from "./ffmpeg/run.ts";

/** A small moving picture: enough for every encoder to show its build. */
const SAMPLE: VideoStream = {
  width: 128,
  height: 128,
  frameRate: rational(24),
  gopFrames: 48,
  maxBitsPerSecond: 200_000,
  quality: { auto: "good" },
  colour: { primaries: "bt709", transfer: "bt709", matrix: "bt709", codes: { primaries: 1, transfer: 1, matrix: 1 } },
};

const LIMITS = { wallSeconds: 20, outputBytes: 2 ** 22 };

async function encode(
  ffmpeg: Program,
  generator: string,
  frames: Option,
  encoder: readonly Option[],
): Promise<Buffer | undefined> {
  const args = commandArguments({
    global: ["-nostdin", "-v", "error"],
    inputs: [{ options: [["-f", "lavfi"]], location: generator }],
    outputOptions: [frames, ...encoder, ["-fflags", "+bitexact"], ["-f", "mp4"], ["-movflags", "+empty_moov"]],
    output: "pipe:1",
  });
  const { output, exitCode } = await run(ffmpeg, args, LIMITS);
  return exitCode === 0 && output.length > 0 ? output : undefined;
}

export interface Recipe {
  /** Lower-case letters and digits: part of every key. */
  readonly id: string;
  readonly codecs: readonly VideoCodecName[];
}

/**
 * Encodes a few frames with each encoder. Whatever changes their bytes (a build, a processor architecture) changes
 * the recipe, and with it every key: bytes never change under one.
 * @throws Error where ffmpeg lacks an encoder that nothing works without
 */
export async function findRecipe(ffmpeg: Program): Promise<Recipe> {
  const version = await run(ffmpeg, ["-version"], LIMITS);
  const picture = "testsrc2=size=128x128:rate=24,format=yuv420p";
  const pictures = await Promise.all(
    VIDEO_CODEC_NAMES.map((codec) => encode(ffmpeg, picture, ["-frames:v", "12"], VIDEO_CODECS[codec].options(SAMPLE))),
  );
  const sound = await encode(
    ffmpeg,
    "sine=frequency=440:sample_rate=48000",
    ["-frames:a", "20"],
    AUDIO_CODECS.aac.options({ sampleRate: 48_000, channels: 2 }),
  );
  const codecs = VIDEO_CODEC_NAMES.filter((_, index) => pictures[index] !== undefined);
  if (!codecs.includes("h264") || !sound) {
    throw new Error(
      `${ffmpeg} cannot encode H.264 and AAC (libx264 and aac are needed): ${version.output.toString().split("\n")[0]}`,
    );
  }
  const fingerprint = createHash("sha256").update(version.output.toString().split("\n")[0] ?? "");
  for (const bytes of [...pictures, sound]) fingerprint.update(bytes ?? "none");
  return { id: `r${RECIPE_NUMBER}${fingerprint.digest("hex").slice(0, 8)}`, codecs };
}
