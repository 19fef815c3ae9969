/** Frees the picture of bars, turns and mirrors it. */

import { type Edit, type Filter, Problem, type Turn } from "#transformation";
import { append, type Canvas, materialized, seenThrough, type View, viewedThrough } from "./canvas.ts";
import { evenSize, type Size } from "./ladder.ts";
import { cut } from "./sizing.ts";

const swapped = ({ width, height }: Size): Size => ({ width: height, height: width });

/** Where what is seen at a place was before. */
const BEFORE: Readonly<Record<"hflip" | "vflip" | "clock" | "cclock", View>> = {
  hflip: (across, down) => [1 - across, down],
  vflip: (across, down) => [across, 1 - down],
  clock: (across, down) => [down, 1 - across],
  cclock: (across, down) => [1 - down, across],
};

const mirrored = (canvas: Canvas, name: "hflip" | "vflip"): Canvas =>
  append(viewedThrough(canvas, BEFORE[name]), { name });

function quarterTurn(canvas: Canvas, direction: "clock" | "cclock"): Canvas {
  const transpose: Filter = { name: "transpose", options: { dir: direction } };
  const turned = append(viewedThrough(canvas, BEFORE[direction]), transpose);
  return { ...turned, size: swapped(canvas.size), pixels: swapped(canvas.pixels) };
}

/** `auto_left` and `auto_right` lay a landscape upright; `auto` does as players do already. */
function degreesOf(canvas: Canvas, turn: Exclude<Turn, "hflip" | "vflip">): number {
  if (typeof turn !== "string") return turn.degrees;
  if (turn === "ignore") return (360 - canvas.sourceRotation) % 360;
  const isLandscape = canvas.size.width > canvas.size.height;
  if (turn === "auto" || !isLandscape) return 0;
  return turn === "auto_left" ? 270 : 90;
}

function turned(canvas: Canvas, turn: Turn): Canvas {
  if (turn === "hflip" || turn === "vflip") return mirrored(canvas, turn);
  const degrees = degreesOf(canvas, turn);
  switch (degrees) {
    case 0:
      return canvas;
    case 90:
      return quarterTurn(canvas, "clock");
    case 180:
      return mirrored(mirrored(canvas, "hflip"), "vflip");
    case 270:
      return quarterTurn(canvas, "cclock");
    default:
      return freeTurn(materialized(canvas), degrees);
  }
}

/** Turns by any angle, on a canvas that grows to hold the whole picture; what it does not fill is not seen. */
function freeTurn(canvas: Canvas, degrees: number): Canvas {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const { width, height } = canvas.size;
  const size = evenSize({ width: width * cos + height * sin, height: width * sin + height * cos });
  const rotate: Filter = {
    name: "rotate",
    options: { angle: angle.toFixed(9), ow: size.width, oh: size.height, c: "black@0" },
  };
  const before: View = (across, down) => {
    const [x, y] = [(across - 0.5) * size.width, (down - 0.5) * size.height];
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    return [0.5 + (x * cosine + y * sine) / width, 0.5 + (y * cosine - x * sine) / height];
  };
  return { ...append(viewedThrough(seenThrough(canvas), before), rotate), size, pixels: size };
}

/** Cuts off the bars around a picture; those that are still to be found are cut once the chain has met its source. */
export function cutBars(canvas: Canvas, { bars }: Edit): Canvas {
  if (bars === undefined || bars === "found") return canvas;
  const { width, height } = canvas.size;
  const kept = { width: width - bars.left - bars.right, height: height - bars.top - bars.bottom };
  if (kept.width < 2 || kept.height < 2)
    throw new Problem("invalid-value", `Of a picture of ${width}x${height} nothing is left.`, { parameter: "e_trim" });
  return cut(canvas, { x: bars.left, y: bars.top, ...kept }, kept);
}

export const turnPicture = (canvas: Canvas, edit: Edit): Canvas => (edit.turns ?? []).reduce(turned, canvas);
