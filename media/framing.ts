/** Frames the picture: opacity over a background, a border, rounded corners. */

import type { Border, Corners, Edit, Filter, Rgba } from "#transformation";
import { append, type Canvas, materialized } from "./canvas.ts";
import type { Size } from "./ladder.ts";

/** Luma and chroma of a colour in BT.601 limited range, which is what filters between scaling steps see. */
function yuvOf(rgba: Rgba): readonly [y: number, u: number, v: number] {
  const [r, g, b] = [0, 2, 4].map((at) => Number.parseInt(rgba.slice(at, at + 2), 16)) as [number, number, number];
  const y = 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255;
  const u = 128 + (-37.797 * r - 74.203 * g + 112 * b) / 255;
  const v = 128 + (112 * r - 93.786 * g - 18.214 * b) / 255;
  return [y, u, v];
}

/** Moves every pixel towards the background. */
function faded(percent: number, background: Rgba): Filter {
  const share = percent / 100;
  const [y, u, v] = yuvOf(background).map((level) => `val*${share}+${(level * (1 - share)).toFixed(2)}`);
  return { name: "lutyuv", options: { y: y as string, u: u as string, v: v as string } };
}

const bordered = ({ widthPixels, colour }: Border): Filter => ({
  name: "drawbox",
  options: { x: 0, y: 0, w: "iw", h: "ih", color: `0x${colour}`, t: widthPixels },
});

/** Radii clockwise from the top left, as CSS expands one to four of them. */
function radiiOf(corners: Corners, { width, height }: Size): readonly [number, number, number, number] {
  const most = Math.min(width, height) / 2;
  if (corners === "max") return [most, most, most, most];
  const [a = 0, b = a, c = a, d = b] = corners.map((radius) => Math.min(radius, most));
  return [a, b, c, d];
}

/** More than 0 for the pixels outside of rounded corners, as an expression of `geq`. */
export function outsideCorners(corners: Corners, size: Size): string {
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

/** What lies outside of the rounded corners takes the background's colour: one drawn picture laid over all. */
function rounded(corners: Corners, size: Size, background: Rgba): Filter {
  const corner = outsideCorners(corners, size);
  const drawn: Filter = {
    name: "color",
    // One frame is drawn and repeated.
    options: { c: `0x${background.slice(0, 6)}`, s: `${size.width}x${size.height}`, r: 25, d: 0.04 },
  };
  const mask: Filter[] = [
    { name: "format", options: { pix_fmts: "yuva444p" } },
    { name: "geq", options: { lum: "p(X,Y)", cb: "p(X,Y)", cr: "p(X,Y)", a: `if(${corner},255,0)` } },
  ];
  return {
    name: "overlay",
    options: { eof_action: "repeat", format: "auto" },
    inputs: [{ filters: [] }, { drawn, filters: mask }],
  };
}

const BLACK: Rgba = "000000ff";

/** Opacity first, then the border, then what the corners cut off of both. */
export function framePicture(canvas: Canvas, { opacityPercent, border, corners, background }: Edit): Canvas {
  if (opacityPercent === undefined && !border && !corners) return canvas;
  const behind = background?.kind === "colour" ? background.colour : BLACK;
  const shown = materialized(canvas);
  return append(
    shown,
    ...(opacityPercent === undefined ? [] : [faded(opacityPercent, behind)]),
    ...(border ? [bordered(border)] : []),
    ...(corners ? [rounded(corners, shown.size, behind)] : []),
  );
}
