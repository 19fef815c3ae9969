/** Reads the numbers that films made for tests carry in their pictures. */

import { spawn } from "node:child_process";
import { FRAME_BITS } from "./films.ts";

/** One pixel a bit wide, three rows high: the strip is the top fifth. */
const HEIGHT = 10;

/** All of a program's standard output; throws with its complaint where it fails. */
export function output(program: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`${program}: ${complaint.slice(-600)}`)),
    );
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });
}

/** The number in each picture of a file, in the order in which they are shown. */
export async function frameNumbers(path: string, inputOptions: readonly string[] = []): Promise<readonly number[]> {
  const filter = `scale=${FRAME_BITS}:${HEIGHT}:flags=area,format=gray`;
  const pixels = await output("ffmpeg", [
    "-nostdin",
    "-v",
    "error",
    ...inputOptions,
    "-i",
    path,
    "-map",
    "0:v:0",
    "-vf",
    filter,
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "pipe:1",
  ]);
  const size = FRAME_BITS * HEIGHT;
  return Array.from({ length: pixels.length / size }, (_, frame) => {
    const row = pixels.subarray(frame * size, frame * size + FRAME_BITS);
    return row.reduce((number, grey) => number * 2 + (grey > 126 ? 1 : 0), 0);
  });
}

/** Grey values of a picture shrunk to 16x9, for comparison with what another program made of the source. */
export const thumbnail = async (
  path: string,
  seconds: number,
  filter: string,
  options: readonly string[] = [],
): Promise<Buffer> =>
  output("ffmpeg", [
    "-nostdin",
    "-v",
    "error",
    ...options,
    "-i",
    path,
    "-vf",
    `${filter}${filter ? "," : ""}select='gte(t,${seconds})',scale=16:9:flags=area,format=gray`,
    "-frames:v",
    "1",
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "pipe:1",
  ]);

/** Mean difference of two pictures' grey values, from 0 to 255. */
export const difference = (a: Buffer, b: Buffer): number =>
  a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
