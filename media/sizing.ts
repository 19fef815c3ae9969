/** Brings the picture to a size: scales, fits, fills, cuts and pads. */

import type { Compass, CropMode, Dimension, Edit, Gravity } from "#transformation";
import { Problem, toNumber } from "#transformation";
import { onBackground } from "./background.ts";
import { append, type Canvas, materialized, viewedThrough } from "./canvas.ts";
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

type Settled = Exclude<Gravity, { readonly auto: string }>;

/** How far from the left (or top) a part stands in a whole, by gravity. */
function placed(along: "x" | "y", gravity: Settled, whole: number, part: number, offset: number): number {
  const [low, high] = along === "x" ? ["west", "east"] : ["north", "south"];
  const room = whole - part;
  const at =
    typeof gravity !== "string"
      ? toNumber(gravity.at[along === "x" ? "across" : "down"]) * whole - part / 2 + offset
      : gravity.includes(low as string)
        ? offset
        : gravity.includes(high as string)
          ? room - offset
          : room / 2 + offset;
  return Math.min(Math.max(0, at), Math.max(0, room));
}

/** A part of a picture, in its own pixels. */
export interface Part extends Size {
  readonly x: number;
  readonly y: number;
}

/** Cuts a part out of the picture and shows it at a size. */
export function cut(canvas: Canvas, part: Part, size: Size): Canvas {
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
  const { width, height } = canvas.size;
  const shown = viewedThrough(canvas, (across, down) => [
    (part.x + across * part.width) / width,
    (part.y + down * part.height) / height,
  ]);
  return { ...append(shown, { name: "crop", options }), size, pixels: { width: options.w, height: options.h } };
}

/** What nobody has looked at has its worth in the middle. */
function gravityOf({ gravity, crop, x, y }: Edit): Settled {
  const center: Compass = gravity === undefined && crop === "crop" && (x || y) ? "north_west" : "center";
  return gravity === undefined || (typeof gravity === "object" && "auto" in gravity) ? center : gravity;
}

function cropped(canvas: Canvas, edit: Edit, part: Size, size: Size): Canvas {
  const [x, y] = [lengthOf(edit.x, canvas.size.width) ?? 0, lengthOf(edit.y, canvas.size.height) ?? 0];
  const gravity = gravityOf(edit);
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
  const gravity = gravityOf(edit);
  const placing = {
    w: outer.width,
    h: outer.height,
    x: 2 * Math.floor(placed("x", gravity, outer.width, inner.size.width, x) / 2),
    y: 2 * Math.floor(placed("y", gravity, outer.height, inner.size.height, y) / 2),
  };
  return viewedThrough(onBackground(inner, placing, edit.background), (across, down) => [
    (across * outer.width - placing.x) / inner.size.width,
    (down * outer.height - placing.y) / inner.size.height,
  ]);
}

/** What is kept of a picture, and the size that it is shown at. */
interface Kept {
  readonly part: Size;
  readonly size: Size;
}

type Cutting = (picture: Size, edit: Edit, box: Box, whole: Size) => Kept;

/** Covers a size; zoom keeps less of the picture, or more as far as there is any. */
const covering: Cutting = (picture, { zoom }, _, whole) => ({
  part: proportional(whole, fitFactor(whole, picture) / (zoom ? Math.max(1, toNumber(zoom)) : 1)),
  size: rounded(whole),
});

/** The modes that cut: how much each keeps. */
const CUTS: Readonly<Partial<Record<CropMode, Cutting>>> = {
  fill: covering,
  lfill: (picture, edit, box, whole) => covering(picture, edit, box, noLarger(whole, picture)),
  auto: covering,
  thumb: covering,
  crop: (picture, _, box) => {
    const part = rounded({
      width: Math.min(box.width ?? picture.width, picture.width),
      height: Math.min(box.height ?? picture.height, picture.height),
    });
    return { part, size: part };
  },
};

/** How each other mode brings a picture to the box that a component asks for. */
const MODES: Readonly<Partial<Record<CropMode, (canvas: Canvas, edit: Edit, box: Box, whole: Size) => Canvas>>> = {
  scale: (canvas, _, __, whole) => ({ ...canvas, size: rounded(whole) }),
  fit: (canvas, _, box) => ({ ...canvas, size: proportional(canvas.size, fitFactor(canvas.size, box)) }),
  limit: (canvas, _, box) => ({ ...canvas, size: proportional(canvas.size, Math.min(1, fitFactor(canvas.size, box))) }),
  mfit: (canvas, _, box) => ({ ...canvas, size: proportional(canvas.size, Math.max(1, fitFactor(canvas.size, box))) }),
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

/** A size of the same ratio that the picture covers without being enlarged. */
function noLarger(whole: Size, size: Size): Size {
  const factor = Math.min(1, size.width / whole.width, size.height / whole.height);
  return { width: whole.width * factor, height: whole.height * factor };
}

/** The size that a component asks for; undefined where it asks for none. */
function asked(edit: Edit, { width, height }: Size): { readonly box: Box; readonly whole: Size } | undefined {
  if (edit.regionFilters) return undefined;
  const box = wanted(edit, { width, height });
  if (box.width === undefined && box.height === undefined) return undefined;
  const keepsOtherSide = edit.keepsOtherSide && (edit.crop ?? "scale") === "scale";
  const whole: Size = keepsOtherSide
    ? { width: box.width ?? width, height: box.height ?? height }
    : {
        width: box.width ?? (width * (box.height ?? height)) / height,
        height: box.height ?? (height * (box.width ?? width)) / width,
      };
  return { box, whole };
}

/** How much of a picture a component keeps, where it cuts. */
export function keptBy(edit: Edit, picture: Size): Size | undefined {
  const size = asked(edit, picture);
  return size && CUTS[edit.crop ?? "scale"]?.(picture, edit, size.box, size.whole).part;
}

/** Brings the picture to the size that a component asks for, in the way that it asks for. */
export function sizePicture(canvas: Canvas, edit: Edit): Canvas {
  const wish = asked(edit, canvas.size);
  if (!wish) return canvas;
  const mode = edit.crop ?? "scale";
  const kept = CUTS[mode]?.(canvas.size, edit, wish.box, wish.whole);
  if (kept) return checked(cropped(canvas, edit, kept.part, kept.size));
  return checked(MODES[mode]?.(canvas, edit, wish.box, wish.whole) ?? canvas);
}

/** The largest picture that encoders and two cores are asked for: 8K UHD. */
const MAX_PIXELS = 7680 * 4320;
const MAX_SIDE = 8192;

function checked(canvas: Canvas): Canvas {
  checkSize(canvas.size);
  return canvas;
}

/** @throws Problem `invalid-value` for a picture that is too large */
export function checkSize({ width, height }: Size): void {
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new Problem(
      "invalid-value",
      `The picture would measure ${width}x${height}; ${MAX_SIDE} pixels a side and ${MAX_PIXELS} in all are the most.`,
      { parameter: "w" },
    );
  }
}
