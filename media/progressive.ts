/**
 * A long file whose every byte has its place before anything is encoded: the segments of a stream, one after the other,
 * each in a space that it cannot outgrow, so that its length is known, it plays at once and seeks anywhere.
 */

import { Problem, type Rational, toNumber } from "#transformation";
import { secondsOf } from "./grid.ts";
import { MAX_CLIP_SECONDS } from "./jobs/clip-parts.ts";
import { fileHead, fragmentsOf, freeSpace, joined, REORDERED_PICTURES } from "./joined-file.ts";
import type { DeliveryPlan } from "./plan.ts";
import {
  type AudioRendition,
  audioRenditions,
  fullRenditions,
  fullStream,
  unappraised,
  type VideoRendition,
} from "./renditions.ts";
import { segmentCountOf, segmentSeconds } from "./segment-times.ts";

/** What a file is made of. */
export interface ProgressiveParts {
  readonly video: VideoRendition;
  readonly audio?: AudioRendition;
}

/** The space of one segment of one rendition. */
export interface Space {
  readonly media: "video" | "audio";
  readonly number: number;
  /** Counted from the beginning of the file. */
  readonly start: number;
  readonly bytes: number;
}

export interface ProgressiveLayout {
  readonly head: Uint8Array;
  /** In the order of the file, without gaps. */
  readonly spaces: readonly Space[];
  readonly bytes: number;
}

/**
 * H.264, which every player of an MP4 has, and the sound that is on by default; undefined where there is no picture.
 * @throws Problem `invalid-value` where the picture is beyond the level that is asked for
 */
export function progressiveParts(plan: DeliveryPlan): ProgressiveParts | undefined {
  if (fullStream(plan, "h264") === undefined) return undefined;
  // A file must not change while it is read, and its source may be appraised in the meantime.
  const video = fullRenditions(unappraised(plan)).find(({ codec }) => codec === "h264");
  const sounds = audioRenditions(plan);
  const audio = sounds.find(({ track }) => track.isDefault) ?? sounds[0];
  return video && { video, ...(audio && { audio }) };
}

/** Whether a file is too long to be made whole before its first byte leaves, and one that can be laid out instead. */
export const isProgressive = (plan: DeliveryPlan, extension: string): boolean =>
  extension === "mp4" &&
  ["auto", "h264"].includes(plan.encoding.videoCodec ?? "auto") &&
  ["aac", "none"].includes(plan.encoding.audioCodec ?? "aac") &&
  plan.canvas !== undefined &&
  toNumber(secondsOf(plan.grid.frames, plan.grid.frameRate)) > MAX_CLIP_SECONDS;

/** Beyond the declared peak, which every segment is measured against; boxes and the smallest free space come on top. */
const MARGIN = 1.12;
const BOX_BYTES = 4096;

const spaceFor = (bitsPerSecond: number, duration: Rational): number =>
  Math.ceil((bitsPerSecond * toNumber(duration) * MARGIN) / 8) + BOX_BYTES;

/** Picture and sound of each segment in turn. */
function spaceSizes(plan: DeliveryPlan, { video, audio }: ProgressiveParts): readonly Omit<Space, "start">[] {
  return Array.from({ length: segmentCountOf(plan, video) }, (_, number) => [
    { media: "video" as const, number, bytes: spaceFor(video.bandwidth, segmentSeconds(plan, video, number)) },
    ...(audio
      ? [{ media: "audio" as const, number, bytes: spaceFor(audio.bandwidth, segmentSeconds(plan, audio, number)) }]
      : []),
  ]).flat();
}

const reorderedIn = ({ video: { copied } }: ProgressiveParts): number =>
  copied?.reorderedPictures ?? REORDERED_PICTURES;

/** The whole file by arithmetic, over the init sections of its renditions. */
export function progressiveLayout(
  plan: DeliveryPlan,
  parts: ProgressiveParts,
  init: Uint8Array,
  audioInit: Uint8Array | undefined,
): ProgressiveLayout {
  const sizes = spaceSizes(plan, parts);
  const stretches = Array.from({ length: segmentCountOf(plan, parts.video) }, (_, number) => ({
    bytes: sizes.filter((space) => space.number === number).reduce((sum, { bytes }) => sum + bytes, 0),
    duration: segmentSeconds(plan, parts.video, number),
  }));
  const length = { ...plan.grid, reorderedPictures: reorderedIn(parts) };
  const head = fileHead(init, audioInit, length, stretches);
  let end = head.length;
  const spaces = sizes.map((size) => {
    const start = end;
    end += size.bytes;
    return { ...size, start };
  });
  return { head, spaces, bytes: end };
}

/**
 * A segment in its space, what it leaves over filled.
 * @throws Problem `encode-failed` where it has outgrown its space
 */
export function inSpace(segment: Uint8Array, { media, bytes }: Space, parts: ProgressiveParts): Uint8Array {
  const fragments = fragmentsOf(segment, media, reorderedIn(parts));
  const left = bytes - fragments.length;
  if (left < 8) throw new Problem("encode-failed", `A segment of ${segment.length} bytes does not fit into ${bytes}.`);
  return joined([fragments, freeSpace(left)]);
}
