/** Turns and mirrors the picture. */

import type { Edit, Filter, Turn } from "#transformation";
import { append, type Canvas, materialized, seenThrough } from "./canvas.ts";
import { evenSize, type Size } from "./ladder.ts";

const swapped = ({ width, height }: Size): Size => ({ width: height, height: width });

function quarterTurn(canvas: Canvas, direction: "clock" | "cclock"): Canvas {
  const transpose: Filter = { name: "transpose", options: { dir: direction } };
  return { ...append(canvas, transpose), size: swapped(canvas.size), pixels: swapped(canvas.pixels) };
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
  if (turn === "hflip" || turn === "vflip") return append(canvas, { name: turn });
  const degrees = degreesOf(canvas, turn);
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
  return { ...append(seenThrough(canvas), rotate), size, pixels: size };
}

export const turnPicture = (canvas: Canvas, edit: Edit): Canvas => (edit.turns ?? []).reduce(turned, canvas);
