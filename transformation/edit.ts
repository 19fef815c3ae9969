/** What a component of a URL means, as data: parameters set these values, stages resolve them against a source. */

import type { Rational } from "./rational.ts";
import type { Dimension, FrameRateRange, Quality, TimeOffset, Turn, Volume } from "./values.ts";

export type CropMode = "scale" | "fit" | "limit" | "fill" | "pad" | "crop";

export const GRAVITIES = [
  "north_west",
  "north",
  "north_east",
  "west",
  "center",
  "east",
  "south_west",
  "south",
  "south_east",
] as const;
export type Gravity = (typeof GRAVITIES)[number];

/** An ffmpeg filter as data; it is spelled and escaped in exactly one place. */
export interface Filter {
  readonly name: string;
  readonly options?: Readonly<Record<string, string | number>>;
}

export type VideoCodecName = "h264" | "h265" | "av1";

/** What holds for the delivery as a whole, wherever in the chain it stands. */
export interface Encoding {
  readonly quality?: Quality;
  readonly maxBitsPerSecond?: number;
  readonly frameRate?: FrameRateRange;
  readonly videoCodec?: VideoCodecName | "auto" | "none";
  readonly audioCodec?: "aac" | "none";
  readonly sampleRate?: number | "source";
  readonly format?: string;
  readonly profile?: StreamingProfile;
}

/** A named set of rungs, possibly bounded by the smaller side of the picture. */
export interface StreamingProfile {
  readonly name: string;
  readonly maxResolution?: number;
}

/** The meaning of one component. */
export interface Edit {
  readonly start?: TimeOffset;
  readonly end?: TimeOffset;
  readonly duration?: TimeOffset;
  readonly width?: Dimension;
  readonly height?: Dimension;
  readonly aspectRatio?: Rational;
  readonly crop?: CropMode;
  readonly gravity?: Gravity;
  readonly x?: Dimension;
  readonly y?: Dimension;
  readonly turns?: readonly Turn[];
  readonly volume?: Volume;
  readonly encoding: Encoding;
}

export const NO_EDIT: Edit = { encoding: {} };

/** Sets values that hold for the delivery as a whole. */
export const encoding = (edit: Edit, values: Encoding): Edit => ({
  ...edit,
  encoding: { ...edit.encoding, ...values },
});
