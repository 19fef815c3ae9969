/** Device pixels: what `dpr_` makes of the lengths that stand beside it. */

import type { Edit } from "./edit.ts";
import type { Dimension } from "./picture-values.ts";
import { multiply, type Rational, rational, round } from "./rational.ts";

/** The same edit with its lengths in device pixels; shares are shares of what is dense already. */
export function inDevicePixels(edit: Edit): Edit {
  const { density, width, height, x, y, border, corners, ...others } = edit;
  if (!density) return edit;
  const length = (pixels: number): number => scaled(pixels, density);
  const dense = (dimension: Dimension): Dimension =>
    "pixels" in dimension ? { pixels: length(dimension.pixels) } : dimension;
  return {
    ...others,
    ...(width && { width: dense(width) }),
    ...(height && { height: dense(height) }),
    ...(x && { x: dense(x) }),
    ...(y && { y: dense(y) }),
    ...(border && { border: { ...border, widthPixels: length(border.widthPixels) } }),
    ...(corners && { corners: corners === "max" ? corners : corners.map(length) }),
  };
}

/** A pixel at least, of what is any. */
const scaled = (pixels: number, density: Rational): number =>
  Math.sign(pixels) * Math.max(Math.sign(Math.abs(pixels)), Math.abs(round(multiply(rational(pixels), density))));
