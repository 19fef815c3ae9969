/** FORMATS: what an extension delivers. One entry says everything about one output format. */

import type { Encoding } from "#transformation";
import type { Option } from "../codecs.ts";
import type { FileAudioCodecName, FileVideoCodecName } from "./file-codecs.ts";

interface StreamFormat {
  readonly kind: "stream";
  readonly mediaType: string;
}

/** A whole file with picture and sound, of a bounded length. */
interface ClipFormat {
  readonly kind: "clip";
  readonly mediaType: string;
  /** What it may hold; the first is what it holds unless the URL asks for another. */
  readonly video: readonly [FileVideoCodecName, ...FileVideoCodecName[]];
  readonly audio: FileAudioCodecName;
  readonly muxer: (timescale: number) => readonly Option[];
}

/** A whole file of sound alone, of a bounded length. */
interface SoundFormat {
  readonly kind: "sound";
  readonly mediaType: string;
  readonly audio: FileAudioCodecName;
  readonly muxer: readonly Option[];
}

/** One picture, or several that move. */
interface PictureFormat {
  readonly kind: "still" | "animation";
  readonly mediaType: string;
  /** What the picture is converted to before it is encoded. */
  readonly pixelFormat: string;
  readonly range: "tv" | "pc";
  readonly options: (qualityPercent: number) => readonly Option[];
  readonly muxer: readonly Option[];
  /** Whether the muxer must seek in its output. */
  readonly needsFile?: boolean;
  /** A palette is chosen for all pictures together. */
  readonly hasPalette?: boolean;
}

export type Format = StreamFormat | ClipFormat | SoundFormat | PictureFormat;

/** MP4 and its relatives. */
const isoMuxer =
  (name: string) =>
  (timescale: number): readonly Option[] => [
    // The index in front, so that playing starts with the first bytes.
    ["-movflags", "+faststart"],
    ["-video_track_timescale", String(timescale)],
    ["-f", name],
  ];

const muxer = (name: string) => (): readonly Option[] => [["-f", name]];

/** libaom, fastest, one tile: a picture of 1080 lines in a second. */
const AVIF: readonly Option[] = [
  ["-c:v", "libaom-av1"],
  ["-cpu-used", "8"],
  ["-still-picture", "1"],
  ["-threads", "2"],
];

export const FORMATS: Readonly<Record<string, Format>> = {
  m3u8: { kind: "stream", mediaType: "application/vnd.apple.mpegurl" },
  mp4: {
    kind: "clip",
    mediaType: "video/mp4",
    video: ["h264", "h265", "av1", "vp9"],
    audio: "aac",
    muxer: isoMuxer("mp4"),
  },
  mov: { kind: "clip", mediaType: "video/quicktime", video: ["h264", "h265"], audio: "aac", muxer: isoMuxer("mov") },
  webm: { kind: "clip", mediaType: "video/webm", video: ["vp9", "vp8", "av1"], audio: "opus", muxer: muxer("webm") },
  mkv: {
    kind: "clip",
    mediaType: "video/x-matroska",
    video: ["h264", "vp9", "vp8", "av1"],
    audio: "aac",
    muxer: muxer("matroska"),
  },
  ts: { kind: "clip", mediaType: "video/mp2t", video: ["h264"], audio: "aac", muxer: muxer("mpegts") },
  mp3: { kind: "sound", mediaType: "audio/mpeg", audio: "mp3", muxer: [["-f", "mp3"]] },
  m4a: {
    kind: "sound",
    mediaType: "audio/mp4",
    audio: "aac",
    muxer: [
      ["-movflags", "+faststart"],
      ["-f", "ipod"],
    ],
  },
  aac: { kind: "sound", mediaType: "audio/aac", audio: "aac", muxer: [["-f", "adts"]] },
  ogg: { kind: "sound", mediaType: "audio/ogg", audio: "vorbis", muxer: [["-f", "ogg"]] },
  opus: { kind: "sound", mediaType: "audio/ogg", audio: "opus", muxer: [["-f", "opus"]] },
  wav: { kind: "sound", mediaType: "audio/wav", audio: "pcm", muxer: [["-f", "wav"]] },
  flac: { kind: "sound", mediaType: "audio/flac", audio: "flac", muxer: [["-f", "flac"]] },
  jpg: {
    kind: "still",
    mediaType: "image/jpeg",
    // JFIF is full range.
    pixelFormat: "yuvj420p",
    range: "pc",
    // mjpeg counts from 2 (best) to 31.
    options: (quality) => [
      ["-c:v", "mjpeg"],
      ["-q:v", String(Math.round(31 - (quality * 29) / 100))],
    ],
    muxer: [["-f", "image2pipe"]],
  },
  png: {
    kind: "still",
    mediaType: "image/png",
    pixelFormat: "rgb24",
    range: "pc",
    options: () => [["-c:v", "png"]],
    muxer: [["-f", "image2pipe"]],
  },
  webp: {
    kind: "still",
    mediaType: "image/webp",
    pixelFormat: "yuv420p",
    range: "tv",
    options: (quality) => [
      ["-c:v", "libwebp"],
      ["-quality", String(quality)],
    ],
    muxer: [["-f", "webp"]],
  },
  avif: {
    kind: "still",
    mediaType: "image/avif",
    pixelFormat: "yuv420p",
    range: "tv",
    // 0 is best, 63 smallest.
    options: (quality) => [...AVIF, ["-crf", String(Math.round(63 - (quality * 50) / 100))]],
    muxer: [["-f", "avif"]],
    needsFile: true,
  },
  gif: {
    kind: "animation",
    mediaType: "image/gif",
    pixelFormat: "rgb24",
    range: "pc",
    hasPalette: true,
    options: () => [["-c:v", "gif"]],
    // For ever, as animated pictures play.
    muxer: [
      ["-loop", "0"],
      ["-f", "gif"],
    ],
  },
  awebp: {
    kind: "animation",
    mediaType: "image/webp",
    pixelFormat: "yuv420p",
    range: "tv",
    options: (quality) => [
      ["-c:v", "libwebp_anim"],
      ["-quality", String(quality)],
    ],
    muxer: [
      ["-loop", "0"],
      ["-f", "webp"],
    ],
    needsFile: true,
  },
};

/** Spellings of the same format. */
const ALIASES: Readonly<Record<string, string>> = { jpeg: "jpg" };

/** What an extension delivers where the URL asks for pictures that move. */
const MOVING: Readonly<Record<string, string>> = { webp: "awebp" };

/** The format's own name for an extension; undefined for formats that are not delivered. */
export function formatNamed(extension: string): string | undefined {
  const name = ALIASES[extension] ?? extension;
  return name in FORMATS && !Object.values(MOVING).includes(name) ? name : undefined;
}

/** The format of a file with an extension, under what the URL asks for. */
export function fileFormat(extension: string, { isAnimated }: Encoding): Format | undefined {
  const name = formatNamed(extension);
  return name === undefined ? undefined : FORMATS[(isAnimated && MOVING[name]) || name];
}
