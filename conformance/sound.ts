/** Measures how well a stream's sound is that of its source. */

import { output } from "./pictures.ts";

/** Mono samples of a file's first sound; `edit lists ignored` leaves what the boxes hold, sample by sample. */
export async function samplesOf(
  path: string,
  sampleRate: number,
  inputOptions: readonly string[] = [],
  mix = "anull",
): Promise<Float32Array> {
  const bytes = await output("ffmpeg", [
    "-nostdin",
    "-v",
    "error",
    ...inputOptions,
    "-i",
    path,
    "-map",
    "0:a:0",
    "-af",
    `${mix},aresample=${sampleRate}`,
    "-ac",
    "1",
    "-f",
    "f32le",
    "pipe:1",
  ]);
  return new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}

/** How many samples the stream lags behind its source around a place: the best match within a range. */
export function lagAt(stream: Float32Array, source: Float32Array, at: number, range: number, length = 4096): number {
  let [best, lag] = [Number.NEGATIVE_INFINITY, 0];
  for (let shift = -range; shift <= range; shift++) {
    let product = 0;
    for (let index = 0; index < length; index++)
      product += (stream[at + index] ?? 0) * (source[at + index - shift] ?? 0);
    if (product > best) [best, lag] = [product, shift];
  }
  return lag;
}

/** Root mean square of some samples. */
export function loudness(samples: Float32Array, from: number, to: number): number {
  const span = samples.subarray(Math.round(from), Math.round(to));
  return Math.sqrt(span.reduce((sum, sample) => sum + sample ** 2, 0) / span.length);
}

/** Mean square difference of stream and source in decibels of the source, over some samples. */
export function errorDecibels(stream: Float32Array, source: Float32Array, from: number, to: number): number {
  let [error, signal] = [0, 0];
  for (let at = Math.max(0, from); at < to; at++) {
    error += ((stream[at] ?? 0) - (source[at] ?? 0)) ** 2;
    signal += (source[at] ?? 0) ** 2;
  }
  return 10 * Math.log10((error + 1e-12) / (signal + 1e-12));
}

/** The sharpest edge of the difference between stream and source: a click is an edge that the source has not. */
export function sharpestEdge(stream: Float32Array, source: Float32Array, from: number, to: number): number {
  const error = (at: number): number => (stream[at] ?? 0) - (source[at] ?? 0);
  let sharpest = 0;
  for (let at = Math.max(3, from); at < to; at++) {
    sharpest = Math.max(sharpest, Math.abs(error(at) - 3 * error(at - 1) + 3 * error(at - 2) - error(at - 3)));
  }
  return sharpest;
}
