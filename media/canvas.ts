/** The canvas: how big the picture is at a point of the chain, and the filters that have brought it there. */

import { type Filter, type Laying, type PictureEffect, type Rational, toNumber } from "#transformation";
import { convertedTo, finished, hasAlpha, type OutputColour, outputColour, tags } from "./colour.ts";
import { evenSize, type Size } from "./ladder.ts";
import { area } from "./paint.ts";
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
  /** What the stream is coded in: all that is drawn or laid takes it on. */
  readonly colour: OutputColour;
  /**
   * The track whose frames are still as its decoder gives them: of any depth, range and colour. Absent once they are
   * 8-bit 4:2:0 in `colour`, which is what effects and layers work on.
   */
  readonly decoded?: VideoTrack;
  /** Transparency: `lost` where nothing lies beneath, `kept` for a layer, whose frames have it once it is `present`. */
  readonly alpha: "lost" | "kept" | "present";
}

interface CanvasOptions {
  /** The track's own without. */
  readonly colour?: OutputColour | undefined;
  readonly isLayer?: boolean;
}

/** The source upright, with square pixels. */
export function canvasOf(track: VideoTrack, { colour, isLayer = false }: CanvasOptions = {}): Canvas {
  const aspect = toNumber(track.sampleAspect);
  const quarter = track.rotation % 180 !== 0;
  const coded = { width: track.width, height: track.height };
  const shown =
    aspect === 1 ? coded : { width: Math.max(2, 2 * Math.round((track.width * aspect) / 2)), height: track.height };
  const turned = ({ width, height }: Size): Size => (quarter ? { width: height, height: width } : { width, height });
  return {
    size: turned(shown),
    pixels: turned(coded),
    steps: [],
    sourceRotation: track.rotation,
    colour: colour ?? outputColour(track),
    decoded: track,
    alpha: isLayer ? "kept" : "lost",
  };
}

/** Scales the frames to the size that the picture has, and brings them into the stream's colour: for whatever looks at them. */
export function materialized(canvas: Canvas): Canvas {
  const size = evenSize(canvas.size);
  const fits = size.width === canvas.pixels.width && size.height === canvas.pixels.height;
  const { decoded, ...others } = canvas;
  if (!decoded && fits) return { ...canvas, size };
  const isSeenThrough = decoded !== undefined && canvas.alpha === "kept" && hasAlpha(decoded);
  const filters = decoded
    ? convertedTo(canvas.colour, decoded, { size: fits ? undefined : size, keepsAlpha: isSeenThrough })
    : [{ name: "scale", options: { w: size.width, h: size.height, flags: "bicubic" } }];
  // The pixels are square from here on, whatever they were in the source.
  const shown = { ...append(others, ...filters, { name: "setsar", options: { sar: 1 } }), size, pixels: size };
  return isSeenThrough ? { ...shown, alpha: "present" } : shown;
}

/** Frames that may be seen through, where the picture is a layer. */
export const seenThrough = (canvas: Canvas): Canvas =>
  canvas.alpha === "kept"
    ? { ...append(canvas, { name: "format", options: { pix_fmts: "yuva420p" } }), alpha: "present" }
    : canvas;

/** From a canvas's frames to those of an encoder, at a size. */
export const encoderFilters = ({ colour, decoded }: Canvas, size: Size | undefined): readonly Filter[] =>
  decoded ? [...convertedTo(colour, decoded, { size }), ...tags(colour)] : finished(colour, size);

export const append = (canvas: Canvas, ...filters: Filter[]): Canvas =>
  filters.length === 0 ? canvas : { ...canvas, steps: [...canvas.steps, { filters }] };

/** Filters on the colours of a picture alone: most know of no transparency, and would drop it. */
const besideAlpha = (filters: readonly Filter[]): readonly Filter[] => [
  {
    name: "alphamerge",
    inputs: [
      { filters: [{ name: "format", options: { pix_fmts: "yuv420p" } }, ...filters] },
      { filters: [{ name: "alphaextract" }] },
    ],
  },
];

/** Applies effects to what is shown at this point of the chain. */
export const withEffects = (canvas: Canvas, effects: readonly PictureEffect[], durationSeconds: Rational): Canvas =>
  effects.reduce((before, { filters, timed }) => {
    const shown = materialized(before);
    const drawn = filters({
      ...shown.size,
      durationSeconds,
      area: (rgba, size) => area(rgba, size, shown.colour),
    });
    const step = { filters: shown.alpha === "present" ? besideAlpha(drawn) : drawn, ...(timed && { timedFrom: 0 }) };
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
