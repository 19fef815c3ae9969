/** VIDEO_CODECS and AUDIO_CODECS: one entry says everything about one codec. Their order is that of compatibility. */

import { type Quality, type Rational, toNumber, type VideoCodecName } from "#transformation";
import type { OutputColour } from "./colour.ts";
import { av1Level, h264Level, hevcLevel } from "./levels.ts";

/** What an encoder is asked for: the same for every segment of a rendition. */
export interface VideoStream {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly gopFrames: number;
  readonly maxBitsPerSecond: number;
  readonly quality: Quality;
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
  readonly smallestSide: number;
  /** Share of its playing time that a cold segment may take before the codec is not offered cold. */
  readonly coldShare: number;
  /** The RFC 6381 string of what `options` makes the encoder write; the origin checks every init section against it. */
  readonly codecString: (stream: VideoStream) => string;
  readonly options: (stream: VideoStream) => readonly Option[];
}

/** Quality from 1 to 100 that the automatic levels stand for. */
const QUALITY_LEVELS = { best: 90, good: 75, eco: 62, low: 50 } as const;

export const qualityPercent = (quality: Quality): number =>
  "percent" in quality ? quality.percent : QUALITY_LEVELS[quality.auto];

/** A constant rate factor: `good` at `auto(good)`, `step` more for each point of quality less. */
const rateFactor = (quality: Quality, good: number, step: number, max: number): string =>
  String(Math.min(max, Math.max(1, Math.round(good + (QUALITY_LEVELS.good - qualityPercent(quality)) * step))));

const megapixelsPerSecond = ({ width, height, frameRate }: VideoStream): number =>
  (width * height * toNumber(frameRate)) / 1e6;

const kilobits = (bitsPerSecond: number): number => Math.max(1, Math.round(bitsPerSecond / 1000));

const twoDigits = (number: number): string => String(number).padStart(2, "0");

const h264: VideoCodec = {
  name: "h264",
  sampleEntry: "avc1",
  sampleEntryAliases: ["avc3"],
  relativeBits: 1,
  peakOverCap: 1.03,
  preference: 1,
  smallestSide: 16,
  coldShare: 0.95,
  // avcC bytes 1 to 3: High profile, no constraints, level.
  codecString: (stream) => `avc1.6400${h264Level(stream, stream.maxBitsPerSecond).toString(16).padStart(2, "0")}`,
  options: (stream) => [
    ["-c:v", "libx264"],
    // Above 1080p30 two cores keep up only with superfast.
    ["-preset", megapixelsPerSecond(stream) > 65 ? "superfast" : "veryfast"],
    // Constant quality under a cap: one-pass VBR drifts by a factor of two in a short segment.
    ["-crf", rateFactor(stream.quality, 23, 0.3, 48)],
    ["-maxrate", `${kilobits(stream.maxBitsPerSecond)}k`],
    // One second of buffer, half full at the start: with a full one every segment overshoots by 15 %.
    ["-bufsize", `${kilobits(stream.maxBitsPerSecond)}k`],
    ["-profile:v", "high"],
    // Stated, so that CODECS is known before anything is encoded.
    ["-level:v", (h264Level(stream, stream.maxBitsPerSecond) / 10).toFixed(1)],
    ["-bf", "2"],
    // Key pictures at whole GOPs and nowhere else: a scene cut becomes an I picture that is no IDR.
    ["-g", String(stream.gopFrames)],
    ["-keyint_min", String(stream.gopFrames)],
    // One: threads race in rate control wherever the cap binds (measured: 12 runs on noise gave 12 files), and bytes must
    // never change under a key. It costs a quarter more time, and less of the processor.
    ["-threads", "1"],
    // cpu-independent: the same bytes on every x86; vbv-init: see bufsize.
    ["-x264-params", "cpu-independent=1:vbv-init=0.5"],
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
  smallestSide: 32,
  coldShare: 0.75,
  // Main profile; 90: progressive and frame-only, as x265 states it.
  codecString: (stream) => `hvc1.1.6.L${hevcLevel(stream, stream.maxBitsPerSecond)}.90`,
  options: (stream) => [
    ["-c:v", "libx265"],
    // superfast is as good as veryfast per bit below 20 % and costs a quarter less; ultrafast where two cores need it.
    ["-preset", megapixelsPerSecond(stream) > 20 ? "ultrafast" : "superfast"],
    ["-crf", rateFactor(stream.quality, 26, 0.3, 48)],
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
    "level-idc": (hevcLevel(stream, stream.maxBitsPerSecond) / 3).toFixed(0),
    "high-tier": 0,
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
  // SVT-AV1 1.4 refuses less than 64.
  smallestSide: 64,
  coldShare: 0.75,
  // The long form: SVT signals chroma position 1, which the short form would deny.
  codecString: (stream) => {
    const { primaries, transfer, matrix } = stream.colour.codes;
    const colour = [primaries, transfer, matrix].map(twoDigits).join(".");
    return `av01.0.${twoDigits(av1Level(stream))}M.08.0.111.${colour}.0`;
  },
  options: (stream) => [
    ["-c:v", "libsvtav1"],
    // As fast as x264 veryfast, and better at fewer bits; 13 saves a fifth of the time where two cores need it.
    ["-preset", megapixelsPerSecond(stream) > 20 ? "13" : "12"],
    ["-crf", rateFactor(stream.quality, 38, 0.45, 63)],
    ["-g", String(stream.gopFrames)],
    // lp: one thread, as for x264. mbr caps a constant rate factor, but loosely: up to 1.27 times it in the mean and 1.45
    // times in two seconds (measured on noise), so less is asked for. SVT's own VBR overshoots by more. enable-tf: its
    // temporal filter blends a key picture with those after it, which shows in films of a few frames.
    ["-svtav1-params", `lp=1:enable-tf=0:mbr=${kilobits(stream.maxBitsPerSecond * 0.8)}`],
    ["-bsf:v", "av1_metadata=chroma_sample_position=vertical"],
  ],
};

export const VIDEO_CODECS: Readonly<Record<VideoCodecName, VideoCodec>> = { h264, h265, av1 };

export const VIDEO_CODEC_NAMES = Object.keys(VIDEO_CODECS) as readonly VideoCodecName[];

export interface AudioStream {
  readonly sampleRate: number;
  readonly channels: number;
}

export interface AudioCodec {
  readonly name: string;
  readonly codecString: string;
  readonly frameSamples: number;
  /**
   * Frames of real signal encoded before and after a segment and thrown away: the transform overlaps its neighbours.
   * Measured: -45.5 dB at joins as in the middle, against -22.7 dB with the priming packet dropped only.
   */
  readonly framesBefore: number;
  readonly framesAfter: number;
  readonly bitsPerSecond: number;
  /** The largest rate of a segment: the encoder's bit reservoir lets single segments go beyond the mean. */
  readonly peakBitsPerSecond: number;
  readonly options: (stream: AudioStream) => readonly Option[];
}

export const AUDIO_CODECS = {
  aac: {
    name: "aac",
    // AAC-LC: every player has it, and Apple's list knows no other open one.
    codecString: "mp4a.40.2",
    frameSamples: 1024,
    framesBefore: 4,
    framesAfter: 2,
    bitsPerSecond: 136_000,
    peakBitsPerSecond: 150_000,
    options: ({ sampleRate, channels }) => [
      ["-c:a", "aac"],
      ["-b:a", "128k"],
      // No noise instead of noise-like bands: ffmpeg 5.1 takes a film's clicks and voices for noise where an encode is
      // short (measured on Big Buck Bunny: -20 dB of error in the worst 5 ms, -43 dB without; the same bits).
      ["-aac_pns", "0"],
      ["-ar", String(sampleRate)],
      ["-ac", String(channels)],
    ],
  },
} as const satisfies Record<string, AudioCodec>;

/** What the sound may be coded at: AAC decoders everywhere take these; others are resampled to 48 kHz. */
export const OUTPUT_SAMPLE_RATES: readonly number[] = [32_000, 44_100, 48_000];
