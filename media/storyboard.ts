/** Storyboards: which moments of a film are shown as tiles, on which sheets, and where on them. */

import {
  canonicalTransformation,
  ceil,
  compare,
  divide,
  editStep,
  floor,
  multiply,
  ONE,
  Problem,
  type Rational,
  rational,
  type Transformation,
  toNumber,
} from "#transformation";
import { secondsOf } from "./grid.ts";
import { evenSize, type Size } from "./ladder.ts";
import type { DeliveryPlan } from "./plan.ts";
import { openingsOf } from "./programme.ts";
import { keyFrameWithin } from "./seek.ts";
import { plainPart } from "./timeline.ts";

export interface Storyboard {
  readonly tile: Size;
  readonly tiles: number;
  /** Frames from one tile to the next: each stands for the time until then. */
  readonly interval: Rational;
  /** So many tiles lie side by side on a sheet, and so many beneath each other. */
  readonly side: number;
  readonly sheets: number;
}

/** Where the URL names no size, and the longest side where it does. */
const USUAL_WIDTH = 160;
const LONGEST_SIDE = 480;

/** Whether the chain itself names a size: one within a layer says nothing of the picture. */
const isSized = ({ keys }: DeliveryPlan): boolean =>
  keys.picture.some((step) => step.kind === "edit" && Boolean(step.component.width || step.component.height));

/** The transformation's own picture, made smaller as far as a tile has to be. */
function tileOf(plan: DeliveryPlan): Size {
  if (!plan.canvas)
    throw new Problem("no-picture", "There is no picture in this audio file.", { parameter: "fl_sprite" });
  if (plan.canvas.colour.range)
    throw new Problem("unsupported-parameter", "dr_high is for streams; leave it out for a storyboard.", {
      parameter: "dr",
    });
  const { width, height } = plan.canvas.size;
  const widest = isSized(plan) ? LONGEST_SIDE : USUAL_WIDTH;
  const factor = Math.min(1, widest / width, LONGEST_SIDE / height);
  return evenSize({ width: width * factor, height: height * factor });
}

/** Seconds between tiles where `vs_` says nothing: the first that gives no more tiles than usual. */
const USUAL_INTERVALS = [1, 2, 5, 10, 20, 30, 60, 120, 300] as const;
const USUAL_TILES = 200;
const MOST_TILES = 1000;

function usualSeconds({ grid }: DeliveryPlan): number {
  const seconds = toNumber(secondsOf(grid.frames, grid.frameRate));
  return USUAL_INTERVALS.find((interval) => seconds <= interval * USUAL_TILES) ?? Math.ceil(seconds / USUAL_TILES);
}

/** Frames between tiles. */
function intervalOf(plan: DeliveryPlan): Rational {
  const { grid, encoding } = plan;
  const { sampling = { everySeconds: rational(usualSeconds(plan)) } } = encoding;
  return "pictures" in sampling
    ? rational(grid.frames, sampling.pictures)
    : multiply(sampling.everySeconds, grid.frameRate);
}

const MOST_ON_A_SIDE = 5;

/**
 * A sheet is one ffmpeg run that has all of its tiles' moments open at once. A decoder holds about eight frames and a few
 * megabytes more (measured: 25 of 1080p take 760 MB), of 4K so much that fewer tiles go on a sheet.
 */
const SHEET_BYTES = 2 ** 30;
const FRAMES_HELD = 8;
const DECODER_BYTES = 6 * 2 ** 20;

function sideOf(plan: DeliveryPlan): number {
  const { width, height, bitDepth } = plan.source.video ?? { width: 0, height: 0, bitDepth: 8 };
  const tileBytes = openingsOf(plan) * (FRAMES_HELD * width * height * (bitDepth > 8 ? 3 : 1.5) + DECODER_BYTES);
  return Math.max(1, Math.min(MOST_ON_A_SIDE, Math.floor(Math.sqrt(SHEET_BYTES / tileBytes))));
}

/** @throws Problem `no-picture`, `conflicting-parameters`, and `invalid-value` for more tiles than an index holds */
export function storyboardOf(plan: DeliveryPlan): Storyboard {
  if (plan.encoding.isWaveform)
    throw new Problem("conflicting-parameters", "A drawing of sound is one picture, and has no storyboard.", {
      parameter: "fl_sprite",
    });
  const storyboard = withInterval(plan, intervalOf(plan));
  const { tiles } = storyboard;
  if (tiles > MOST_TILES)
    throw new Problem("invalid-value", `A storyboard has ${MOST_TILES} tiles at most; this one would have ${tiles}.`, {
      parameter: "vs",
      expected: `at most ${MOST_TILES} tiles`,
    });
  return storyboard;
}

function withInterval(plan: DeliveryPlan, asked: Rational): Storyboard {
  // A frame is not shown twice.
  const interval = compare(asked, ONE) < 0 ? ONE : asked;
  const tiles = ceil(divide(rational(plan.grid.frames), interval));
  const side = sideOf(plan);
  return { tile: tileOf(plan), tiles, interval, side, sheets: Math.ceil(tiles / (side * side)) };
}

/** The name of the sheets among an asset's renditions. */
export const storyboardId = (extension: string): string => `storyboard-${extension}`;

/**
 * A storyboard that one sheet has room for, and what the address of that holds of the transformation: as many tiles as
 * there is room for, where `vs_` says nothing.
 * @throws Problem `invalid-value` where the tiles that are asked for do not fit
 */
export function onOneSheet(plan: DeliveryPlan): { readonly storyboard: Storyboard; readonly key: Transformation } {
  const storyboard = storyboardOf(plan);
  if (storyboard.sheets === 1) return { storyboard, key: plan.keys.picture };
  const most = storyboard.side ** 2;
  if (plan.encoding.sampling)
    throw new Problem(
      "invalid-value",
      `One sheet holds ${most} tiles here; ask for .vtt or .json, which name as many sheets as it takes.`,
      { parameter: "vs", expected: `at most ${most} tiles`, nearest: `vs_${most}` },
    );
  return {
    storyboard: withInterval(plan, rational(plan.grid.frames, most)),
    key: canonicalTransformation([...plan.keys.picture, editStep({ samplingRate: { pictures: most } })]),
  };
}

/** How large a sheet with so many tiles is. */
export const sheetSize = ({ tile, side }: Storyboard, tiles: number): Size => ({
  width: Math.min(side, tiles) * tile.width,
  height: Math.ceil(tiles / side) * tile.height,
});

/** The tiles of a sheet, by their numbers; none where there is no such sheet. */
export function tilesOn({ tiles, side }: Storyboard, sheet: number): readonly number[] {
  const first = sheet * side * side;
  return Array.from({ length: Math.max(0, Math.min(side * side, tiles - first)) }, (_, index) => first + index);
}

/** Where on its sheet a tile lies, in pixels from the left and the top. */
export function placeOnSheet({ tile, side }: Storyboard, number: number) {
  const index = number % (side * side);
  return { x: (index % side) * tile.width, y: Math.floor(index / side) * tile.height };
}

/** The sheet that a tile lies on. */
export const sheetOf = ({ side }: Storyboard, number: number): number => Math.floor(number / (side * side));

/** The frame with which a tile's time begins; of the number behind the last one, the film's end. */
export const tileStart = (plan: DeliveryPlan, { interval }: Storyboard, number: number): number =>
  Math.min(plan.grid.frames, floor(multiply(interval, rational(number))));

/**
 * The frame that a tile shows: the first key picture in its time, else the picture with which that begins. A key picture
 * is decoded alone (25 tiles of 1080p: 0.6 s of CPU instead of 6 s, measured), and is what the tile says it is: a picture
 * of its time, whose moment the index names.
 */
export function tileFrame(plan: DeliveryPlan, storyboard: Storyboard, number: number): number {
  const [from, to] = [tileStart(plan, storyboard, number), tileStart(plan, storyboard, number + 1)];
  const part = plainPart(plan.timeline);
  const { video } = plan.source;
  if (!part || !video) return from;
  const key = keyFrameWithin(video, plan.timeline.frameRate, part.from + from, part.from + to);
  return key === undefined ? from : key - part.from;
}
