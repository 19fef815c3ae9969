/**
 * Transparency in filters. ffmpeg lets a filter that knows of none drop it wherever a link's format is left open (a split
 * of which one branch cannot have it, after a scale): each split of what can be seen through is preceded by its format.
 */

import type { Filter, FilterInput } from "#transformation";

/** Frames that have transparency; opaque where they had none. */
export const WITH_OPACITY: Filter = { name: "format", options: { pix_fmts: "yuva420p" } };

const WITHOUT_OPACITY: Filter = { name: "format", options: { pix_fmts: "yuv420p" } };

/** Limited range: black, as which nothing is seen. */
const BLACKENED = { y: 16, u: 128, v: 128 };

/**
 * The picture over black, where it can be seen through: over its own frames, blackened, so that each has one beneath it at
 * its time.
 */
export const onBlack: readonly Filter[] = [
  WITH_OPACITY,
  {
    name: "overlay",
    inputs: [{ filters: [WITHOUT_OPACITY, { name: "lutyuv", options: BLACKENED }] }, { filters: [] }],
  },
];

/** The transparency of a picture as one of lightness. */
const OPACITY: FilterInput = { filters: [{ name: "alphaextract" }] };

/** Filters on the colours of a picture alone: most know of no transparency, and would drop it. */
export const besideAlpha = (filters: readonly Filter[]): readonly Filter[] => [
  WITH_OPACITY,
  { name: "alphamerge", inputs: [{ filters: [WITHOUT_OPACITY, ...filters] }, OPACITY] },
];

/** Less opaque, as another picture's lightness says. */
export const dimmedBy = (mode: "darken" | "multiply", matte: FilterInput): readonly Filter[] => [
  WITH_OPACITY,
  {
    name: "alphamerge",
    inputs: [
      { filters: [] },
      {
        filters: [...OPACITY.filters, { name: "blend", options: { all_mode: mode }, inputs: [{ filters: [] }, matte] }],
      },
    ],
  },
];

/** As opaque as another picture is light; whatever has come so far is opaque. */
export const opaqueAs = (matte: FilterInput): readonly Filter[] => [
  { name: "alphamerge", inputs: [{ filters: [] }, matte] },
];

/** Frames as large as these, and nothing in them. */
export const emptied = (width: number, height: number): readonly Filter[] => [
  WITH_OPACITY,
  { name: "pad", options: { w: width, h: height } },
  { name: "lutyuv", options: { ...BLACKENED, a: 0 } },
];
