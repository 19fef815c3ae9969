/** PICTURE_FORMATS: what stills and animated pictures are coded as. One entry says everything about one format. */

import type { Option } from "../codecs.ts";

/** One picture, or several that move. */
export interface PictureFormat {
  readonly kind: "still" | "animation";
  readonly mediaType: string;
  /** What the picture is converted to before it is encoded. */
  readonly pixelFormat: string;
  /** The same with as many samples of colour as of lightness; absent where the format has no choice. */
  readonly fullChromaPixelFormat?: string;
  /** The same for pictures that can be seen through; absent where the format knows no transparency. */
  readonly alphaPixelFormat?: string;
  readonly range: "tv" | "pc";
  readonly options: (qualityPercent: number) => readonly Option[];
  readonly muxer: readonly Option[];
  /** Whether the muxer must seek in its output. */
  readonly needsFile?: boolean;
  /** A palette is chosen for all pictures together. */
  readonly hasPalette?: boolean;
}

const libaom = (quality: number, mode: Option): readonly Option[] => [
  ["-c:v", "libaom-av1"],
  // Fastest, one tile: a picture of 1080 lines in a second.
  ["-cpu-used", "8"],
  mode,
  // Fixed, as for every encoder here: the bytes must not depend on the machine.
  ["-threads", "2"],
  // 0 is best, 63 smallest.
  ["-crf", String(Math.round(63 - (quality * 50) / 100))],
];

const jpg: PictureFormat = {
  kind: "still",
  mediaType: "image/jpeg",
  // JFIF is full range.
  pixelFormat: "yuvj420p",
  fullChromaPixelFormat: "yuvj444p",
  range: "pc",
  // mjpeg counts from 2 (best) to 31.
  options: (quality) => [
    ["-c:v", "mjpeg"],
    ["-q:v", String(Math.round(31 - (quality * 29) / 100))],
  ],
  muxer: [["-f", "image2pipe"]],
};

const png: PictureFormat = {
  kind: "still",
  mediaType: "image/png",
  pixelFormat: "rgb24",
  alphaPixelFormat: "rgba",
  range: "pc",
  options: () => [["-c:v", "png"]],
  muxer: [["-f", "image2pipe"]],
};

const webp: PictureFormat = {
  kind: "still",
  mediaType: "image/webp",
  pixelFormat: "yuv420p",
  alphaPixelFormat: "yuva420p",
  range: "tv",
  options: (quality) => [
    ["-c:v", "libwebp"],
    ["-quality", String(quality)],
  ],
  muxer: [["-f", "webp"]],
};

const avif: PictureFormat = {
  kind: "still",
  mediaType: "image/avif",
  pixelFormat: "yuv420p",
  fullChromaPixelFormat: "yuv444p",
  range: "tv",
  options: (quality) => libaom(quality, ["-still-picture", "1"]),
  muxer: [["-f", "avif"]],
  needsFile: true,
};

const gif: PictureFormat = {
  kind: "animation",
  mediaType: "image/gif",
  pixelFormat: "rgb24",
  alphaPixelFormat: "rgba",
  range: "pc",
  hasPalette: true,
  options: () => [["-c:v", "gif"]],
  // For ever, as animated pictures play.
  muxer: [
    ["-loop", "0"],
    ["-f", "gif"],
  ],
};

const movingWebp: PictureFormat = {
  ...webp,
  kind: "animation",
  options: (quality) => [
    ["-c:v", "libwebp_anim"],
    ["-quality", String(quality)],
  ],
  muxer: [
    ["-loop", "0"],
    ["-f", "webp"],
  ],
  needsFile: true,
};

/** An image sequence; the muxer writes no edit list, and players repeat those without one. */
const movingAvif: PictureFormat = {
  ...avif,
  kind: "animation",
  // realtime: a quarter of the time, for half as many bits more (measured).
  options: (quality) => libaom(quality, ["-usage", "realtime"]),
};

export const PICTURE_FORMATS = { jpg, png, webp, avif, gif };

/** What the same extensions deliver where the URL asks for pictures that move. */
export const MOVING_FORMATS: Readonly<Record<string, PictureFormat>> = { webp: movingWebp, avif: movingAvif };
