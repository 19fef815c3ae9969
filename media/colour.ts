/** Colour: what every rendition of a source is coded in, and the filters that bring pictures there. */

import type { Filter } from "#transformation";
import { type Colour, type HdrMetadata, isHdr, type VideoTrack } from "./source.ts";

/** Code points of ITU-T H.273, by ffmpeg's names; what is not here is converted to BT.709. */
const PRIMARIES: Readonly<Record<string, number>> = { bt709: 1, bt470bg: 5, smpte170m: 6, smpte432: 12 };
const TRANSFERS: Readonly<Record<string, number>> = {
  bt709: 1,
  gamma22: 4,
  gamma28: 5,
  smpte170m: 6,
  "iec61966-2-1": 13,
};
const MATRICES: Readonly<Record<string, number>> = { bt709: 1, bt470bg: 5, smpte170m: 6 };

export interface OutputColour {
  readonly primaries: string;
  readonly transfer: string;
  readonly matrix: string;
  /** H.273 code points, for codec strings. */
  readonly codes: { readonly primaries: number; readonly transfer: number; readonly matrix: number };
  /** High dynamic range, by its name in HLS: ten bits instead of eight. */
  readonly range?: "PQ" | "HLG";
  readonly hdr?: HdrMetadata;
}

const colourOf = (primaries: string, transfer: string, matrix: string): OutputColour => ({
  primaries,
  transfer,
  matrix,
  codes: { primaries: PRIMARIES[primaries] ?? 1, transfer: TRANSFERS[transfer] ?? 1, matrix: MATRICES[matrix] ?? 1 },
});

/** What is of no source, and of those whose own colour players do not know. */
export const BT709 = colourOf("bt709", "bt709", "bt709");

export const isRgb = (track: VideoTrack): boolean => /^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|pal8)/.test(track.pixelFormat);

/**
 * A source that does not say is read as players read it: BT.709 from 720 lines up, below that the standard of its
 * frame rate. All rungs carry the tag, or a player would guess anew for each size.
 */
function assumed(track: VideoTrack): string {
  if (Math.min(track.width, track.height) >= 720 || Math.max(track.width, track.height) >= 1280) return "bt709";
  return track.frameRate.num % 25 === 0 && track.frameRate.den === 1 ? "bt470bg" : "smpte170m";
}

/** Transfers of high dynamic range; all else of it is BT.2020's. */
const HIGH_RANGES: Readonly<Record<string, { range: "PQ" | "HLG"; code: number }>> = {
  smpte2084: { range: "PQ", code: 16 },
  "arib-std-b67": { range: "HLG", code: 18 },
};

/** A picture of Dolby Vision that is nothing without it. */
const DOLBY_VISION_ALONE = 5;

/** The colour of renditions that keep a track's high dynamic range; undefined where it has none, or one of its own. */
export function highRangeColour(track: VideoTrack): OutputColour | undefined {
  const { colour, bitDepth, dolbyVisionProfile, hdr } = track;
  const known = HIGH_RANGES[colour.transfer];
  const isUsual = ["bt2020", "unknown"].includes(colour.primaries) && ["bt2020nc", "unknown"].includes(colour.matrix);
  if (!known || !isUsual || isRgb(track) || bitDepth < 10 || dolbyVisionProfile === DOLBY_VISION_ALONE)
    return undefined;
  return {
    primaries: "bt2020",
    transfer: colour.transfer,
    matrix: "bt2020nc",
    codes: { primaries: 9, transfer: known.code, matrix: 9 },
    range: known.range,
    ...(hdr && known.range === "PQ" && { hdr }),
  };
}

/** What an encoder takes. */
const pixelFormatOf = ({ range }: OutputColour): string => (range ? "yuv420p10le" : "yuv420p");

/** The colour that all SDR renditions of a track share: its own where players know it, else BT.709. */
export function outputColour(track: VideoTrack): OutputColour {
  const { primaries, transfer, matrix } = track.colour;
  if (isHdr(track.colour) || isRgb(track)) return BT709;
  const known = (name: string, table: Readonly<Record<string, number>>) => name === "unknown" || name in table;
  if (!known(primaries, PRIMARIES) || !known(transfer, TRANSFERS) || !known(matrix, MATRICES)) return BT709;
  const guess = matrix === "unknown" ? assumed(track) : matrix;
  return colourOf(
    primaries === "unknown" ? guess : primaries,
    transfer === "unknown" ? (guess === "bt470bg" ? "smpte170m" : guess) : transfer,
    guess,
  );
}

/** Fills what the source leaves open, so that a conversion has a path: zscale refuses unknown input. */
const completed = ({ primaries, transfer, matrix }: Colour): Filter => ({
  name: "setparams",
  options: {
    color_primaries: primaries === "unknown" ? "bt2020" : primaries,
    color_trc: transfer === "unknown" ? "bt709" : transfer,
    colorspace: matrix === "unknown" ? "bt2020nc" : matrix,
  },
});

/** Whether pictures of the track may be transparent. */
export const hasAlpha = ({ pixelFormat }: VideoTrack): boolean =>
  /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|pal8)/.test(pixelFormat);

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Filters from a track's decoded pictures to 8-bit 4:2:0 in a colour, with their transparency, perhaps at a size; to ten
 * bits where the colour keeps a high dynamic range. Scaling comes first: tone-mapping 1080p before scaling it to 360p costs
 * 3.6 times as much (measured).
 */
export function convertedTo(target: OutputColour, track: VideoTrack, size: Size | undefined): readonly Filter[] {
  const own = outputColour(track);
  const isFull = track.colour.range === "pc" || track.pixelFormat.startsWith("yuvj");
  const range = isFull ? { in_range: "pc", out_range: "tv" } : {};
  const matrix = isRgb(track)
    ? { out_color_matrix: target.matrix, out_range: "tv" }
    : own.matrix === target.matrix
      ? {}
      : { in_color_matrix: own.matrix, out_color_matrix: target.matrix };
  if (target.range)
    return [
      ...scaling({ ...(size && { w: size.width, h: size.height }), ...range }),
      { name: "format", options: { pix_fmts: pixelFormatOf(target) } },
    ];
  // Tone-mapped pictures are in their own colour only behind that.
  const [before, behind] = isHdr(track.colour) ? [range, matrix] : [{ ...range, ...matrix }, {}];
  return [
    ...scaling({ ...(size && { w: size.width, h: size.height }), ...before }),
    ...conversion(track, own),
    ...scaling(behind),
    { name: "format", options: { pix_fmts: hasAlpha(track) ? "yuva420p" : "yuv420p" } },
  ];
}

const scaling = (options: NonNullable<Filter["options"]>): readonly Filter[] =>
  Object.keys(options).length > 0 ? [{ name: "scale", options: { ...options, flags: "bicubic" } }] : [];

export const resized = (size: Size | undefined): readonly Filter[] =>
  scaling(size ? { w: size.width, h: size.height } : {});

/** Pictures that are in a stream's colour already, as an encoder takes them. */
export const finished = (target: OutputColour, pixelFormat = pixelFormatOf(target)): readonly Filter[] => [
  { name: "format", options: { pix_fmts: pixelFormat } },
  ...tags(target),
];

function conversion(track: VideoTrack, target: OutputColour): readonly Filter[] {
  if (isHdr(track.colour)) {
    return [
      completed(track.colour),
      // 100 cd/m2 is SDR's reference white; tone-mapping works in linear light, in float RGB.
      { name: "zscale", options: { transfer: "linear", npl: 100 } },
      { name: "format", options: { pix_fmts: "gbrpf32le" } },
      { name: "zscale", options: { primaries: "bt709" } },
      // A fixed peak: taken from side data it could differ from segment to segment.
      { name: "tonemap", options: { tonemap: "hable", desat: 0, peak: 10 } },
      { name: "zscale", options: { transfer: "bt709", matrix: "bt709", range: "tv", dither: "ordered" } },
    ];
  }
  const { primaries, transfer, matrix } = track.colour;
  const stays =
    isRgb(track) ||
    [primaries, transfer, matrix].every(
      (name) => name === "unknown" || [target.primaries, target.transfer, target.matrix].includes(name),
    );
  return stays
    ? []
    : [
        completed(track.colour),
        { name: "zscale", options: { primaries: "bt709", transfer: "bt709", matrix: "bt709", range: "tv" } },
      ];
}

/** Square pixels and the colour that the encoder writes: pinned, or the init section would follow the frames' side data. */
const tags = (target: OutputColour): readonly Filter[] => [
  { name: "setsar", options: { sar: 1 } },
  {
    name: "setparams",
    options: {
      field_mode: "prog",
      range: "tv",
      color_primaries: target.primaries,
      color_trc: target.transfer,
      colorspace: target.matrix,
    },
  },
];
