/** FILE_VIDEO_CODECS and FILE_AUDIO_CODECS: what files in one piece are coded in, beyond what streams are. */

import { type Option, qualityPercent, VIDEO_CODECS, type VideoStream } from "../codecs.ts";

export interface FileVideoCodec {
  /** Bits for the same quality, H.264 being 1. */
  readonly relativeBits: number;
  readonly options: (stream: VideoStream) => readonly Option[];
  /** Whether it can keep to a constant rate. */
  readonly holdsConstantRate?: boolean;
  /** What its encoder takes; 4:2:0 of eight bits unless it says so, with transparency the second. */
  readonly pixelFormats?: readonly [opaque: string, seenThrough: string];
  /** What is said besides for pictures that can be seen through; absent where the codec knows no transparency. */
  readonly alphaOptions?: readonly Option[];
}

const kilobits = (bitsPerSecond: number): string => `${Math.max(1, Math.round(bitsPerSecond / 1000))}k`;

/** Quality 75 at the constant quality that libvpx recommends for web video. */
const vpxQuality = (stream: VideoStream, good: number, step: number): string =>
  String(Math.min(63, Math.max(4, Math.round(good + (75 - qualityPercent(stream.quality)) * step))));

/** Constant quality under a cap, or a constant rate. */
const vpxRate = (stream: VideoStream, quality: string): readonly Option[] => {
  const rate = kilobits(stream.maxBitsPerSecond);
  const { maxQuantizer } = stream.quality;
  return [
    ...(stream.isConstantRate
      ? ([
          ["-minrate", rate],
          ["-maxrate", rate],
        ] as const)
      : ([["-crf", quality]] as const)),
    ["-b:v", rate],
    // Coarser than this no block gets, whatever the cap says.
    ...(maxQuantizer === undefined ? [] : [["-qmax", String(Math.max(4, Math.min(63, maxQuantizer)))] as const]),
  ];
};

const VPX: readonly Option[] = [
  // realtime, 8: ten times as fast as the default, for a tenth more bits.
  ["-deadline", "realtime"],
  ["-cpu-used", "8"],
  // Fixed, as for every encoder here: the bytes must not depend on the machine.
  ["-threads", "2"],
];

/** Quality 75 as `good`; each point more adds `step`, on a scale of 0 to `best`. */
const scaleQuality = (stream: VideoStream, good: number, step: number, best: number): string =>
  String(Math.min(best, Math.max(0, Math.round(good + (qualityPercent(stream.quality) - 75) * step))));

/** The encoders that MPEG-4 and Windows Media have in common. */
const mpegQuality = (stream: VideoStream): readonly Option[] => [
  // A constant quantiser, 1 being best; one is as good as lossless and ten times as large as four.
  ["-q:v", String(Math.min(31, Math.max(2, Math.round(4 + (75 - qualityPercent(stream.quality)) * 0.25))))],
  ["-g", String(stream.gopFrames)],
  // Fixed, as for every encoder here.
  ["-threads", "1"],
];

export const FILE_VIDEO_CODECS = {
  h264: {
    ...VIDEO_CODECS.h264,
    options: (stream) => {
      const { maxQuantizer } = stream.quality;
      return [
        ...VIDEO_CODECS.h264.options(stream),
        // As of VP9; streams have a rate to keep.
        ...(maxQuantizer === undefined ? [] : [["-qmax", String(Math.min(51, maxQuantizer))] as const]),
      ];
    },
  },
  h265: VIDEO_CODECS.h265,
  av1: VIDEO_CODECS.av1,
  vp9: {
    relativeBits: 0.75,
    holdsConstantRate: true,
    options: (stream) => [
      ["-c:v", "libvpx-vp9"],
      ...vpxRate(stream, vpxQuality(stream, 33, 0.45)),
      ["-g", String(stream.gopFrames)],
      ["-row-mt", "1"],
      ...VPX,
    ],
    alphaOptions: [],
  },
  vp8: {
    relativeBits: 1.1,
    holdsConstantRate: true,
    options: (stream) => [
      ["-c:v", "libvpx"],
      ...vpxRate(stream, vpxQuality(stream, 12, 0.6)),
      ["-g", String(stream.gopFrames)],
      ...VPX,
    ],
    // libvpx refuses alternate reference frames beside a plane of transparency.
    alphaOptions: [["-auto-alt-ref", "0"]],
  },
  theora: {
    relativeBits: 1.6,
    options: (stream) => [
      ["-c:v", "libtheora"],
      ["-q:v", scaleQuality(stream, 7, 0.1, 10)],
      ["-g", String(stream.gopFrames)],
    ],
  },
  mpeg4: {
    relativeBits: 1.6,
    options: (stream) => [["-c:v", "mpeg4"], ...mpegQuality(stream)],
  },
  mpeg2: {
    relativeBits: 1.8,
    options: (stream) => [["-c:v", "mpeg2video"], ...mpegQuality(stream)],
  },
  prores: {
    relativeBits: 10,
    options: () => [
      ["-c:v", "prores_ks"],
      // Standard: what editors take in without being asked.
      ["-profile:v", "2"],
      // Vendor: some editors refuse others.
      ["-vendor", "apl0"],
      ["-threads", "1"],
    ],
    pixelFormats: ["yuv422p10le", "yuva444p10le"],
    // 4444, which holds transparency.
    alphaOptions: [["-profile:v", "4"]],
  },
  wmv2: {
    relativeBits: 1.8,
    options: (stream) => [["-c:v", "wmv2"], ...mpegQuality(stream)],
  },
} as const satisfies Readonly<Record<string, FileVideoCodec>>;

export type FileVideoCodecName = keyof typeof FILE_VIDEO_CODECS;

/** What MPEG-1, MPEG-2 and MPEG-2.5 layer III know; AAC and Windows Media know them, too. */
const MPEG_RATES = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000];

export interface FileAudioCodec {
  /** Rates that the codec knows, the usual one first; absent where it takes any. */
  readonly sampleRates?: readonly number[];
  readonly options: readonly Option[];
}

export const FILE_AUDIO_CODECS = {
  aac: {
    sampleRates: [...MPEG_RATES, 96_000, 88_200],
    options: [
      ["-c:a", "aac"],
      ["-b:a", "128k"],
      // As of streams (see codecs.ts).
      ["-aac_pns", "0"],
    ],
  },
  mp3: {
    sampleRates: MPEG_RATES,
    options: [
      ["-c:a", "libmp3lame"],
      ["-b:a", "160k"],
    ],
  },
  opus: {
    sampleRates: [48_000],
    options: [
      ["-c:a", "libopus"],
      ["-b:a", "112k"],
    ],
  },
  vorbis: {
    options: [
      ["-c:a", "libvorbis"],
      // About 128 kbit/s.
      ["-q:a", "4"],
    ],
  },
  flac: { options: [["-c:a", "flac"]] },
  pcm: { options: [["-c:a", "pcm_s16le"]] },
  pcmBigEndian: { options: [["-c:a", "pcm_s16be"]] },
  mp2: {
    sampleRates: [48_000, 44_100, 32_000],
    options: [
      ["-c:a", "mp2"],
      ["-b:a", "192k"],
    ],
  },
  wma: {
    sampleRates: MPEG_RATES,
    options: [
      ["-c:a", "wmav2"],
      ["-b:a", "128k"],
    ],
  },
} as const satisfies Readonly<Record<string, FileAudioCodec>>;

export type FileAudioCodecName = keyof typeof FILE_AUDIO_CODECS;
