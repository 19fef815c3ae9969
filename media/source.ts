/** What is known of an uploaded source: measured once when it arrives, or when it is first asked for, and never changed. */

import type { Rational } from "#transformation";
import type { Appraisal } from "./appraisal/appraisal.ts";
import type { Glance } from "./glance/glance.ts";

export interface Colour {
  readonly range: "tv" | "pc";
  /** ffmpeg's names; `unknown` where the source does not say. */
  readonly primaries: string;
  readonly transfer: string;
  readonly matrix: string;
}

/** Key pictures in ticks of the track's time base, ascending; enough of them to seek by, not necessarily all. */
export interface KeyframeIndex {
  readonly pts: readonly number[];
  readonly dts: readonly number[];
}

/** How bright the screen was that the pictures were made on, and how bright they are (SMPTE ST 2086, CTA-861.3). */
export interface HdrMetadata {
  /** In steps of 0.00002 of CIE 1931, and of 0.0001 cd/m2. */
  readonly display?: {
    readonly [Point in "green" | "blue" | "red" | "white"]: readonly [x: number, y: number];
  } & { readonly luminance: readonly [max: number, min: number] };
  /** In cd/m2: of the brightest pixel, and of the brightest picture. */
  readonly light?: readonly [brightest: number, average: number];
}

/**
 * Of a track whose packets fit the grid of everything else, so that they may be handed on as they are (see
 * `passing-through.ts`). Found out once, of all of its packets.
 */
export interface Copyable {
  /** RFC 6381, of the track's own sample entry. */
  readonly codecString: string;
  /** Frames of the source's grid that it fills, from zero on. */
  readonly frames: number;
  /** The distance of key pictures on that grid: each is one that a segment may begin with. */
  readonly gopFrames: number;
  /** Bytes of the samples from each of these places to the next. */
  readonly gopBytes: readonly number[];
}

export interface CopyablePicture extends Copyable {
  /** By how many pictures at most one is decoded later than it is shown. */
  readonly reorderedPictures: number;
}

export interface VideoTrack {
  /** ffmpeg's stream index in the file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly profile?: string;
  /** Size as coded, before rotation and pixel aspect. */
  readonly width: number;
  readonly height: number;
  readonly sampleAspect: Rational;
  /** Clockwise degrees that bring the picture upright: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly timeBase: Rational;
  /** The first presented picture's time stamp and the end of the last one, in ticks. */
  readonly startTicks: number;
  readonly endTicks: number;
  /** The constant rate that its pictures are shown at: its own, or for a variable one the rate that loses least. */
  readonly frameRate: Rational;
  readonly variableFrameRate: boolean;
  /** Which field comes first where the pictures are interlaced. */
  readonly interlaced?: "top" | "bottom";
  readonly reordered: boolean;
  readonly pixelFormat: string;
  readonly bitDepth: number;
  readonly colour: Colour;
  readonly dolbyVisionProfile?: number;
  readonly hdr?: HdrMetadata;
  readonly keyframes?: KeyframeIndex;
  /** Absent where it may not be copied, and of sources that were looked at before this was asked of them. */
  readonly copyable?: CopyablePicture;
}

export interface AudioTrack {
  readonly streamIndex: number;
  readonly codec: string;
  readonly profile?: string;
  /** BCP 47, `und` where the source does not say. */
  readonly language: string;
  readonly title?: string;
  readonly isDefault: boolean;
  readonly channels: number;
  readonly channelLayout?: string;
  readonly sampleRate: number;
  /** First sample and end, in samples of `sampleRate` on the file's own time line. */
  readonly startSample: number;
  readonly endSample: number;
  /** How time stamps become sample positions, where they do not count samples themselves. */
  readonly clock?: SampleClock;
  /** The same for codecs whose frames vary in length. */
  readonly blocks?: BlockClock;
  /** The container that the track must be copied into to be read: ffmpeg decodes only the first frame of its packets. */
  readonly unpackedInto?: PacketSplitter;
  /** As of the picture. */
  readonly copyable?: Copyable;
}

/** Demuxers that give packets of one frame each, whatever the packets were that their muxer was given. */
export type PacketSplitter = "amr";

/**
 * Time stamps that are coarser than a sample, or that jump a little, snapped to the codec's frames: sound is played as
 * it was recorded, one frame behind the other, until the time stamps leave it by more than the ear forgives. Without
 * this every seek lands a little elsewhere (measured: -19 dB at joins instead of -45 dB).
 */
export interface SampleClock {
  readonly frameSamples: number;
  /** Ascending; each holds from a time stamp on, given in samples. The first holds from the beginning. */
  readonly regions: readonly SampleRegion[];
}

export interface SampleRegion {
  readonly fromSample: number;
  /** Samples by which the count has run ahead of the time stamps. */
  readonly excessSamples: number;
  /** Where frames begin, modulo their length. */
  readonly phaseSamples: number;
}

/**
 * How Vorbis is placed, whose blocks have two lengths. A block between a long and a short one may be stamped late by half
 * their difference (ffmpeg's parser), all others are stamped truly, by their beginning or, by some muxers, by their end.
 * One of the others is placed after a seek, and what follows is counted from it.
 */
export interface BlockClock {
  /** The distance of places where blocks may begin, wider than time stamps err; absent where they err by more. */
  readonly latticeSamples?: number;
  /** The length of the first block, which begins the track, where blocks are stamped by their ends. */
  readonly endStampedFrom?: number;
}

export interface SubtitleTrack {
  readonly streamIndex: number;
  readonly codec: string;
  /** BCP 47, `und` where the source does not say. */
  readonly language: string;
  readonly title?: string;
  /** For those who follow the sound otherwise: signs, and what is said in another language. */
  readonly isForced?: boolean;
}

/** Where a file says that a part of it begins and ends: in seconds of its own time line. */
export interface ChapterMark {
  readonly start: Rational;
  readonly end: Rational;
  readonly title?: string;
}

export interface Source {
  /** 16 hexadecimal digits of the digest: names these bytes in every key. */
  readonly version: string;
  /** `sha-256:<hex>`, or `sha-256-parts:<hex>` where the digest is one of the digests of the chunks it came in. */
  readonly digest: string;
  readonly bytes: number;
  /** The ffmpeg demuxer that its first bytes call for; no other is ever tried on it. */
  readonly container: string;
  /** ffmpeg seeks relative to this (`format.start_time`). */
  readonly containerStart: Rational;
  readonly video?: VideoTrack;
  readonly audio: readonly AudioTrack[];
  readonly subtitles: readonly SubtitleTrack[];
  /** Absent of sources that were looked at before this was asked of them. */
  readonly chapterMarks?: readonly ChapterMark[];
  /** Absent until an address has asked for what is chosen by it. */
  readonly glance?: Glance;
  /** Absent until trial encodes have been made of it. */
  readonly appraisal?: Appraisal;
}

export type Probe = Omit<Source, "version" | "digest" | "bytes" | "glance" | "appraisal">;

export const isHdr = (colour: Colour): boolean => ["smpte2084", "arib-std-b67"].includes(colour.transfer);
