/** Where a layer lies and when it is shown. */

import { type Compass, type Edit, type Gravity, rational, roundProduct, type TimeOffset } from "#transformation";
import { evenSize, type Size } from "./ladder.ts";
import { refused } from "./layer-source.ts";
import { type Programme, type Timeline, timelineFrames } from "./programme.ts";
import { lengthOf } from "./sizing.ts";

/** A moment, or a length of time, in frames of a timeline. */
export const framesOf = (offset: TimeOffset, timeline: Timeline): number =>
  "seconds" in offset
    ? roundProduct(offset.seconds, timeline.frameRate)
    : roundProduct(offset.share, rational(timelineFrames(timeline)));

/** Frames of a time line, and whether they are all of it. */
export interface LayerSpan {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** When a layer is shown: from `so` to `eo` or for `du`, on the time line that it is laid on. */
export function spanOf({ start, end, duration }: Edit, { timeline }: Programme): LayerSpan {
  const total = timelineFrames(timeline);
  const at = (offset: TimeOffset): number => framesOf(offset, timeline);
  const from = start ? at(start) : 0;
  const to = Math.min(total, duration ? from + at(duration) : end ? at(end) : total);
  return { from, to, isWhole: from === 0 && to === total };
}

export function compassOf(gravity: Gravity | undefined): Compass {
  if (gravity !== undefined && typeof gravity !== "string")
    throw refused("g", `g_${"auto" in gravity ? gravity.auto : "auto"} places no layer; name a side or a corner.`);
  return gravity ?? "center";
}

/** How far from the left or the top something lies whose gravity names two opposite sides, by the room that it leaves. */
const along = (compass: Compass, [low, high]: readonly [string, string], room: number, offset: number): number =>
  Math.round(compass.includes(low) ? offset : compass.includes(high) ? room - offset : room / 2 + offset);

const ACROSS = ["west", "east"] as const;
const DOWN = ["north", "south"] as const;

/** Where the layer's upper left corner comes to lie; parts of it may lie outside. */
export function placeOf({ gravity, x, y }: Edit, beneath: Size, size: Size): { x: number; y: number } {
  const compass = compassOf(gravity);
  return {
    x: along(compass, ACROSS, beneath.width - size.width, lengthOf(x, beneath.width) ?? 0),
    y: along(compass, DOWN, beneath.height - size.height, lengthOf(y, beneath.height) ?? 0),
  };
}

/** The same for what has a size only when it is drawn: expressions of `overlay`. */
export function drawnPlaceOf({ gravity, x, y }: Edit, beneath: Size): { x: string; y: string } {
  const compass = compassOf(gravity);
  const place = ([low, high]: readonly [string, string], whole: string, part: string, offset: number): string =>
    compass.includes(low)
      ? String(offset)
      : compass.includes(high)
        ? `${whole}-${part}-(${offset})`
        : `(${whole}-${part})/2+(${offset})`;
  return {
    x: place(ACROSS, "W", "w", Math.round(lengthOf(x, beneath.width) ?? 0)),
    y: place(DOWN, "H", "h", Math.round(lengthOf(y, beneath.height) ?? 0)),
  };
}

/** A frame that holds both a picture and what is laid under it, and where each of them lies: what fills it does not move. */
export function frameAround(edit: Edit, picture: Size, under: Size) {
  const frame = evenSize({
    width: Math.max(picture.width, under.width),
    height: Math.max(picture.height, under.height),
  });
  const compass = compassOf(edit.gravity);
  const [x, y] = [lengthOf(edit.x, frame.width) ?? 0, lengthOf(edit.y, frame.height) ?? 0];
  const placed = ({ width, height }: Size): { x: number; y: number } => {
    const [across, down] = [frame.width - width, frame.height - height];
    return {
      x: across > 1 ? along(compass, ACROSS, across, x) : 0,
      y: down > 1 ? along(compass, DOWN, down, y) : 0,
    };
  };
  return { frame, picture: placed(picture), under: placed(under) };
}
