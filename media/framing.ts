/** Frames the picture: opacity over a background, a border, rounded corners. */

import type { Border, Corners, Edit, Rgba } from "#transformation";
import { append, type Canvas, materialized, seenThrough } from "./canvas.ts";
import type { Size } from "./ladder.ts";
import { dimmedBy } from "./opacity.ts";
import { area, fadedTo, isGrey, opaque, over } from "./paint.ts";

/** Lets what lies beneath shine through; where a background is named, that is at once all that does. */
function withOpacity(canvas: Canvas, percent: number, background: Rgba | undefined): Canvas {
  if (background !== undefined) return append(canvas, fadedTo(background, percent / 100, canvas.colour));
  return append(seenThrough(canvas), { name: "lutyuv", options: { a: `val*${percent / 100}` } });
}

function bordered(canvas: Canvas, { widthPixels: width, colour }: Border): Canvas {
  const box = { name: "drawbox", options: { x: 0, y: 0, w: "iw", h: "ih", color: opaque(colour), t: width } };
  if (isGrey(colour)) return append(canvas, box);
  const within = `lt(X,${width})+lt(Y,${width})+gte(X,W-${width})+gte(Y,H-${width})`;
  return append(canvas, over(area(colour, canvas.size, canvas.colour, within)));
}

/** Radii clockwise from the top left, as CSS expands one to four of them. */
function radiiOf(corners: Corners, { width, height }: Size): readonly [number, number, number, number] {
  const most = Math.min(width, height) / 2;
  if (corners === "max") return [most, most, most, most];
  const [a = 0, b = a, c = a, d = b] = corners.map((radius) => Math.min(radius, most));
  return [a, b, c, d];
}

/** More than 0 for the pixels outside of rounded corners, as an expression of `geq`. */
function outsideCorners(corners: Corners, size: Size): string {
  const [topLeft, topRight, bottomRight, bottomLeft] = radiiOf(corners, size).map((radius) => radius.toFixed(1));
  const outside = (radius: string, x: string, y: string) =>
    `gt(hypot(max(0,${radius}-(${x})),max(0,${radius}-(${y}))),${radius})`;
  const [right, bottom] = ["W-1-X", "H-1-Y"];
  return [
    outside(topLeft as string, "X", "Y"),
    outside(topRight as string, right, "Y"),
    outside(bottomRight as string, right, bottom),
    outside(bottomLeft as string, "X", bottom),
  ].join("+");
}

const WHITE: Rgba = "ffffffff";

/** What lies outside of the corners is not seen, or takes the colour of a background that is named. */
function rounded(canvas: Canvas, corners: Corners, background: Rgba | undefined): Canvas {
  const outside = outsideCorners(corners, canvas.size);
  if (background !== undefined) return append(canvas, over(area(background, canvas.size, canvas.colour, outside)));
  // Drawn once, and taken away from the transparency of every frame.
  const shape = area(WHITE, canvas.size, canvas.colour, `eq(0,${outside})`);
  const matte = { ...shape, filters: [...shape.filters, { name: "alphaextract" }] };
  return { ...append(canvas, ...dimmedBy("darken", matte)), isSeenThrough: true };
}

/** Opacity first, then the border, then what the corners cut off of both. */
export function framePicture(canvas: Canvas, { opacityPercent, border, corners, background }: Edit): Canvas {
  if (opacityPercent === undefined && !border && !corners) return canvas;
  const behind = background?.kind === "colour" ? background.colour : undefined;
  const shown = materialized(canvas);
  const faded = opacityPercent === undefined ? shown : withOpacity(shown, opacityPercent, behind);
  const framed = border ? bordered(faded, border) : faded;
  return corners ? rounded(framed, corners, behind) : framed;
}
