/** What is drawn rather than read: areas of one colour, in the colour space of the stream that they become a part of. */

import type { Filter, FilterInput, Rgba } from "#transformation";
import type { OutputColour } from "./colour.ts";
import type { Size } from "./ladder.ts";

const channels = (rgba: Rgba): readonly number[] =>
  [0, 2, 4, 6].map((at) => Number.parseInt(rgba.slice(at, at + 2) || "ff", 16));

/** Alpha of a colour, from 0 to 1. */
export const opacityOf = (rgba: Rgba): number => (channels(rgba)[3] ?? 255) / 255;

/** Luma weights of the matrices of ITU-R BT.709 and BT.601. */
const WEIGHTS = { bt709: [0.2126, 0.7152, 0.0722], bt601: [0.299, 0.587, 0.114] } as const;

/** Luma and chroma of a colour in limited range, as a stream codes it. */
export function yuvOf(rgba: Rgba, { matrix }: OutputColour): readonly [y: number, u: number, v: number] {
  const [r = 0, g = 0, b = 0] = channels(rgba).map((level) => level / 255);
  const [wr, wg, wb] = matrix === "bt709" ? WEIGHTS.bt709 : WEIGHTS.bt601;
  const y = wr * r + wg * g + wb * b;
  return [16 + 219 * y, 128 + (112 * (b - y)) / (1 - wb), 128 + (112 * (r - y)) / (1 - wr)];
}

/** Whether ffmpeg's own drawing, which knows no matrix but that of BT.601, draws a colour as it is: a grey without transparency. */
export function isGrey(rgba: Rgba): boolean {
  const [r, g, b, a] = channels(rgba);
  return r === g && g === b && a === 255;
}

/** ffmpeg's spelling, without transparency. */
export const opaque = (rgba: Rgba): string => `0x${rgba.slice(0, 6)}`;

/**
 * One picture of a colour, which the filter that takes it repeats for as long as it is needed.
 * @param where an expression of `geq` that is more than 0 for the pixels that are drawn; all are without
 */
export function area(rgba: Rgba, { width, height }: Size, colour: OutputColour, where?: string): FilterInput {
  const alpha = Math.round(255 * opacityOf(rgba));
  const isSolid = where === undefined && alpha === 255;
  const planes = { lum: "p(X,Y)", cb: "p(X,Y)", cr: "p(X,Y)" };
  const seen: readonly Filter[] = isSolid
    ? []
    : [{ name: "geq", options: { ...planes, a: where === undefined ? alpha : `if(${where},${alpha},0)` } }];
  return {
    drawn: { name: "color", options: { c: opaque(rgba), s: `${width}x${height}`, r: 25, d: 0.04 } },
    filters: [
      // In RGB: the source would draw by the matrix of BT.601 otherwise.
      { name: "format", options: { pix_fmts: "gbrp" } },
      { name: "scale", options: { out_color_matrix: colour.matrix, out_range: "tv" } },
      { name: "format", options: { pix_fmts: isSolid ? "yuv420p" : "yuva420p" } },
      ...seen,
    ],
  };
}

/** Lays an area over the picture. */
export const over = (
  drawn: FilterInput,
  place: { x: number | string; y: number | string } = { x: 0, y: 0 },
): Filter => ({
  name: "overlay",
  options: { ...place, eof_action: "repeat" },
  inputs: [{ filters: [] }, drawn],
});

/** Moves every pixel towards a colour. */
export function fadedTo(rgba: Rgba, share: number, colour: OutputColour): Filter {
  const [y, u, v] = yuvOf(rgba, colour).map((level) => `val*${share}+${(level * (1 - share)).toFixed(2)}`);
  return { name: "lutyuv", options: { y: y as string, u: u as string, v: v as string } };
}
