/** Brings the picture to a size: scales, fits, fills, cuts and pads. */

import type { Compass, CropMode, Dimension, Edit } from "#transformation";
import { Problem, toNumber } from "#transformation";
import { onBackground } from "./background.ts";
import { append, type Canvas, materialized } from "./canvas.ts";
import { evenSize, type Size } from "./ladder.ts";

/** What a component asks for; the missing side follows from the other. */
interface Box {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export const lengthOf = (dimension: Dimension | undefined, whole: number): number | undefined =>
  dimension && ("pixels" in dimension ? dimension.pixels : toNumber(dimension.share) * whole);

/** Width and height that a component asks for, completed by its aspect ratio. */
function wanted(edit: Edit, { width, height }: Size): Box {
  const [w, h] = [lengthOf(edit.width, width), lengthOf(edit.height, height)];
  const ratio = edit.aspectRatio && toNumber(edit.aspectRatio);
  if (ratio === undefined || (w !== undefined && h !== undefined)) return { width: w, height: h };
  if (w !== undefined) return { width: w, height: w / ratio };
  if (h !== undefined) return { width: h * ratio, height: h };
  // A ratio alone: the largest part of the picture that has it.
  return width / height > ratio ? { width: height * ratio, height } : { width, height: width / ratio };
}

const rounded = ({ width, height }: Size): Size => ({
  width: Math.max(1, Math.round(width)),
  height: Math.max(1, Math.round(height)),
});

const proportional = ({ width, height }: Size, factor: number): Size =>
  rounded({ width: width * factor, height: height * factor });

function fitFactor(size: Size, box: Box): number {
  return Math.min(
    (box.width ?? Number.POSITIVE_INFINITY) / size.width,
    (box.height ?? Number.POSITIVE_INFINITY) / size.height,
  );
}

/** How far from the left (or top) a part stands in a whole, by gravity. */
function placed(along: "x" | "y", gravity: Compass, whole: number, part: number, offset: number): number {
  const [low, high] = along === "x" ? ["west", "east"] : ["north", "south"];
  const room = whole - part;
  const at = gravity.includes(low as string)
    ? offset
    : gravity.includes(high as string)
      ? room - offset
      : room / 2 + offset;
  return Math.min(Math.max(0, at), Math.max(0, room));
}

/** Cuts a part out of the picture and shows it at a size. */
function cut(canvas: Canvas, part: { x: number; y: number; width: number; height: number }, size: Size): Canvas {
  const [across, down] = [canvas.pixels.width / canvas.size.width, canvas.pixels.height / canvas.size.height];
  const pixels = evenSize({ width: part.width * across, height: part.height * down });
  const fits = pixels.width >= canvas.pixels.width && pixels.height >= canvas.pixels.height;
  if (fits) return { ...canvas, size };
  // Even offsets: half a chroma sample cannot be cut.
  const options = {
    w: Math.min(pixels.width, canvas.pixels.width),
    h: Math.min(pixels.height, canvas.pixels.height),
    x: 2 * Math.floor((part.x * across) / 2),
    y: 2 * Math.floor((part.y * down) / 2),
  };
  return { ...append(canvas, { name: "crop", options }), size, pixels: { width: options.w, height: options.h } };
}

/** What is worth seeing is looked for in the middle. */
const compassOf = ({ gravity, crop, x, y }: Edit): Compass =>
  typeof gravity === "string"
    ? gravity
    : gravity === undefined && crop === "crop" && (x || y)
      ? "north_west"
      : "center";

function cropped(canvas: Canvas, edit: Edit, part: Size, size: Size): Canvas {
  const [x, y] = [lengthOf(edit.x, canvas.size.width) ?? 0, lengthOf(edit.y, canvas.size.height) ?? 0];
  const gravity = compassOf(edit);
  const whole = { width: Math.min(part.width, canvas.size.width), height: Math.min(part.height, canvas.size.height) };
  return cut(
    canvas,
    {
      ...whole,
      x: placed("x", gravity, canvas.size.width, whole.width, x),
      y: placed("y", gravity, canvas.size.height, whole.height, y),
    },
    size,
  );
}

/** @param most the most that the picture is enlarged by */
function padded(canvas: Canvas, edit: Edit, box: Size, most = Number.POSITIVE_INFINITY): Canvas {
  const factor = Math.min(most, fitFactor(canvas.size, box));
  const inner = materialized({ ...canvas, size: proportional(canvas.size, factor) });
  const outer = evenSize({
    width: Math.max(box.width, inner.size.width),
    height: Math.max(box.height, inner.size.height),
  });
  const [x, y] = [lengthOf(edit.x, outer.width) ?? 0, lengthOf(edit.y, outer.height) ?? 0];
  const gravity = compassOf(edit);
  const placing = {
    w: outer.width,
    h: outer.height,
    x: 2 * Math.floor(placed("x", gravity, outer.width, inner.size.width, x) / 2),
    y: 2 * Math.floor(placed("y", gravity, outer.height, inner.size.height, y) / 2),
  };
  return onBackground(inner, placing, edit.background);
}

/** How each mode brings a picture to the box that a component asks for. */
const MODES: Readonly<Record<CropMode, (canvas: Canvas, edit: Edit, box: Box, whole: Size) => Canvas>> = {
  scale: (canvas, _, __, whole) => ({ ...canvas, size: rounded(whole) }),
  fit: (canvas, _, box) => ({ ...canvas, size: proportional(canvas.size, fitFactor(canvas.size, box)) }),
  limit: (canvas, _, box) => ({ ...canvas, size: proportional(canvas.size, Math.min(1, fitFactor(canvas.size, box))) }),
  mfit: (canvas, _, box) => ({ ...canvas, size: proportional(canvas.size, Math.max(1, fitFactor(canvas.size, box))) }),
  fill: (canvas, edit, _, whole) => filled(canvas, edit, whole),
  lfill: (canvas, edit, _, whole) => filled(canvas, edit, noLarger(whole, canvas.size)),
  auto: (canvas, edit, _, whole) => filled(canvas, edit, whole),
  thumb: (canvas, edit, _, whole) => filled(canvas, edit, whole),
  crop: (canvas, edit, box) => {
    const { width, height } = canvas.size;
    const part = rounded({
      width: Math.min(box.width ?? width, width),
      height: Math.min(box.height ?? height, height),
    });
    return cropped(canvas, edit, part, part);
  },
  pad: (canvas, edit, _, whole) => padded(canvas, edit, rounded(whole)),
  lpad: (canvas, edit, _, whole) => padded(canvas, edit, rounded(whole), 1),
  mpad: (canvas, edit, _, whole) => {
    const { width, height } = canvas.size;
    return padded(
      canvas,
      edit,
      rounded({ width: Math.max(whole.width, width), height: Math.max(whole.height, height) }),
      1,
    );
  },
  auto_pad: (canvas, edit, _, whole) => padded(canvas, edit, rounded(whole)),
  fill_pad: (canvas, edit, _, whole) => padded(canvas, edit, rounded(whole)),
};

/** Covers a size and cuts what stands over; zoom takes less of the picture, or more as far as there is any. */
function filled(canvas: Canvas, edit: Edit, whole: Size): Canvas {
  const zoom = edit.zoom ? Math.max(1, toNumber(edit.zoom)) : 1;
  const part = proportional(whole, fitFactor(whole, canvas.size) / zoom);
  return cropped(canvas, edit, part, rounded(whole));
}

/** A size of the same ratio that the picture covers without being enlarged. */
function noLarger(whole: Size, size: Size): Size {
  const factor = Math.min(1, size.width / whole.width, size.height / whole.height);
  return { width: whole.width * factor, height: whole.height * factor };
}

/** Brings the picture to the size that a component asks for, in the way that it asks for. */
export function sizePicture(canvas: Canvas, edit: Edit): Canvas {
  if (edit.regionFilters) return canvas;
  const box = wanted(edit, canvas.size);
  if (box.width === undefined && box.height === undefined) return canvas;
  const { width, height } = canvas.size;
  const whole: Size = edit.keepsOtherSide
    ? { width: box.width ?? width, height: box.height ?? height }
    : {
        width: box.width ?? (width * (box.height ?? height)) / height,
        height: box.height ?? (height * (box.width ?? width)) / width,
      };
  return checked(MODES[edit.crop ?? "scale"](canvas, edit, box, whole));
}

/** The largest picture that encoders and two cores are asked for: 8K UHD. */
const MAX_PIXELS = 7680 * 4320;
const MAX_SIDE = 8192;

function checked(canvas: Canvas): Canvas {
  const { width, height } = canvas.size;
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new Problem(
      "invalid-value",
      `The picture would measure ${width}x${height}; ${MAX_SIDE} pixels a side and ${MAX_PIXELS} in all are the most.`,
      { parameter: "w" },
    );
  }
  return canvas;
}
