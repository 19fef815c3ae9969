/** The indexes of a storyboard, WebVTT and JSON, written by arithmetic: which part of which sheet stands for which time. */

import type { Rational } from "#transformation";
import { secondsOf } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import {
  placeOnSheet,
  type Storyboard,
  sheetOf,
  sheetSize,
  storyboardOf,
  tileFrame,
  tileStart,
  tilesOn,
} from "../storyboard.ts";
import { formatTime, millisecondsOf } from "./webvtt.ts";

/** Where a sheet lies. */
export type SheetUriOf = (sheet: number) => string;

interface Tile {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Each tile with its time in milliseconds; one begins where the one before it ends. */
function tilesOf(plan: DeliveryPlan, storyboard: Storyboard): readonly Tile[] {
  const at = (number: number): number => millisecondsOf(secondsAt(plan, tileStart(plan, storyboard, number)));
  return Array.from({ length: storyboard.tiles }, (_, number) => ({ number, start: at(number), end: at(number + 1) }));
}

const secondsAt = ({ grid }: DeliveryPlan, frame: number): Rational => secondsOf(frame, grid.frameRate);

/** A cue for each tile, whose text is its sheet with a spatial fragment (W3C Media Fragments 4.2.2), as players take it. */
export function storyboardVtt(plan: DeliveryPlan, uriOf: SheetUriOf): string {
  const storyboard = storyboardOf(plan);
  const { width, height } = storyboard.tile;
  const cues = tilesOf(plan, storyboard).map(({ number, start, end }) => {
    const { x, y } = placeOnSheet(storyboard, number);
    const part = `#xywh=${x},${y},${width},${height}`;
    return `\n${formatTime(start)} --> ${formatTime(end)}\n${uriOf(sheetOf(storyboard, number))}${part}\n`;
  });
  return `WEBVTT\n${cues.join("")}`;
}

/** The same for programs, in seconds and pixels; `shows` is the moment of a tile's picture. */
export function storyboardJson(plan: DeliveryPlan, uriOf: SheetUriOf): string {
  const storyboard = storyboardOf(plan);
  const { tile, sheets } = storyboard;
  const seconds = (frame: number): number => millisecondsOf(secondsAt(plan, frame)) / 1000;
  return JSON.stringify({
    duration: seconds(plan.grid.frames),
    tile_width: tile.width,
    tile_height: tile.height,
    sheets: Array.from({ length: sheets }, (_, sheet) => {
      return { url: uriOf(sheet), ...sheetSize(storyboard, tilesOn(storyboard, sheet).length) };
    }),
    tiles: tilesOf(plan, storyboard).map(({ number, start, end }) => ({
      start: start / 1000,
      end: end / 1000,
      shows: seconds(tileFrame(plan, storyboard, number)),
      sheet: sheetOf(storyboard, number),
      ...placeOnSheet(storyboard, number),
    })),
  });
}
