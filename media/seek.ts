/** Where to start reading a source, so that decoding begins at or before what is wanted; first the nearest place. */

import { add, compare, divide, multiply, type Rational, rational, round, subtract, toFixed } from "#transformation";
import { containerNamed } from "./containers.ts";
import type { AudioTrack, Source, VideoTrack } from "./source.ts";
import { timeZero } from "./timeline.ts";

/**
 * Values for `-ss`, in the order in which they are tried: a landing that turns out too late shows as missing frames,
 * and the next one starts earlier. `null` reads from the beginning.
 */
export type Seeks = readonly (string | null)[];

/** Beyond the time itself, so that rounding in ffmpeg cannot land on the key picture before. */
const EPSILON = rational(5, 10_000);

/** Matroska and FLV: ffmpeg moves the target back by 3/23 s where pictures are reordered (ffmpeg_opt.c, "dts_heuristic"). */
const REORDER_HEURISTIC = rational(1307, 10_000);

/** How far before a transport stream's key picture to aim: the demuxer lands on any packet. */
const PACKET_MARGIN = rational(1, 10);

/** How early to read sound, for its decoder to settle. */
const AUDIO_MARGIN = rational(11, 10);

/** Without an index: reach back a second, then ten, then to the start. */
const BLIND_MARGINS = [rational(1), rational(10)] as const;

const relative = (source: Source, time: Rational): string | null => after(source.containerStart, time);

function after(start: Rational, time: Rational): string | null {
  const seconds = subtract(time, start);
  return compare(seconds, rational(0)) <= 0 ? null : toFixed(seconds, 6);
}

/** The slot of the grid that a key picture is shown in. */
const slotOf = ({ keyframes, startTicks, timeBase }: VideoTrack, key: number, frameRate: Rational): number =>
  round(multiply(multiply(rational((keyframes?.pts[key] ?? 0) - startTicks), timeBase), frameRate));

/** The first of slots [from, to) of the source's grid that shows a key picture; undefined where none is known of. */
export function keyFrameWithin(track: VideoTrack, frameRate: Rational, from: number, to: number): number | undefined {
  const key = keyBefore(track, from - 1, frameRate) + 1;
  if (key >= (track.keyframes?.pts.length ?? 0)) return undefined;
  const slot = slotOf(track, key, frameRate);
  return slot < to ? slot : undefined;
}

/** The key picture's index that slot `frame` of the grid is decoded from: the last one shown at or before it. */
function keyBefore(track: VideoTrack, frame: number, frameRate: Rational): number {
  let low = 0;
  for (let high = track.keyframes?.pts.length ?? 0; low < high; ) {
    const middle = (low + high) >> 1;
    if (slotOf(track, middle, frameRate) <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function seekToKey(source: Source, track: VideoTrack, key: number): string | null {
  const [pts, dts] = [track.keyframes?.pts[key], track.keyframes?.dts[key]];
  if (key <= 0 || pts === undefined || dts === undefined) return null;
  const time = (ticks: number) => multiply(rational(ticks), track.timeBase);
  // mov.c takes the target for a presentation time, and subtracts what lies between the two at the file's start.
  const reorderTicks = (track.keyframes?.pts[0] ?? 0) - (track.keyframes?.dts[0] ?? 0);
  const back = track.reordered ? REORDER_HEURISTIC : rational(0);
  switch (containerNamed(source.container)?.seek) {
    case "start":
      return relative(source, add(time(dts + reorderTicks), EPSILON));
    case "dts":
      return relative(source, add(add(time(dts), back), EPSILON));
    case "pts":
      return relative(source, add(add(time(pts), back), EPSILON));
    default:
      return relative(source, subtract(time(dts), PACKET_MARGIN));
  }
}

/** Where to read from for picture `frame` of the source's grid. */
export function videoSeeks(source: Source, track: VideoTrack, frame: number, frameRate: Rational): Seeks {
  const time = add(divide(rational(frame), frameRate), timeZero(source));
  const blind = BLIND_MARGINS.map((margin) => relative(source, subtract(time, margin)));
  if (!track.keyframes || track.keyframes.pts.length === 0) return distinct([...blind, null]);
  // A deinterlacer looks at the field before: its first output after a seek differs (measured).
  const loose = containerNamed(source.container)?.seek === "loose" || track.interlaced !== undefined;
  const key = keyBefore(track, frame, frameRate) - (loose ? 1 : 0);
  return distinct([seekToKey(source, track, key), seekToKey(source, track, key - 2), null]);
}

/** Where to read a track from for a sample: a second early, for the decoder to settle. */
export function audioSeeks(source: Source, track: AudioTrack, seconds: Rational): Seeks {
  const time = subtract(add(seconds, timeZero(source)), AUDIO_MARGIN);
  // A copy of a track alone begins with its first sample.
  const start = track.unpackedInto ? rational(track.startSample, track.sampleRate) : source.containerStart;
  return distinct([after(start, time), null]);
}

const distinct = (seeks: Seeks): Seeks => [...new Set(seeks)];

/** The earlier of two places to read from. */
export const earlierSeek = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : Number(a) < Number(b) ? a : b;
