/** How long the segments of a rendition play: exact, in ticks of its track's own time scale. Every manifest reads these. */

import { type Rational, rational } from "#transformation";
import {
  AAC_FRAME_SAMPLES,
  audioSegmentStart,
  keyframeCount,
  segmentCount,
  segmentStart,
  videoTiming,
} from "./grid.ts";
import type { DeliveryPlan } from "./plan.ts";
import type { Rendition } from "./renditions.ts";
import type { SubtitleRendition } from "./subtitles/renditions.ts";

export type AnyRendition = Rendition | SubtitleRendition;

/** How many segments a rendition has. */
export const segmentCountOf = ({ grid }: DeliveryPlan, { kind }: AnyRendition): number =>
  kind === "keyframes" ? keyframeCount(grid) : segmentCount(grid);

/** The time scale of a rendition's track; subtitles keep that of the picture, whose grid they are cut on. */
export const ticksPerSecond = ({ grid }: DeliveryPlan, rendition: AnyRendition): number =>
  rendition.kind === "audio" ? rendition.sampleRate : videoTiming(grid.frameRate).timescale;

/** Where a rendition's segment begins, in ticks; that of the number behind the last one is the end. */
export function segmentStartTick({ grid }: DeliveryPlan, rendition: AnyRendition, number: number): number {
  if (rendition.kind === "audio") return audioSegmentStart(grid, number, rendition.sampleRate) * AAC_FRAME_SAMPLES;
  const frame =
    rendition.kind === "keyframes" ? Math.min(number * grid.gopFrames, grid.frames) : segmentStart(grid, number);
  return frame * videoTiming(grid.frameRate).frameTicks;
}

/** Length of a rendition's segment in ticks: what its samples' durations sum up to. */
export const segmentTicks = (plan: DeliveryPlan, rendition: AnyRendition, number: number): number =>
  segmentStartTick(plan, rendition, number + 1) - segmentStartTick(plan, rendition, number);

export const segmentSeconds = (plan: DeliveryPlan, rendition: AnyRendition, number: number): Rational =>
  rational(segmentTicks(plan, rendition, number), ticksPerSecond(plan, rendition));
