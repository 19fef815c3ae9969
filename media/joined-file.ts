/** The head of one file of both picture and sound, put together of the init sections of their renditions (ISO/IEC 14496-12). */

import { divide, multiply, Problem, type Rational, rational, round } from "#transformation";
import {
  type Box,
  boxes,
  compositionOffsets,
  descend,
  fragmentTiming,
  moveFragment,
  timescaleOf,
  view,
} from "./iso-bmff.ts";

const VIDEO_TRACK = 1;
const AUDIO_TRACK = 2;

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export const words = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, index) => {
    view(bytes).setUint32(4 * index, value);
  });
  return bytes;
};

export const letters = (type: string): Uint8Array => Uint8Array.from(type, (letter) => letter.charCodeAt(0));

export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joined(parts);
  return joined([words(8 + content.length), letters(type), content]);
}

/** A copy of a box, its header with it, with one word changed, counted from the beginning of its payload. */
function changed(bytes: Uint8Array, { start, end }: Box, offset: number, value: number): Uint8Array {
  const copy = bytes.slice(start - 8, end);
  view(copy).setUint32(8 + offset, value);
  return copy;
}

/** Version 1 of a box has longer times in front of what is looked for. */
const afterTimes = (bytes: Uint8Array, { start }: Box): number => (bytes[start] === 1 ? 20 : 12);

/** As many pictures as H.264 reorders where it is encoded here. */
export const REORDERED_PICTURES = 2;

/** The duration of an edit is open in a file of fragments (8.6.6). */
function editList(firstTick: number): Uint8Array {
  const [version, edits, openDuration, normalRate] = [0, 1, 0, 0x10000];
  return box("edts", box("elst", words(version, edits, openDuration, firstTick, normalRate)));
}

/** The track of an init section under another number, shown from a tick of its own on. */
function trackOf(init: Uint8Array, number: number, firstTick: number): { trak: Uint8Array; trex: Uint8Array } {
  const tkhd = descend(init, "moov", "trak", "tkhd");
  const mdia = descend(init, "moov", "trak", "mdia");
  return {
    trak: box(
      "trak",
      changed(init, tkhd, afterTimes(init, tkhd), number),
      ...(firstTick > 0 ? [editList(firstTick)] : []),
      init.subarray(mdia.start - 8, mdia.end),
    ),
    trex: changed(init, descend(init, "moov", "mvex", "trex"), 4, number),
  };
}

/** What there is to see. */
export interface Length {
  readonly frames: number;
  readonly frameRate: Rational;
  /**
   * How much later than they are decoded pictures are shown, all of them: as many pictures as are reordered. The
   * segments of streams say it by negative composition offsets, by which ffmpeg, and Chromium where it plays a file,
   * show pictures late against the sound (measured: by as many as are reordered); files say it by an edit list.
   */
  readonly reorderedPictures: number;
}

/** One movie of both tracks. `mehd` (8.8.2) says how long it is before any of it is there. */
function movie(init: Uint8Array, audioInit: Uint8Array | undefined, length: Length): Uint8Array {
  const mvhd = descend(init, "moov", "mvhd");
  const timescale = view(init).getUint32(mvhd.start + afterTimes(init, mvhd));
  const firstTick = round(divide(rational(length.reorderedPictures * timescaleOf(init)), length.frameRate));
  const tracks = [trackOf(init, VIDEO_TRACK, firstTick), ...(audioInit ? [trackOf(audioInit, AUDIO_TRACK, 0)] : [])];
  const version = 0;
  const seconds = divide(rational(length.frames), length.frameRate);
  const mehd = box("mehd", words(version, round(multiply(seconds, rational(timescale)))));
  // The last word of mvhd is the number that the next track would get.
  const nextTrack = mvhd.end - mvhd.start - 4;
  return box(
    "moov",
    changed(init, mvhd, nextTrack, AUDIO_TRACK + 1),
    ...tracks.map(({ trak }) => trak),
    box("mvex", mehd, ...tracks.map(({ trex }) => trex)),
  );
}

/** A stretch of the file that begins with a key picture. */
export interface Stretch {
  readonly bytes: number;
  readonly duration: Rational;
}

/** It starts with a stream access point of type 1: a picture from which everything can be shown (8.16.3, Annex I). */
const STARTS_WITH_KEY_PICTURE = 0x90000000;

/** Where each stretch lies, for players that seek: `sidx` (8.16.3). */
function segmentIndex(init: Uint8Array, stretches: readonly Stretch[]): Uint8Array {
  const timescale = timescaleOf(init);
  const [version, firstTick, firstOffset] = [0, 0, 0];
  return box(
    "sidx",
    words(version, VIDEO_TRACK, timescale, firstTick, firstOffset, stretches.length),
    ...stretches.map(({ bytes, duration }) =>
      words(bytes, round(multiply(duration, rational(timescale))), STARTS_WITH_KEY_PICTURE),
    ),
  );
}

/** Everything in front of the first fragment. */
export function fileHead(
  init: Uint8Array,
  audioInit: Uint8Array | undefined,
  length: Length,
  stretches: readonly Stretch[],
): Uint8Array {
  const ftyp = descend(init, "ftyp");
  return joined([
    init.subarray(ftyp.start - 8, ftyp.end),
    movie(init, audioInit, length),
    segmentIndex(init, stretches),
  ]);
}

/** A segment's fragments without what names it a segment, under the number that its track has in the file. */
export function fragmentsOf(segment: Uint8Array, media: "video" | "audio", reorderedPictures: number): Uint8Array {
  const fragments = boxes(segment).filter(({ type }) => type === "moof" || type === "mdat");
  const copy = joined(fragments.map(({ start, end }) => segment.subarray(start - 8, end)));
  const number = media === "video" ? VIDEO_TRACK : AUDIO_TRACK;
  view(copy).setUint32(descend(copy, "moof", "traf", "tfhd").start + 4, number);
  if (media === "video") delayPictures(copy, reorderedPictures);
  return copy;
}

/** Shows a fragment's pictures as much later as the edit list takes away, by offsets none of which is negative. */
function delayPictures(fragment: Uint8Array, reorderedPictures: number): void {
  const data = view(fragment);
  const { offsets, version } = compositionOffsets(fragment);
  const { firstTick, totalTicks, samples } = fragmentTiming(fragment);
  const delay = (reorderedPictures * totalTicks) / samples;
  for (const at of offsets) {
    const offset = data.getInt32(at) + delay;
    if (offset < 0) throw new Problem("encode-failed", `A picture is shown ${-offset} ticks before it is decoded.`);
    data.setInt32(at, offset);
  }
  data.setUint8(version, 0);
  // A few last pictures, none of them reordered, have no offsets: they are decoded later as well.
  if (offsets.length === 0) moveFragment(fragment, firstTick + delay);
}

/** Bytes that readers pass over (8.1.2); eight at least. */
export const freeSpace = (bytes: number): Uint8Array => box("free", new Uint8Array(bytes - 8));
