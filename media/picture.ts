/** The canvas: how big the picture is at a point of the chain, and the filters that have brought it there. */

import type { Dimension, Edit, Filter, Gravity, Turn } from "#transformation";
import { Problem, toNumber } from "#transformation";
import { evenSize, type Size } from "./ladder.ts";
import type { VideoTrack } from "./source.ts";

/**
 * `size` is what the picture measures, `pixels` what its frames really hold. Scaling only changes `size`: the frames
 * are scaled once, at the end, and cut before that, on the source's own pixels.
 */
export interface Canvas {
  readonly size: Size;
  readonly pixels: Size;
  readonly filters: readonly Filter[];
  /** The source's rotation, applied before the first filter, for `a_ignore` to undo. */
  readonly sourceRotation: number;
}

/** The source upright, with square pixels. */
export function canvasOf(track: VideoTrack): Canvas {
  const aspect = toNumber(track.sampleAspect);
  const quarter = track.rotation % 180 !== 0;
  const coded = { width: track.width, height: track.height };
  const shown =
    aspect === 1 ? coded : { width: Math.max(2, 2 * Math.round((track.width * aspect) / 2)), height: track.height };
  const turned = ({ width, height }: Size): Size => (quarter ? { width: height, height: width } : { width, height });
  return { size: turned(shown), pixels: turned(coded), filters: [], sourceRotation: track.rotation };
}

/** Scales the frames to the size that the picture has, for filters that work on what is shown. */
function materialized(canvas: Canvas): Canvas {
  const size = evenSize(canvas.size);
  if (size.width === canvas.pixels.width && size.height === canvas.pixels.height) return { ...canvas, size };
  const scale: Filter = { name: "scale", options: { w: size.width, h: size.height, flags: "bicubic" } };
  // The pixels are square from here on, whatever they were in the source.
  return {
    ...canvas,
    size,
    pixels: size,
    filters: [...canvas.filters, scale, { name: "setsar", options: { sar: 1 } }],
  };
}

const swapped = ({ width, height }: Size): Size => ({ width: height, height: width });

function quarterTurn(canvas: Canvas, direction: "clock" | "cclock"): Canvas {
  const transpose: Filter = { name: "transpose", options: { dir: direction } };
  return {
    ...canvas,
    size: swapped(canvas.size),
    pixels: swapped(canvas.pixels),
    filters: [...canvas.filters, transpose],
  };
}

const append = (canvas: Canvas, ...filters: Filter[]): Canvas => ({
  ...canvas,
  filters: [...canvas.filters, ...filters],
});

function turned(canvas: Canvas, turn: Turn): Canvas {
  if (turn === "hflip" || turn === "vflip") return append(canvas, { name: turn });
  const degrees = turn === "ignore" ? (360 - canvas.sourceRotation) % 360 : turn.degrees;
  switch (degrees) {
    case 0:
      return canvas;
    case 90:
      return quarterTurn(canvas, "clock");
    case 180:
      return append(canvas, { name: "hflip" }, { name: "vflip" });
    case 270:
      return quarterTurn(canvas, "cclock");
    default:
      return freeTurn(materialized(canvas), degrees);
  }
}

/** Turns by any angle, on a canvas that grows to hold the whole picture. */
function freeTurn(canvas: Canvas, degrees: number): Canvas {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const { width, height } = canvas.size;
  const size = evenSize({ width: width * cos + height * sin, height: width * sin + height * cos });
  const rotate: Filter = {
    name: "rotate",
    options: { angle: angle.toFixed(9), ow: size.width, oh: size.height, c: "black" },
  };
  return { ...append(canvas, rotate), size, pixels: size };
}

export const turnPicture = (canvas: Canvas, edit: Edit): Canvas => (edit.turns ?? []).reduce(turned, canvas);

const lengthOf = (dimension: Dimension | undefined, whole: number): number | undefined =>
  dimension && ("pixels" in dimension ? dimension.pixels : toNumber(dimension.share) * whole);

/** Width and height that a component asks for, completed by its aspect ratio. */
function wanted(edit: Edit, { width, height }: Size): { width?: number | undefined; height?: number | undefined } {
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

function fitFactor(size: Size, box: { width?: number | undefined; height?: number | undefined }): number {
  return Math.min(
    (box.width ?? Number.POSITIVE_INFINITY) / size.width,
    (box.height ?? Number.POSITIVE_INFINITY) / size.height,
  );
}

/** How far from the left (or top) a part stands in a whole, by gravity. */
function placed(along: "x" | "y", gravity: Gravity, whole: number, part: number, offset: number): number {
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

function cropped(canvas: Canvas, edit: Edit, part: Size, size: Size): Canvas {
  const [x, y] = [lengthOf(edit.x, canvas.size.width) ?? 0, lengthOf(edit.y, canvas.size.height) ?? 0];
  const gravity = edit.gravity ?? (edit.crop === "crop" && (edit.x || edit.y) ? "north_west" : "center");
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

function padded(canvas: Canvas, edit: Edit, box: Size): Canvas {
  const inner = materialized({ ...canvas, size: proportional(canvas.size, fitFactor(canvas.size, box)) });
  const outer = evenSize({
    width: Math.max(box.width, inner.size.width),
    height: Math.max(box.height, inner.size.height),
  });
  const [x, y] = [lengthOf(edit.x, outer.width) ?? 0, lengthOf(edit.y, outer.height) ?? 0];
  const gravity = edit.gravity ?? "center";
  const options = {
    w: outer.width,
    h: outer.height,
    x: 2 * Math.floor(placed("x", gravity, outer.width, inner.size.width, x) / 2),
    y: 2 * Math.floor(placed("y", gravity, outer.height, inner.size.height, y) / 2),
    color: "black",
  };
  return { ...append(inner, { name: "pad", options }), size: outer, pixels: outer };
}

/** Brings the picture to the size that a component asks for, in the way that it asks for. */
export function sizePicture(canvas: Canvas, edit: Edit): Canvas {
  const box = wanted(edit, canvas.size);
  if (box.width === undefined && box.height === undefined) return canvas;
  const { width, height } = canvas.size;
  const whole: Size = {
    width: box.width ?? (width * (box.height ?? height)) / height,
    height: box.height ?? (height * (box.width ?? width)) / width,
  };
  switch (edit.crop ?? "scale") {
    case "scale":
      return checked({ ...canvas, size: rounded(whole) });
    case "fit":
      return checked({ ...canvas, size: proportional(canvas.size, fitFactor(canvas.size, box)) });
    case "limit":
      return checked({ ...canvas, size: proportional(canvas.size, Math.min(1, fitFactor(canvas.size, box))) });
    case "fill": {
      const part = proportional(whole, fitFactor(whole, canvas.size));
      return checked(cropped(canvas, edit, part, rounded(whole)));
    }
    case "crop": {
      const part = rounded({
        width: Math.min(box.width ?? width, width),
        height: Math.min(box.height ?? height, height),
      });
      return checked(cropped(canvas, edit, part, part));
    }
    case "pad":
      return checked(padded(canvas, edit, rounded(whole)));
  }
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
