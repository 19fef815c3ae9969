/** The ladder: which sizes and rates a source is offered at, in H.264 bits at 30 frames a second. */

import { type Rational, type StreamingProfile, toNumber } from "#transformation";
import { VIDEO_CODECS } from "./codecs.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const isSameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

export interface Rung {
  /** `720p`: the smaller side of the nominal box. */
  readonly name: string;
  readonly lines: number;
  readonly box: Size;
  readonly maxBitsPerSecond: number;
}

const rung = (width: number, height: number, maxBitsPerSecond: number): Rung => ({
  name: `${height}p`,
  lines: height,
  box: { width, height },
  maxBitsPerSecond,
});

/**
 * Sizes of Apple's authoring specification 1.25. The lowest rung stays under 500 kbit/s with its sound, or hls.js
 * would pass over the whole codec at its first estimate.
 */
export const LADDER: readonly Rung[] = [
  rung(416, 234, 300_000),
  rung(640, 360, 800_000),
  rung(960, 540, 2_000_000),
  rung(1280, 720, 3_600_000),
  rung(1920, 1080, 7_000_000),
  rung(2560, 1440, 12_000_000),
  rung(3840, 2160, 22_000_000),
];

/** What each streaming profile takes of the ladder, by lines: Cloudinary's names for lists cut at the top or bottom. */
const PROFILE_LINES: Readonly<Record<string, readonly number[]>> = {
  auto: [234, 360, 540, 720, 1080],
  "4k": [234, 360, 540, 720, 1080, 1440, 2160],
  full_hd: [234, 360, 540, 720, 1080],
  hd: [234, 360, 540, 720],
  sd: [234, 360, 540],
  full_hd_wifi: [540, 720, 1080],
  full_hd_lean: [360, 720, 1080],
  hd_lean: [360, 720],
};

/** Whether a profile offers a rung. `maxres` opens sp_auto beyond 1080 lines as well as closing it below. */
export function profileHolds({ name, maxResolution }: StreamingProfile, { lines }: Rung): boolean {
  if (maxResolution !== undefined) return lines <= maxResolution;
  return PROFILE_LINES[name]?.includes(lines) ?? false;
}

/** Halves go down: an odd source is not made larger. */
const even = (length: number): number => Math.max(2, 2 * Math.ceil(length / 2 - 0.5));

/** The nearest even size: 4:2:0 has no odd one. */
export const evenSize = ({ width, height }: Size): Size => ({ width: even(width), height: even(height) });

/** The even size that a stream shows a picture at: its own, enlarged where it is smaller than what every player's codec takes. */
export const streamSize = ({ width, height }: Size): Size => {
  const factor = Math.max(1, VIDEO_CODECS.h264.smallestSide / Math.min(width, height));
  return evenSize({ width: width * factor, height: height * factor });
};

/** A size brought into a box that lies as the picture lies; never larger than it was. */
export function fitRung(size: Size, { box }: Rung): Size {
  const portrait = size.height > size.width;
  const [width, height] = portrait ? [box.height, box.width] : [box.width, box.height];
  const factor = Math.min(1, width / size.width, height / size.height);
  return evenSize({ width: size.width * factor, height: size.height * factor });
}

/** Whether a picture is no larger than a rung of so many lines: what 16:9 makes of them, lying as the picture lies. */
export function fitsLines({ width, height }: Size, lines: number): boolean {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  return shorter <= lines && longer <= Math.ceil((lines * 16) / 9);
}

/**
 * The rungs of a picture: each one that it fills, and of those it does not fill only the first, which then has the
 * picture's own size.
 */
export function rungsFor(size: Size): readonly { rung: Rung; size: Size }[] {
  const own = streamSize(size);
  const fitted = LADDER.map((step) => ({ rung: step, size: fitRung(own, step) }));
  const top = fitted.findIndex((candidate) => isSameSize(candidate.size, own));
  return top < 0 ? fitted : fitted.slice(0, top + 1);
}

/** Pixels a second that the ladder's rates are meant for. */
const NOMINAL_FRAME_RATE = 30;

/** Twice the frames need less than twice the bits: neighbours are alike. */
const FRAME_RATE_EXPONENT = 0.6;

/** Twice the pixels need less than twice the bits, too: large pictures have more that is smooth. */
const PIXEL_EXPONENT = 0.75;

/** Encoders miss caps that leave a picture a few bytes. */
export const SMALLEST_CAP = 150_000;

/** The most H.264 bits a second for a size and frame rate, read off the ladder between its rungs. */
export function ladderBits({ width, height }: Size, frameRate: Rational): number {
  const pixels = width * height;
  const nearest = LADDER.find(({ box }) => pixels <= box.width * box.height) ?? (LADDER.at(-1) as Rung);
  const bySize = (pixels / (nearest.box.width * nearest.box.height)) ** PIXEL_EXPONENT;
  const byRate = Math.max(0.4, (toNumber(frameRate) / NOMINAL_FRAME_RATE) ** FRAME_RATE_EXPONENT);
  return Math.max(SMALLEST_CAP, nearest.maxBitsPerSecond * bySize * byRate);
}
