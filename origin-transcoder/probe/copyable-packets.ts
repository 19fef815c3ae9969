/** Finds out by the list of a track's packets whether they lie on the grid of the source. Pure. */

import { AAC_FRAME_SAMPLES, type Copyable, type CopyablePicture, type Grid, secondsOf } from "#media";
import { divide, type Rational, rational, round, roundProduct } from "#transformation";
import type { ProbedPacket } from "./ffprobe.ts";

/** What the packets say, beside the codec string, which their sample entry does. */
export type OnGrid<Each extends Copyable> = Omit<Each, "codecString">;

/**
 * Where a time stamp lies on a lattice, counted in its steps from zero; undefined where it is more than a tick away from
 * any place, which is the rounding of containers that count coarsely.
 */
function placeOf(ticks: number, step: Rational): number | undefined {
  const place = round(divide(rational(ticks), step));
  const away = Math.abs(ticks * step.den - place * step.num);
  return Number.isSafeInteger(ticks * step.den) && away <= step.den ? place : undefined;
}

const bytesBetween = (bytes: readonly number[], bounds: readonly number[]): readonly number[] =>
  bounds.slice(1).map((end, index) => bytes.slice(bounds[index], end).reduce((sum, each) => sum + each, 0));

/** Where GOPs of a grid begin, and where the last one ends. */
const gopBounds = ({ frames, gopFrames }: Grid): readonly number[] => [
  ...Array.from({ length: Math.ceil(frames / gopFrames) }, (_, gop) => gop * gopFrames),
  frames,
];

/**
 * Pictures that each fill one slot of the grid, of which every GOP begins with a key that cuts cleanly: what is decoded
 * before it is shown before it, and what is decoded behind it is shown behind it.
 * @param packets all of the track, in the order in which they are decoded
 */
export function picturesOnGrid(
  packets: readonly ProbedPacket[],
  { startTicks, timeBase }: { readonly startTicks: number; readonly timeBase: Rational },
  grid: Grid,
): OnGrid<CopyablePicture> | undefined {
  const { frames, gopFrames, frameRate } = grid;
  if (packets.length !== frames) return undefined;
  const step = divide(divide(rational(1), frameRate), timeBase);
  const seen = new Set<number>();
  let [reorderedPictures, latest] = [0, -1];
  for (const [index, { pts, key, hidden }] of packets.entries()) {
    const slot = pts === undefined || hidden ? undefined : placeOf(pts - startTicks, step);
    if (slot === undefined || slot < 0 || slot >= frames || seen.has(slot)) return undefined;
    // So many pictures came before, in as many slots: a key in the next one is shown behind all of them.
    if (index % gopFrames === 0 && !(key && slot === index && latest === index - 1)) return undefined;
    seen.add(slot);
    latest = Math.max(latest, slot);
    reorderedPictures = Math.max(reorderedPictures, index - slot);
  }
  const gopBytes = bytesBetween(
    packets.map(({ bytes }) => bytes),
    gopBounds(grid),
  );
  return { frames, gopFrames, gopBytes, reorderedPictures };
}

/**
 * Frames of AAC that follow each other without a gap from zero or before to the end of the grid, each beginning where
 * ours would.
 * @param zero the presentation's zero on the source's own time line, in seconds
 */
export function soundOnGrid(
  packets: readonly ProbedPacket[],
  { timeBase, sampleRate, zero }: { readonly timeBase: Rational; readonly sampleRate: number; readonly zero: Rational },
  grid: Grid,
): OnGrid<Copyable> | undefined {
  const step = divide(rational(AAC_FRAME_SAMPLES, sampleRate), timeBase);
  const zeroTicks = round(divide(zero, timeBase));
  const places = packets.map(({ pts }) => (pts === undefined ? undefined : placeOf(pts - zeroTicks, step)));
  const [first] = places;
  if (first === undefined || first > 0) return undefined;
  const bounds = gopBounds(grid).map((frame) => nearestFrame(frame, grid.frameRate, sampleRate));
  const isUnbroken = places.every((place, index) => place === first + index && !(packets[index]?.hidden && place >= 0));
  if (!isUnbroken || first + packets.length < (bounds.at(-1) ?? 0)) return undefined;
  const bytes = packets.slice(-first).map((packet) => packet.bytes);
  return { frames: grid.frames, gopFrames: grid.gopFrames, gopBytes: bytesBetween(bytes, bounds) };
}

/** The frame of AAC whose beginning is nearest to that of a frame of the grid. */
const nearestFrame = (frame: number, frameRate: Rational, sampleRate: number): number =>
  roundProduct(secondsOf(frame, frameRate), rational(sampleRate, AAC_FRAME_SAMPLES));
