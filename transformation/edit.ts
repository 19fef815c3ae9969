/** What a component of a URL means, as data: parameters set these values, stages resolve them against a source. */

import type { ColourExchange } from "./colour-matrix.ts";
import type { Background, Border, Corners, Rgba } from "./colour-value.ts";
import type { Quality, Volume } from "./encoding-values.ts";
import type { Dimension, Turn } from "./picture-values.ts";
import type { Rational } from "./rational.ts";
import type { StreamingProfile } from "./streaming-profile.ts";
import type { FrameRateRange, PreviewShape, TimeOffset } from "./time-values.ts";
import type { Splice, TransitionWish } from "./transition-value.ts";
import type { CodecTuning, VideoCodecWish } from "./video-codec.ts";

export const CROP_MODES = [
  "scale",
  "fit",
  "limit",
  "mfit",
  "fill",
  "lfill",
  "pad",
  "lpad",
  "mpad",
  "fill_pad",
  "crop",
  "thumb",
  "auto",
  "auto_pad",
] as const;
export type CropMode = (typeof CROP_MODES)[number];

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
/** A point of the compass. */
export type Compass = (typeof GRAVITIES)[number];
/** A place in a picture, in shares of its width and height. */
export interface Place {
  readonly across: Rational;
  readonly down: Rational;
}

/** Where to look: a point of the compass, what is worth seeing, or the place where that was found. */
export type Gravity = Compass | { readonly auto: string } | { readonly at: Place };

/** What is cut off of the sides of a picture, in pixels. */
export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** An ffmpeg filter as data; it is spelled and escaped in exactly one place. */
export interface Filter {
  readonly name: string;
  readonly options?: Readonly<Record<string, string | number>>;
  /** For a filter that reads a table: the layer that it is, by its version. Where it lies the origin knows. */
  readonly table?: string;
  /** For a filter of several inputs: what comes to each of them. Without, the filter before it feeds the only one. */
  readonly inputs?: readonly FilterInput[];
}

/** A stream of one of the files that a job reads, by its index there. */
export interface InputStream {
  readonly input: number;
  readonly streamIndex: number;
}

/** A copy of what has come so far, a picture that is drawn, or a stream that is read; then filters over it. */
export interface FilterInput {
  /** It is of sound, before a filter that makes pictures of it. */
  readonly media?: "audio";
  readonly stream?: InputStream;
  /** A source of pictures such as `color`; without it the picture so far is copied. */
  readonly drawn?: Filter;
  readonly filters: readonly Filter[];
}

/** What an effect may know of the picture that it changes. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  /** Length of the video at this point of the chain. */
  readonly durationSeconds: Rational;
  /** What `co_` beside the effect names. */
  readonly colour?: Rgba | undefined;
  /** Luma and chroma of a colour as the stream codes it, in its limited range of eight bits. */
  readonly levelsOf: (colour: Rgba) => readonly [y: number, u: number, v: number];
  /** A picture of one colour, as the stream codes it, for a filter of several inputs. */
  readonly area: (colour: Rgba, size: { readonly width: number; readonly height: number }) => FilterInput;
}

/** A change of the picture: filters over what is shown. `timed` ones read `t`, the time since the video's start. */
export interface PictureEffect {
  readonly timed?: boolean;
  /** Frames before the first that it has to have seen, for it to show every frame as it would within the whole video. */
  readonly leadFrames?: number;
  readonly filters: (facts: PictureFacts) => readonly Filter[];
}

/** A change of the sound; `timed` as of the picture. */
export interface SoundEffect {
  readonly timed?: boolean;
  readonly filters: (facts: { readonly durationSeconds: Rational }) => readonly Filter[];
}

/** A change of the order or the pace in which frames are shown. */
export type Retiming =
  | { readonly kind: "accelerate"; readonly percent: number }
  | { readonly kind: "reverse" }
  | { readonly kind: "boomerang" }
  | { readonly kind: "loop"; readonly extraPlays: number }
  | ({ readonly kind: "preview" } & PreviewShape);

export const AUDIO_CODEC_WORDS = ["aac", "none", "mp3", "vorbis", "opus"] as const;
export type AudioCodecWord = (typeof AUDIO_CODEC_WORDS)[number];

export type VideoCodecName = "h264" | "h265" | "av1";

/** What holds for the delivery as a whole, wherever in the chain it stands. */
export interface Encoding {
  readonly quality?: Quality;
  readonly maxBitsPerSecond?: number;
  /** As many bits at all times as there may be at most. */
  readonly isConstantRate?: boolean;
  readonly frameRate?: FrameRateRange;
  readonly videoCodec?: VideoCodecWish["codec"];
  readonly codecTuning?: CodecTuning | undefined;
  /** Of a source of high dynamic range; else it is brought into the standard one. */
  readonly keepsHighRange?: boolean;
  readonly keyframeSeconds?: Rational;
  readonly audioCodec?: AudioCodecWord;
  readonly sampleRate?: number | "source";
  readonly isMono?: boolean;
  readonly format?: string;
  /** Pictures that move, where the extension's own show one. */
  readonly isAnimated?: boolean;
  /** Of animated pictures: how many there are, or how far apart they are taken. */
  readonly sampling?: { readonly pictures: number } | { readonly everySeconds: Rational };
  readonly delayMilliseconds?: Rational;
  readonly profile?: StreamingProfile;
  /** A drawing of the sound comes instead of what is seen and heard. */
  readonly isWaveform?: boolean;
  /** Small pictures of the film's moments come instead of it. */
  readonly isStoryboard?: boolean;
  /** What would come is told, and not made. */
  readonly isDescribed?: boolean;
}

/** How a layer changes what it is laid on. */
export interface Laying {
  /** Its sizes are shares of the picture beneath it. */
  readonly isRelative?: boolean;
  readonly blend?: { readonly mode: "screen" | "multiply" | "overlay"; readonly percent: number };
  /** Its lightness, or its shape, is what is left of the picture. */
  readonly cuts?: "mask" | "cutter";
  readonly isTiled?: boolean;
  /** Grain in its transparency, in percent. */
  readonly grainPercent?: number;
  /** It is no layer but the next part of the video. */
  readonly splice?: Splice;
  readonly transition?: TransitionWish;
}

/** The meaning of one component. */
export interface Edit {
  /** Only beside a layer. */
  readonly laying?: Laying;
  readonly start?: TimeOffset;
  readonly end?: TimeOffset;
  readonly duration?: TimeOffset;
  readonly retimings?: readonly Retiming[];
  /** The picture becomes one of the sound, as large as width and height say. */
  readonly drawsSound?: boolean;
  readonly width?: Dimension;
  readonly height?: Dimension;
  readonly aspectRatio?: Rational;
  readonly crop?: CropMode;
  readonly gravity?: Gravity;
  readonly x?: Dimension;
  readonly y?: Dimension;
  readonly zoom?: Rational;
  /** What all lengths in pixels are multiplied by. */
  readonly density?: Rational;
  /** Where one side is named, the other one stays as it is. */
  readonly keepsOtherSide?: boolean;
  /** Bars around the picture that are cut off: as they were found, or still to be. */
  readonly bars?: Margins | "found";
  readonly turns?: readonly Turn[];
  readonly pictureEffects?: readonly PictureEffect[];
  /** Filters for the rectangle that x, y, width and height name instead of sizing the picture. */
  readonly regionFilters?: (facts: PictureFacts) => readonly Filter[];
  /** What resembles the colour beside it is not seen: how much it may differ, in percent. */
  readonly keyTolerancePercent?: number;
  readonly colourExchange?: ColourExchange;
  /** What is less opaque is not seen at all, everything else in full. */
  readonly opacityThresholdPercent?: number;
  readonly soundEffects?: readonly SoundEffect[];
  readonly background?: Background;
  readonly colour?: Rgba;
  readonly border?: Border;
  readonly corners?: Corners;
  readonly opacityPercent?: number;
  readonly volume?: Volume;
  readonly encoding: Encoding;
}

export const NO_EDIT: Edit = { encoding: {} };

/** Sets values that hold for the delivery as a whole. */
export const encoding = (edit: Edit, values: Encoding): Edit => ({
  ...edit,
  encoding: { ...edit.encoding, ...values },
});

/** Adds filters to what a component does with the picture. */
export const onPicture = (
  edit: Edit,
  filters: PictureEffect["filters"],
  how: Pick<PictureEffect, "timed" | "leadFrames"> = {},
): Edit => ({
  ...edit,
  pictureEffects: [...(edit.pictureEffects ?? []), { filters, ...how }],
});

/** Adds filters to what a component does with the sound. */
export const onSound = (edit: Edit, filters: SoundEffect["filters"], timed = false): Edit => ({
  ...edit,
  soundEffects: [...(edit.soundEffects ?? []), { filters, ...(timed && { timed }) }],
});

export const retime = (edit: Edit, retiming: Retiming): Edit => ({
  ...edit,
  retimings: [...(edit.retimings ?? []), retiming],
});
