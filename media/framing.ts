/** Frames the picture: opacity over a background, a border, rounded corners. */

import type { Border, Corners, Edit, Rgba } from "#transformation";
import { append, type Canvas, materialized, seenThrough } from "./canvas.ts";
import type { Size } from "./ladder.ts";
import { area, fadedTo, isGrey, opaque, over } from "./paint.ts";

/** Moves every pixel towards the background; of a layer, lets through what lies beneath. */
function withOpacity(canvas: Canvas, percent: number, background: Rgba): Canvas {
  if (canvas.alpha === "lost") return append(canvas, fadedTo(background, percent / 100, canvas.colour));
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
const BLACK: Rgba = "000000ff";

/** What lies outside of the corners takes the background's colour; of a layer, it is not seen. */
function rounded(canvas: Canvas, corners: Corners, background: Rgba): Canvas {
  const outside = outsideCorners(corners, canvas.size);
  if (canvas.alpha === "lost") return append(canvas, over(area(background, canvas.size, canvas.colour, outside)));
  // Drawn once, and taken away from the transparency of every frame.
  const shape = area(WHITE, canvas.size, canvas.colour, `eq(0,${outside})`);
  const remaining = { name: "blend", options: { all_mode: "darken" } };
  return append(seenThrough(canvas), {
    name: "alphamerge",
    inputs: [
      { filters: [] },
      {
        filters: [
          { name: "alphaextract" },
          {
            ...remaining,
            inputs: [{ filters: [] }, { ...shape, filters: [...shape.filters, { name: "alphaextract" }] }],
          },
        ],
      },
    ],
  });
}

/** Opacity first, then the border, then what the corners cut off of both. */
export function framePicture(canvas: Canvas, { opacityPercent, border, corners, background }: Edit): Canvas {
  if (opacityPercent === undefined && !border && !corners) return canvas;
  const behind = background?.kind === "colour" ? background.colour : BLACK;
  const shown = materialized(canvas);
  const faded = opacityPercent === undefined ? shown : withOpacity(shown, opacityPercent, behind);
  const framed = border ? bordered(faded, border) : faded;
  return corners ? rounded(framed, corners, behind) : framed;
}
