/** The job that makes one sheet of a storyboard: what lies between its tiles' moments is not decoded where it can be skipped. */

import { type Filter, Problem, rational, roundProduct } from "#transformation";
import { FORMATS } from "../formats/index.ts";
import { secondsOf } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import { videoSeeks } from "../seek.ts";
import type { VideoTrack } from "../source.ts";
import { placeOnSheet, type Storyboard, storyboardOf, tileFrame, tilesOn } from "../storyboard.ts";
import { plainPart } from "../timeline.ts";
import type { JobContext } from "./job.ts";
import { converted, percentOf } from "./picture-parts.ts";
import { pictures } from "./pictures.ts";
import { followedBy, joinedBy, type Reading, readInTurn } from "./reading.ts";
import type { WholeJob } from "./whole-job.ts";

type StillFormat = Parameters<typeof converted>[1];

/**
 * @returns undefined where the storyboard has no such sheet
 * @throws Problem `no-picture`, `unsupported-format` for what holds no picture
 */
export function sheetJob(
  plan: DeliveryPlan,
  extension: string,
  sheet: number,
  context: JobContext,
): WholeJob | undefined {
  const format = FORMATS[extension];
  const { video } = plan.source;
  if (format?.kind !== "still" || !video)
    throw new Problem("unsupported-format", `.${extension} is no sheet of a storyboard.`, { parameter: "f" });
  const storyboard = storyboardOf(plan);
  const tiles = tilesOn(storyboard, sheet);
  if (tiles.length === 0) return undefined;
  const frames = tiles.map((number) => tileFrame(plan, storyboard, number));
  const { inputs, ...stream } = followedBy(
    together(readInTurn(runsOf(plan, video, frames), 0, (run, input) => readRun(plan, video, run, input))),
    ...sideBySide(plan, format, storyboard, frames),
  );
  return {
    kind: "whole",
    ...context,
    inputs,
    video: { ...stream, encoder: [["-frames:v", "1"], ...format.options(percentOf(plan))] },
    muxer: format.muxer,
    needsFile: format.needsFile ?? false,
    isHeavy: true,
    mediaType: format.mediaType,
  };
}

/** Frames that are decoded from the same key picture on are read in one run, or all before the last were decoded again. */
function runsOf(plan: DeliveryPlan, video: VideoTrack, frames: readonly number[]): readonly (readonly number[])[] {
  const part = plainPart(plan.timeline);
  const { frameRate } = plan.timeline;
  const startOf = (frame: number): string =>
    part ? String(videoSeeks(plan.source, video, part.from + frame, frameRate)[0]) : `frame ${frame}`;
  return [...Map.groupBy(frames, startOf).values()];
}

function readRun(plan: DeliveryPlan, video: VideoTrack, run: readonly number[], firstInput: number): Reading {
  const [first = 0, last = first] = [run[0], run.at(-1)];
  const isLone = first === last;
  const span = { start: first, frames: last - first + 1, ...(!isLone && { only: run }) };
  const { inputs, ...reading } = pictures(plan, video, span, firstInput);
  // Threads of a decoder that gives one picture would only wait for more of them, and hold memory.
  return { ...reading, inputs: isLone ? inputs.map((input) => ({ ...input, decoderThreads: 1 })) : inputs };
}

/** The frames of several runs, in microseconds of the film. */
function together(runs: readonly Reading[]): Reading {
  const [run, second] = runs;
  return run && !second
    ? followedBy(run, { name: "settb", options: { expr: "AVTB" } })
    : joinedBy({ name: "interleave", options: { n: runs.length } }, runs);
}

/**
 * Each frame in its place. A sheet waits for all of its tiles: where one is missing nothing comes, so that none ever stands
 * in the place of another.
 */
function sideBySide(
  plan: DeliveryPlan,
  format: StillFormat,
  storyboard: Storyboard,
  frames: readonly number[],
): readonly Filter[] {
  const tiles = frames.map((frame): readonly Filter[] => {
    const at = roundProduct(secondsOf(frame, plan.grid.frameRate), rational(1_000_000));
    return [
      // To the microsecond next to it, on either side.
      { name: "trim", options: { start_pts: at - 1, end_pts: at + 2 } },
      ...converted(plan, format, storyboard.tile),
      // All are shown at once, wherever in the film they were.
      { name: "setpts", options: { expr: 0 } },
    ];
  });
  const [tile = [], second] = tiles;
  if (!second) return tile;
  const places = frames.map((_, index) => placeOnSheet(storyboard, index));
  const layout = places.map(({ x, y }) => `${x}_${y}`).join("|");
  return [
    {
      name: "xstack",
      options: { inputs: tiles.length, layout, fill: "black" },
      inputs: tiles.map((filters) => ({ filters })),
    },
  ];
}
