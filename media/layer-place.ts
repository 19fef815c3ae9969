/** Where a layer lies and when it is shown. */

import { type Compass, type Edit, type Gravity, rational, roundProduct, type TimeOffset } from "#transformation";
import type { Size } from "./ladder.ts";
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
    throw refused("g", `g_${gravity.auto} places no layer; name a side or a corner.`);
  return gravity ?? "center";
}

/** Where the layer's upper left corner comes to lie; parts of it may lie outside. */
export function placeOf({ gravity, x, y }: Edit, beneath: Size, size: Size): { x: number; y: number } {
  const compass = compassOf(gravity);
  const along = (low: string, high: string, room: number, offset: number): number =>
    Math.round(compass.includes(low) ? offset : compass.includes(high) ? room - offset : room / 2 + offset);
  return {
    x: along("west", "east", beneath.width - size.width, lengthOf(x, beneath.width) ?? 0),
    y: along("north", "south", beneath.height - size.height, lengthOf(y, beneath.height) ?? 0),
  };
}
