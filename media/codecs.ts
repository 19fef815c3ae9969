/** VIDEO_CODECS: one entry says everything about one codec of streams. Their order is that of compatibility. */

import {
  type CodecTuning,
  type Encoding,
  type Quality,
  type Rational,
  toNumber,
  type VideoCodecName,
} from "#transformation";
import type { OutputColour } from "./colour.ts";
import { svtHdrMetadata, x265HdrMetadata } from "./hdr-parameters.ts";
import { av1Level, h264Level, hevcLevel } from "./levels.ts";

/** What an encoder is asked for: the same for every segment of a rendition. */
export interface VideoStream {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly gopFrames: number;
  readonly maxBitsPerSecond: number;
  /** As many bits at all times, instead of as many as the quality needs. */
  readonly isConstantRate?: boolean;
  readonly quality: Quality;
  /** The constant rate factor that trial encodes of the source have led to; the one that its quality stands for without. */
  readonly rateFactor?: number;
  /** What the URL asks of the codec beside its name. */
  readonly tuning?: CodecTuning;
  readonly colour: OutputColour;
}

/** One ffmpeg option and its value. */
export type Option = readonly [name: string, value: string];

export interface VideoCodec {
  readonly name: VideoCodecName;
  /** The sample entry, by which clients name the codec in `Accept` and MediaCapabilities. */
  readonly sampleEntry: string;
  readonly sampleEntryAliases: readonly string[];
  /** Bits for the same quality, H.264 being 1: the ladder is kept once, in H.264 bits. */
  readonly relativeBits: number;
  /** The largest measured rate of a segment over the rendition's cap (noise, 2 s). */
  readonly peakOverCap: number;
  /** The higher, the rather a client that plays several should take it (EXT-X-STREAM-INF SCORE). */
  readonly preference: number;
  /**
   * The share of what is delivered in H.264 that players would take in this codec, beside the others: browsers since
   * 2020 and newer televisions play AV1, older devices of Apple's and televisions HEVC alone (caniuse.com, rounded down).
   */
  readonly reach: number;
  readonly smallestSide: number;
  /** The constant rate factor of `q_auto:good`, how much of it a point of quality is worth, and the coarsest that is taken. */
  readonly rateFactors: { readonly good: number; readonly perPoint: number; readonly coarsest: number };
  /** Share of its playing time that a cold segment may take before the codec is not offered cold. */
  readonly coldShare: number;
  /** Profiles that may be asked for, and the level, times ten, that a stream needs; absent where neither is named. */
  readonly limits?: {
    readonly profiles: readonly NonNullable<CodecTuning["profile"]>[];
    readonly level: (stream: VideoStream) => number;
  };
  /** Whether it is coded in ten bits, too, which high dynamic range needs. */
  readonly takesHighRange: boolean;
  /** Whether it can keep to a constant rate. */
  readonly holdsConstantRate: boolean;
  /** The RFC 6381 string of what `options` makes the encoder write; the origin checks every init section against it. */
  readonly codecString: (stream: VideoStream) => string;
  readonly options: (stream: VideoStream) => readonly Option[];
}

/** Quality from 1 to 100 that the automatic levels stand for. */
const QUALITY_LEVELS = { best: 90, good: 75, eco: 62, low: 50 } as const;

/** What a URL asks for, or what there is without. */
export const qualityOf = ({ quality = { auto: "good" } }: Encoding): Quality => quality;

export const qualityPercent = (quality: Quality): number =>
  "percent" in quality ? quality.percent : QUALITY_LEVELS[quality.auto];

/** The constant rate factor that a quality from 1 to 100 stands for. */
export const rateFactorOf = ({ rateFactors: { good, perPoint, coarsest } }: VideoCodec, percent: number): number =>
  Math.min(coarsest, Math.max(1, Math.round(good + (QUALITY_LEVELS.good - percent) * perPoint)));

const statedFactor = (codec: VideoCodec, { rateFactor, quality }: VideoStream): string =>
  String(rateFactor ?? rateFactorOf(codec, qualityPercent(quality)));

const megapixelsPerSecond = ({ width, height, frameRate }: VideoStream): number =>
  (width * height * toNumber(frameRate)) / 1e6;

const kilobits = (bitsPerSecond: number): number => Math.max(1, Math.round(bitsPerSecond / 1000));

const twoDigits = (number: number): string => String(number).padStart(2, "0");

const neededH264Level = (stream: VideoStream): number =>
  // MaxBR of the table is that of the High profile, a quarter above the others' (table A-2).
  h264Level(stream, stream.maxBitsPerSecond * (h264Profile(stream) === "high" ? 1 : 1.25));

const neededHevcLevel = (stream: VideoStream): number => hevcLevel(stream, stream.maxBitsPerSecond) / 3;

/** The level that is asked for, times ten, or the smallest that holds the stream. */
const statedLevel = (stream: VideoStream, needed: (stream: VideoStream) => number): number =>
  stream.tuning?.level === undefined ? needed(stream) : Math.round(Number(stream.tuning.level) * 10);

const H264_PROFILE_BYTES = { baseline: "42c0", main: "4d40", high: "6400" } as const;

const h264Profile = ({ tuning }: VideoStream): keyof typeof H264_PROFILE_BYTES => tuning?.profile ?? "high";

/** Under the cap that every stream has: a quality, or the cap itself at all times. */
const rateControl = (stream: VideoStream, quality: Option): readonly Option[] =>
  stream.isConstantRate
    ? [
        ["-b:v", `${kilobits(stream.maxBitsPerSecond)}k`],
        ["-minrate", `${kilobits(stream.maxBitsPerSecond)}k`],
      ]
    : [quality];

const h264: VideoCodec = {
  name: "h264",
  sampleEntry: "avc1",
  sampleEntryAliases: ["avc3"],
  relativeBits: 1,
  peakOverCap: 1.03,
  preference: 1,
  reach: 0,
  smallestSide: 16,
  rateFactors: { good: 23, perPoint: 0.3, coarsest: 48 },
  coldShare: 0.95,
  limits: { profiles: ["baseline", "main", "high"], level: neededH264Level },
  takesHighRange: false,
  holdsConstantRate: true,
  // avcC bytes 1 to 3: profile, constraints, level.
  codecString: (stream) =>
    `avc1.${H264_PROFILE_BYTES[h264Profile(stream)]}${statedLevel(stream, neededH264Level).toString(16).padStart(2, "0")}`,
  options: (stream) => [
    ["-c:v", "libx264"],
    // Above 1080p30 two cores keep up only with superfast.
    ["-preset", megapixelsPerSecond(stream) > 65 ? "superfast" : "veryfast"],
    // Constant quality under a cap: one-pass VBR drifts by a factor of two in a short segment.
    ...rateControl(stream, ["-crf", statedFactor(h264, stream)]),
    ["-maxrate", `${kilobits(stream.maxBitsPerSecond)}k`],
    // One second of buffer, half full at the start: with a full one every segment overshoots by 15 %.
    ["-bufsize", `${kilobits(stream.maxBitsPerSecond)}k`],
    ["-profile:v", h264Profile(stream)],
    // Stated, so that CODECS is known before anything is encoded.
    ["-level:v", (statedLevel(stream, neededH264Level) / 10).toFixed(1)],
    ["-bf", stream.tuning?.withoutBPictures ? "0" : "2"],
    // Key pictures at whole GOPs and nowhere else: a scene cut becomes an I picture that is no IDR.
    ["-g", String(stream.gopFrames)],
    ["-keyint_min", String(stream.gopFrames)],
    // One: threads race in rate control wherever the cap binds (measured: 12 runs on noise gave 12 files), and bytes must
    // never change under a key. It costs a quarter more time, and less of the processor.
    ["-threads", "1"],
    // cpu-independent: the same bytes on every x86; vbv-init: see bufsize; filler: what a constant rate does not need.
    ["-x264-params", `cpu-independent=1:vbv-init=0.5${stream.isConstantRate ? ":filler=1" : ""}`],
    // 6 is SEI: x264 spends 700 bytes a segment on its own settings. Chroma location would follow the source's.
    ["-bsf:v", "filter_units=remove_types=6,h264_metadata=chroma_sample_loc_type=0"],
  ],
};

const h265: VideoCodec = {
  name: "h265",
  sampleEntry: "hvc1",
  sampleEntryAliases: ["hev1"],
  relativeBits: 0.75,
  peakOverCap: 1.06,
  preference: 2,
  reach: 0.25,
  smallestSide: 32,
  rateFactors: { good: 26, perPoint: 0.3, coarsest: 48 },
  coldShare: 0.75,
  limits: { profiles: ["main"], level: neededHevcLevel },
  takesHighRange: true,
  holdsConstantRate: true,
  // Main profile, or Main 10; 90: progressive and frame-only, as x265 states it.
  codecString: (stream) =>
    `hvc1.${stream.colour.range ? "2.4" : "1.6"}.L${statedLevel(stream, neededHevcLevel) * 3}.90`,
  options: (stream) => [
    ["-c:v", "libx265"],
    // superfast is as good as veryfast per bit below 20 % and costs a quarter less; ultrafast where two cores need it.
    ["-preset", megapixelsPerSecond(stream) > 20 ? "ultrafast" : "superfast"],
    ...rateControl(stream, ["-crf", statedFactor(h265, stream)]),
    // hvc1, not hev1: Apple plays no other.
    ["-tag:v", "hvc1"],
    ["-x265-params", x265Parameters(stream)],
    ["-bsf:v", "hevc_metadata=chroma_sample_loc_type=0"],
  ],
};

const x265Parameters = (stream: VideoStream): string =>
  Object.entries({
    keyint: stream.gopFrames,
    "min-keyint": stream.gopFrames,
    // RASL pictures would break switching at segment starts.
    "open-gop": 0,
    // The settings SEI lies in hvcC, and changes with the thread count.
    info: 0,
    // One thread, as for x264; of several, wavefronts race even with one frame at a time.
    pools: "none",
    wpp: 0,
    "frame-threads": 1,
    "log-level": "none",
    "vbv-maxrate": kilobits(stream.maxBitsPerSecond),
    "vbv-bufsize": kilobits(stream.maxBitsPerSecond),
    "vbv-init": 0.5,
    "level-idc": statedLevel(stream, neededHevcLevel),
    "high-tier": 0,
    ...(stream.isConstantRate && { "strict-cbr": 1 }),
    ...(stream.tuning?.withoutBPictures && { bframes: 0 }),
    ...x265HdrMetadata(stream.colour),
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(":");

const av1: VideoCodec = {
  name: "av1",
  sampleEntry: "av01",
  sampleEntryAliases: [],
  // SVT-AV1 freezes pictures where its cap is tight: less than this shows at 234p.
  relativeBits: 0.7,
  peakOverCap: 1.25,
  preference: 3,
  reach: 0.6,
  // SVT-AV1 1.4 refuses less than 64.
  smallestSide: 64,
  rateFactors: { good: 38, perPoint: 0.45, coarsest: 63 },
  coldShare: 0.75,
  takesHighRange: true,
  // SVT's constant rate is for low delay only.
  holdsConstantRate: false,
  // The long form: SVT signals chroma position 1, which the short form would deny.
  codecString: (stream) => {
    const { primaries, transfer, matrix } = stream.colour.codes;
    const colour = [primaries, transfer, matrix].map(twoDigits).join(".");
    const depth = stream.colour.range ? "10" : "08";
    return `av01.0.${twoDigits(av1Level(stream))}M.${depth}.0.111.${colour}.0`;
  },
  options: (stream) => [
    ["-c:v", "libsvtav1"],
    // As fast as x264 veryfast, and better at fewer bits; 13 saves a fifth of the time where two cores need it.
    ["-preset", megapixelsPerSecond(stream) > 20 ? "13" : "12"],
    ["-crf", statedFactor(av1, stream)],
    ["-g", String(stream.gopFrames)],
    // lp: one thread, as for x264. mbr caps a constant rate factor, but loosely: up to 1.27 times it in the mean and 1.45
    // times in two seconds (measured on noise), so less is asked for. SVT's own VBR overshoots by more. enable-tf: its
    // temporal filter blends a key picture with those after it, which shows in films of a few frames.
    [
      "-svtav1-params",
      `lp=1:enable-tf=0:mbr=${kilobits(stream.maxBitsPerSecond * 0.8)}${svtHdrMetadata(stream.colour)}`,
    ],
    ["-bsf:v", "av1_metadata=chroma_sample_position=vertical"],
  ],
};

export const VIDEO_CODECS: Readonly<Record<VideoCodecName, VideoCodec>> = { h264, h265, av1 };

export const VIDEO_CODEC_NAMES = Object.keys(VIDEO_CODECS) as readonly VideoCodecName[];
