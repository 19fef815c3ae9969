/** The canvas: how big the picture is at a point of the chain, and the filters that have brought it there. */

import { type Edit, type Filter, type PictureFacts, Problem, type Rational, toNumber } from "#transformation";
import { convertedTo, finished, hasAlpha, type OutputColour, outputColour, resized } from "./colour.ts";
import { evenSize, type Size } from "./ladder.ts";
import type { LaidPicture, MixedSound } from "./laid.ts";
import { besideAlpha, onBlack, WITH_OPACITY } from "./opacity.ts";
import { area, yuvOf } from "./paint.ts";
import type { VideoTrack } from "./source.ts";

/** Filters, and for those that read the time: the output's first frame on the time line that they were meant for. */
export interface CanvasFilters {
  readonly filters: readonly Filter[];
  readonly timedFrom?: number;
  /** How many frames before those that are wanted they have to have seen. */
  readonly leadFrames?: number;
  /** A picture that is laid with what has come so far, instead of filters. */
  readonly laid?: LaidPicture;
}

/** What is done to the sound: as on the canvas, and other sound that is mixed in. */
export interface SoundFilters extends Omit<CanvasFilters, "laid"> {
  readonly mixed?: MixedSound;
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
  /** Where in the source's picture a place of this one lies; kept while places are chosen by what is seen there. */
  readonly view?: View;
  /** Whether the frames may be seen through; what nothing is laid under in the end is black there, where an output cannot. */
  readonly isSeenThrough: boolean;
}

/** From a place in a picture to the same one in another, both in shares of width and height. */
export type View = (across: number, down: number) => readonly [across: number, down: number];

/** A canvas that shows its picture in another way than before. */
export const viewedThrough = (canvas: Canvas, view: View): Canvas => {
  const { view: before } = canvas;
  return before ? { ...canvas, view: (across, down) => before(...view(across, down)) } : canvas;
};

/** The source upright, with square pixels; in a stream of another colour than its own it takes that on. */
export function canvasOf(track: VideoTrack, colour: OutputColour = outputColour(track)): Canvas {
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
    colour,
    decoded: track,
    isSeenThrough: hasAlpha(track),
  };
}

/**
 * Scales the frames to the size that the picture has, and brings them into the stream's colour: for whatever looks at them.
 * @throws Problem `conflicting-parameters` where the stream keeps a high dynamic range
 */
export function materialized(canvas: Canvas): Canvas {
  if (canvas.colour.range)
    throw new Problem(
      "conflicting-parameters",
      "Pictures of high dynamic range are only cut, turned by quarters and scaled. Without dr_high they are seen in the standard range, and all else can be done to them.",
      { parameter: "dr" },
    );
  const size = evenSize(canvas.size);
  const fits = size.width === canvas.pixels.width && size.height === canvas.pixels.height;
  const { decoded, ...others } = canvas;
  if (!decoded && fits) return { ...canvas, size };
  const filters = decoded
    ? convertedTo(canvas.colour, decoded, fits ? undefined : size)
    : [
        { name: "scale", options: { w: size.width, h: size.height, flags: "bicubic" } },
        ...(canvas.isSeenThrough ? [WITH_OPACITY] : []),
      ];
  // The pixels are square from here on, whatever they were in the source.
  return { ...append(others, ...filters, { name: "setsar", options: { sar: 1 } }), size, pixels: size };
}

/** Frames that have transparency, for what is about to give them some. */
export const seenThrough = (canvas: Canvas): Canvas => ({ ...append(canvas, WITH_OPACITY), isSeenThrough: true });

/** Black behind what can be seen through. */
export const flattened = (canvas: Canvas): Canvas =>
  canvas.isSeenThrough ? { ...append(canvas, ...onBlack), isSeenThrough: false } : canvas;

/** From a canvas's frames to those of an encoder, at a size; with their transparency where the encoder takes it. */
export function encoderFilters(
  { colour, decoded, isSeenThrough }: Canvas,
  size: Size | undefined,
  takesAlpha = false,
): readonly Filter[] {
  const converted = decoded ? convertedTo(colour, decoded, size) : resized(size);
  return isSeenThrough && takesAlpha
    ? [...converted, ...finished(colour, "yuva420p")]
    : [...converted, ...(isSeenThrough ? onBlack : []), ...finished(colour)];
}

export const append = (canvas: Canvas, ...filters: Filter[]): Canvas =>
  filters.length === 0 ? canvas : { ...canvas, steps: [...canvas.steps, { filters }] };

/** What effects may know of a part of a picture. */
export const factsOf = (
  { colour: coded }: Canvas,
  size: Size,
  { colour, durationSeconds }: Pick<PictureFacts, "colour" | "durationSeconds">,
): PictureFacts => ({
  ...size,
  durationSeconds,
  colour,
  levelsOf: (rgba) => yuvOf(rgba, coded),
  area: (rgba, areaSize) => area(rgba, areaSize, coded),
});

/** Applies effects to what is shown at this point of the chain. */
export const withEffects = (canvas: Canvas, { pictureEffects = [], colour }: Edit, durationSeconds: Rational): Canvas =>
  pictureEffects.reduce((before, { filters, timed, leadFrames }) => {
    const shown = materialized(before);
    const drawn = filters(factsOf(shown, shown.size, { colour, durationSeconds }));
    const step = {
      filters: shown.isSeenThrough ? besideAlpha(drawn) : drawn,
      ...(timed && { timedFrom: 0 }),
      ...(leadFrames !== undefined && { leadFrames }),
    };
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
