/** The canvas: how big the picture is at a point of the chain, and the filters that have brought it there. */

import { type Corners, type Filter, type Laying, type PictureEffect, type Rational, toNumber } from "#transformation";
import { evenSize, type Size } from "./ladder.ts";
import type { Timeline } from "./programme.ts";
import type { Source, VideoTrack } from "./source.ts";

/** Filters, and for those that read the time: the output's first frame on the time line that they were meant for. */
export interface CanvasFilters {
  readonly filters: readonly Filter[];
  readonly timedFrom?: number;
  /** A picture that is laid over what has come so far, instead of filters. */
  readonly laid?: LaidPicture;
}

/** What is done to the sound: as on the canvas, and other sound that is mixed in. */
export interface SoundFilters extends Omit<CanvasFilters, "laid"> {
  readonly mixed?: MixedSound;
}

/** The sound of a layer, for frames [from, to) of the time line that it was laid on. */
export interface MixedSound {
  readonly source: Source;
  readonly timeline: Timeline;
  readonly sound: readonly SoundFilters[];
  readonly from: number;
  readonly to: number;
}

/** A layer where it lies, for frames [from, to) of the time line that it was laid on. */
export interface LaidPicture {
  readonly source: Source;
  readonly timeline: Timeline;
  readonly canvas: Canvas;
  /** One picture, shown all the time. */
  readonly isStill: boolean;
  readonly opacityPercent: number;
  /** See-through outside of them; of a still. */
  readonly corners?: Corners;
  /** The size of what it lies on. */
  readonly beneath: Size;
  readonly x: number;
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly blend?: NonNullable<Laying["blend"]>;
}

/**
 * `size` is what the picture measures, `pixels` what its frames really hold. Scaling only changes `size`: the frames
 * are scaled once, at the end, and cut before that, on the source's own pixels.
 */
export interface Canvas {
  readonly size: Size;
  readonly pixels: Size;
  readonly steps: readonly CanvasFilters[];
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
  return { size: turned(shown), pixels: turned(coded), steps: [], sourceRotation: track.rotation };
}

/** Scales the frames to the size that the picture has, for filters that work on what is shown. */
export function materialized(canvas: Canvas): Canvas {
  const size = evenSize(canvas.size);
  if (size.width === canvas.pixels.width && size.height === canvas.pixels.height) return { ...canvas, size };
  const scale: Filter = { name: "scale", options: { w: size.width, h: size.height, flags: "bicubic" } };
  // The pixels are square from here on, whatever they were in the source.
  return { ...append(canvas, scale, { name: "setsar", options: { sar: 1 } }), size, pixels: size };
}

export const append = (canvas: Canvas, ...filters: Filter[]): Canvas =>
  filters.length === 0 ? canvas : { ...canvas, steps: [...canvas.steps, { filters }] };

/** Applies effects to what is shown at this point of the chain. */
export const withEffects = (canvas: Canvas, effects: readonly PictureEffect[], durationSeconds: Rational): Canvas =>
  effects.reduce((before, { filters, timed }) => {
    const shown = materialized(before);
    const step = { filters: filters({ ...shown.size, durationSeconds }), ...(timed && { timedFrom: 0 }) };
    return { ...shown, steps: [...shown.steps, step] };
  }, canvas);

/** What is cut from the front of the video is cut from the time line of its timed filters, too. */
export const startingLater = (canvas: Canvas, frames: number): Canvas => ({
  ...canvas,
  steps: canvas.steps.map((step) =>
    step.timedFrom === undefined ? step : { ...step, timedFrom: step.timedFrom + frames },
  ),
});

/** All filters, one after the other, over frames whose time stamps count on the time line that the steps count from. */
export const canvasFilters = (steps: readonly CanvasFilters[]): readonly Filter[] =>
  steps.flatMap(({ filters, timedFrom = 0 }) =>
    timedFrom === 0
      ? filters
      : [
          { name: "setpts", options: { expr: `PTS+(${timedFrom})` } },
          ...filters,
          { name: "setpts", options: { expr: `PTS-(${timedFrom})` } },
        ],
  );
