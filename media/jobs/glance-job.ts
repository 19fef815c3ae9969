/** Jobs for a glance: small pictures of a few moments, for the origin to look at. */

import { rational, roundProduct } from "#transformation";
import { canvasOf } from "../canvas.ts";
import type { PictureFormat } from "../formats/pictures.ts";
import type { SeenSize } from "../glance/looking.ts";
import { momentsOf } from "../glance/moments.ts";
import { evenSize } from "../ladder.ts";
import { planDelivery } from "../plan.ts";
import type { Source } from "../source.ts";
import type { JobContext } from "./job.ts";
import { stillParts } from "./picture-parts.ts";
import type { WholeParts } from "./whole-job.ts";

/** Pictures of one moment, one behind the other, row by row, red, green and blue. */
export interface GlanceMoment {
  readonly frame: number;
  /** How many pictures; the first and the last are compared. */
  readonly frames: number;
  readonly parts: WholeParts;
}

export interface GlanceJob extends JobContext {
  readonly kind: "glance";
  readonly size: SeenSize;
  readonly moments: readonly GlanceMoment[];
}

/** Bars are measured to a line of this many; what draws the eye needs fewer. */
const LONGEST_SIDE = 480;

/** What moves is told by pictures this far apart. */
const MOTION_SECONDS = rational(1, 10);

const PIXELS: PictureFormat = {
  kind: "still",
  mediaType: "application/octet-stream",
  pixelFormat: "rgb24",
  range: "pc",
  options: () => [["-c:v", "rawvideo"]],
  muxer: [["-f", "rawvideo"]],
};

/** The job that looks at a source; undefined where there is nothing to be seen. */
export function glanceJob(source: Source, context: JobContext): GlanceJob | undefined {
  const { video } = source;
  if (!video) return undefined;
  const plan = planDelivery([], source);
  const { frames, frameRate } = plan.grid;
  const canvas = canvasOf(video);
  const shown = { width: Math.round(canvas.size.width), height: Math.round(canvas.size.height) };
  const factor = Math.min(1, LONGEST_SIDE / Math.max(shown.width, shown.height));
  const size = evenSize({ width: shown.width * factor, height: shown.height * factor });
  const small = { ...plan, canvas: { ...canvas, size } };
  const span = 1 + Math.max(1, roundProduct(MOTION_SECONDS, frameRate));
  return {
    kind: "glance",
    ...context,
    size: { ...size, shownWidth: shown.width, shownHeight: shown.height },
    moments: momentsOf(frames, frameRate, video).map((frame) => {
      const count = Math.min(span, frames - frame);
      return { frame, frames: count, parts: stillParts(small, PIXELS, { start: frame, frames: count }) };
    }),
  };
}
