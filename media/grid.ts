/**
 * The absolute grid of a presentation: constant frame rate, segment boundaries at whole frames, the same instants in
 * every rung and codec. Playlists and segments are cut by this arithmetic and nothing else.
 */

import { divide, multiply, type Rational, rational, round, roundProduct } from "#transformation";

export interface Grid {
  readonly frameRate: Rational;
  /** Length of the presentation in frames. */
  readonly frames: number;
  /** Distance of key pictures; every segment is a whole number of these, but for the end. */
  readonly gopFrames: number;
}

/** A key picture every two seconds (Apple HLS authoring specification 1.13). */
const GOP_SECONDS = rational(2);

/** GOPs in a segment: two short ones for a fast start, then four seconds, whose cold seek is a third faster than six. */
const FIRST_SEGMENTS_GOPS = [1, 1] as const;
export const SEGMENT_GOPS = 2;

export function gridOf(frameRate: Rational, frames: number): Grid {
  return { frameRate, frames, gopFrames: Math.max(1, round(multiply(GOP_SECONDS, frameRate))) };
}

/** Where segment `number` would start if the presentation went on for ever. */
function boundary(grid: Grid, number: number): number {
  const short = Math.min(number, FIRST_SEGMENTS_GOPS.length);
  const firstGops = FIRST_SEGMENTS_GOPS.slice(0, short).reduce<number>((sum, gops) => sum + gops, 0);
  return (firstGops + (number - short) * SEGMENT_GOPS) * grid.gopFrames;
}

/**
 * How many segments there are. A tail shorter than a GOP belongs to the segment before it: a lone last frame starves
 * under rate control (measured: SSIM 0.76 instead of 0.97).
 */
export function segmentCount(grid: Grid): number {
  // The last GOP that may start a segment; a whole one lies behind it.
  const lastGop = Math.max(0, Math.floor(grid.frames / grid.gopFrames) - 1);
  const short = FIRST_SEGMENTS_GOPS.length;
  const first = Math.min(Math.floor(boundary(grid, short) / grid.gopFrames), lastGop);
  return lastGop < short ? lastGop + 1 : short + 1 + Math.floor((lastGop - first) / SEGMENT_GOPS);
}

/** First frame of a segment; of the number that follows the last one, the end of the presentation. */
export const segmentStart = (grid: Grid, number: number): number =>
  number >= segmentCount(grid) ? grid.frames : boundary(grid, number);

export const segmentFrames = (grid: Grid, number: number): number =>
  segmentStart(grid, number + 1) - segmentStart(grid, number);

/** A length in frames as seconds. */
export const secondsOf = (frames: number, frameRate: Rational): Rational => divide(rational(frames), frameRate);

/** The picture's time scale: the frame rate's numerator, multiplied where players would find it coarse. */
const MIN_TIMESCALE = 12_000;

export function videoTiming({ num, den }: Rational): { timescale: number; frameTicks: number } {
  const factor = Math.ceil(MIN_TIMESCALE / num);
  return { timescale: num * factor, frameTicks: den * factor };
}

/** Samples per AAC frame (ISO/IEC 14496-3). */
export const AAC_FRAME_SAMPLES = 1024;

/** The sample nearest to a frame's start. */
export const sampleAt = (frame: number, frameRate: Rational, sampleRate: number): number =>
  roundProduct(secondsOf(frame, frameRate), rational(sampleRate));

/** First AAC frame of a segment: the one nearest to the picture's boundary, so both start within half an AAC frame. */
export function audioSegmentStart(grid: Grid, number: number, sampleRate: number): number {
  const frame = segmentStart(grid, number);
  return Math.max(
    number > 0 ? 1 : 0,
    round(divide(multiply(secondsOf(frame, grid.frameRate), rational(sampleRate)), rational(AAC_FRAME_SAMPLES))),
  );
}

/** Key pictures of the presentation, each standing for the time to the next one. */
export const keyframeCount = (grid: Grid): number => Math.ceil(grid.frames / grid.gopFrames);

export const keyframeLength = (grid: Grid, number: number): number =>
  Math.min(grid.gopFrames, grid.frames - number * grid.gopFrames);
