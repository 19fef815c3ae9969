/** The job that makes one sheet of a storyboard: each of its tiles is found and decoded by itself. */

import { type Filter, Problem } from "#transformation";
import { FORMATS } from "../formats/index.ts";
import type { DeliveryPlan } from "../plan.ts";
import { placeOnSheet, storyboardOf, tileFrame, tilesOn } from "../storyboard.ts";
import type { JobContext } from "./job.ts";
import { converted, qualityOf } from "./picture-parts.ts";
import { pictures } from "./pictures.ts";
import { followedBy, joinedBy, type Reading, readInTurn } from "./reading.ts";
import type { WholeJob } from "./whole-job.ts";

/** A sheet waits for one frame of each tile, wherever in the film that was: they are all shown at once. */
const AT_ONCE: Filter = { name: "setpts", options: { expr: 0 } };

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
  const readings = readInTurn(tiles, 0, (number, firstInput) => {
    const span = { start: tileFrame(plan, storyboard, number), frames: 1 };
    const reading = pictures(plan, video, span, firstInput);
    return followedBy(reading, ...converted(plan, format, storyboard.tile), AT_ONCE);
  });
  const [first] = readings;
  if (!first) return undefined;
  const places = tiles.map((number) => placeOnSheet(storyboard, number));
  const { inputs, ...stream } = readings.length === 1 ? first : sideBySide(readings, places);
  return {
    kind: "whole",
    ...context,
    // A decoder of its own for every tile, for a few pictures: threads would only wait for more of them, and hold memory.
    inputs: inputs.map((input) => ({ ...input, decoderThreads: 1 })),
    video: { ...stream, encoder: [["-frames:v", "1"], ...format.options(qualityOf(plan))] },
    muxer: format.muxer,
    needsFile: format.needsFile ?? false,
    mediaType: format.mediaType,
  };
}

/** Nothing comes where a tile is missing, so that none ever stands in the place of another. */
const sideBySide = (readings: readonly Reading[], places: readonly { x: number; y: number }[]): Reading =>
  joinedBy(
    {
      name: "xstack",
      options: { inputs: readings.length, layout: places.map(({ x, y }) => `${x}_${y}`).join("|"), fill: "black" },
    },
    readings,
  );
