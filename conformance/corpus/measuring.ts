/** Independent measurements of sources and of what comes back, by ffmpeg's own tools, each in bounded time. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** Ten minutes of film on one core. */
const MEASURING_MILLISECONDS = 90_000;

/** Only the file itself: some of these files would have ffmpeg read others. */
const FILE_ONLY = ["-protocol_whitelist", "file"];

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await exec(program, ["-v", "error", ...args], {
    timeout: MEASURING_MILLISECONDS,
    killSignal: "SIGKILL",
    maxBuffer: 256 * 2 ** 20,
  });
  return stdout;
}

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "");

export interface Pictures {
  readonly frames: number;
  readonly seconds: number;
  readonly isInterlaced: boolean;
  /** Whether each is shown for as long as every other. */
  readonly isSteady: boolean;
}

/** The pictures of a source's film, decoded one by one; undefined where there are none, or ffprobe does not get there in time. */
export async function picturesOf(path: string): Promise<Pictures | undefined> {
  const text = await output("ffprobe", [
    ...FILE_ONLY,
    ...["-select_streams", "V:0", "-show_entries", "frame=best_effort_timestamp_time,interlaced_frame"],
    ...["-of", "csv=p=0", path],
  ]).catch(() => "");
  const frames = lines(text).map((line) => line.split(",").map(Number));
  const times = frames.map(([time = Number.NaN]) => time).filter(Number.isFinite);
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const steps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0));
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 0.04;
  // The last one of a broadcast file may come without a time.
  const shown = sorted.length + frames.length - times.length;
  return {
    frames: shown,
    seconds: last - first + (1 + shown - sorted.length) * usual,
    isInterlaced: frames.filter(([, interlaced]) => interlaced === 1).length * 2 > frames.length,
    isSteady: steps.every((step) => Math.abs(step - usual) < 0.25 * usual),
  };
}

/** What starts later than this on its file's time line is heard from its start on; less is the delay of a codec. */
const DELAY_SECONDS = 0.5;

/** The seconds of sound that decode in a source. */
export async function soundSecondsOf(path: string): Promise<number | undefined> {
  const text = await output("ffmpeg", [
    ...["-nostdin", ...FILE_ONLY, "-copyts", "-i", path, "-map", "0:a:0", "-f", "framecrc", "-"],
  ]).catch(() => "");
  const [, num = 0, den = 0] = (/#tb 0: (\d+)\/(\d+)/.exec(text) ?? []).map(Number);
  const frames = packetsIn(text).map(([, , pts, duration]) => [Number(pts), Number(duration)] as const);
  const [first, last] = [frames[0], frames.at(-1)];
  if (!first || !last || !den) return undefined;
  const start = (first[0] * num) / den;
  const isDelay = start > 0 && start <= DELAY_SECONDS;
  return ((last[0] + last[1]) * num) / den - (isDelay ? 0 : start);
}

const packetsIn = (framecrc: string): readonly (readonly string[])[] =>
  lines(framecrc)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.split(",").map((field) => field.trim()));

/**
 * How many pictures (`v`) or frames of sound (`a`) decode in a file that was put together of segments.
 * @throws Error with the decoder's first complaint
 */
export async function decodedIn(path: string, media: "v" | "a"): Promise<number> {
  const args = [
    ...["-nostdin", "-xerror", "-ignore_editlist", "1", "-i", path, "-map", `0:${media}:0`],
    ...["-fps_mode", "passthrough", "-f", "framecrc", "-"],
  ];
  return packetsIn(await output("ffmpeg", args)).length;
}

/** Width and height of a picture, or of a file's film. */
export async function sizeOf(path: string): Promise<string> {
  const args = ["-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0:s=x", path];
  return (await output("ffprobe", args)).trim();
}
