/** FORMATS: what an extension delivers. One entry says everything about one output format. */

import type { Option } from "../codecs.ts";

interface StreamFormat {
  readonly kind: "stream";
  readonly mediaType: string;
}

/** A whole file with picture and sound, of a bounded length. */
interface ClipFormat {
  readonly kind: "clip";
  readonly mediaType: string;
  readonly muxer: readonly Option[];
}

/** One picture. */
interface StillFormat {
  readonly kind: "still";
  readonly mediaType: string;
  /** What the picture is converted to before it is encoded. */
  readonly pixelFormat: string;
  readonly range: "tv" | "pc";
  readonly options: (qualityPercent: number) => readonly Option[];
  readonly muxer: readonly Option[];
}

export type Format = StreamFormat | ClipFormat | StillFormat;

export const FORMATS: Readonly<Record<string, Format>> = {
  m3u8: { kind: "stream", mediaType: "application/vnd.apple.mpegurl" },
  mp4: {
    kind: "clip",
    mediaType: "video/mp4",
    // The index in front, so that playing starts with the first bytes.
    muxer: [
      ["-movflags", "+faststart"],
      ["-f", "mp4"],
    ],
  },
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
};

/** Spellings of the same format. */
const ALIASES: Readonly<Record<string, string>> = { jpeg: "jpg" };

/** The format's own name for an extension; undefined for formats that are not delivered. */
export function formatNamed(extension: string): string | undefined {
  const name = ALIASES[extension] ?? extension;
  return name in FORMATS ? name : undefined;
}
