/** What lies behind a picture that does not fill its frame. */

import { type Background, type Filter, Problem, type Rgba } from "#transformation";
import { append, type Canvas, seenThrough } from "./canvas.ts";
import type { Size } from "./ladder.ts";
import { area, isGrey, opacityOf, opaque, over } from "./paint.ts";

/** The size of the frame, and where the picture lies in it. */
export interface Placing {
  readonly w: number;
  readonly h: number;
  readonly x: number;
  readonly y: number;
}

const BLACK: Rgba = "000000ff";

/** Puts a picture into a frame, on a background: black where none is named. */
export function onBackground(picture: Canvas, placing: Placing, background: Background | undefined): Canvas {
  const framed = { width: placing.w, height: placing.h };
  switch (background?.kind) {
    case undefined:
      return onColour(picture, placing, BLACK);
    case "colour":
      return onColour(picture, placing, background.colour);
    case "blurred":
      return { ...append(picture, overBlurred(placing, background)), size: framed, pixels: framed };
    case "auto":
      throw new Problem(
        "unsupported-parameter",
        `b_auto:${background.mode} is not drawn: take border, predominant, border_contrast, predominant_contrast, or b_blurred.`,
        { parameter: "b", nearest: "b_auto:border" },
      );
  }
}

function onColour(picture: Canvas, placing: Placing, colour: Rgba): Canvas {
  const framed = { width: placing.w, height: placing.h };
  const padded = (canvas: Canvas, color: string): Canvas => ({
    ...append(canvas, { name: "pad", options: { ...placing, color } }),
    size: framed,
    pixels: framed,
  });
  if (opacityOf(colour) < 1) return padded(seenThrough(picture), `${opaque(colour)}@${opacityOf(colour).toFixed(3)}`);
  if (isGrey(colour)) return padded(picture, opaque(colour));
  const around = outside(placing, picture.size);
  return append(padded(picture, "black"), over(area(colour, framed, picture.colour, around)));
}

/** More than 0 for the pixels of a frame that a picture in it leaves free, as an expression of `geq`. */
const outside = ({ x, y }: Placing, { width, height }: Size): string =>
  `lt(X,${x})+gte(X,${x + width})+lt(Y,${y})+gte(Y,${y + height})`;

/** Blurring a small picture and enlarging it looks the same and costs a fraction. */
const BLUR_HEIGHT = 180;

/** The picture over itself, enlarged to cover the frame and blurred. */
function overBlurred(
  { w, h, x, y }: Placing,
  { intensity, brightness }: Extract<Background, { kind: "blurred" }>,
): Filter {
  const small = { w: Math.max(2, 2 * Math.round((w * BLUR_HEIGHT) / h / 2)), h: BLUR_HEIGHT };
  const blur: Filter[] = [
    { name: "scale", options: { ...small, force_original_aspect_ratio: "increase", flags: "area" } },
    { name: "crop", options: { w: small.w, h: small.h } },
    { name: "gblur", options: { sigma: ((intensity / 25) * (BLUR_HEIGHT / 720)).toFixed(3) } },
    ...(brightness === 0 ? [] : [{ name: "eq", options: { brightness: (brightness / 300).toFixed(4) } }]),
    { name: "scale", options: { w, h, flags: "bilinear" } },
    { name: "setsar", options: { sar: 1 } },
  ];
  return { name: "overlay", options: { x, y, shortest: 1 }, inputs: [{ filters: blur }, { filters: [] }] };
}
