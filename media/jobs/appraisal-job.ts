/** Jobs for an appraisal: moments of a source, what they are encoded with on trial, and how small they may be shown. */

import type { Filter, Rational, VideoCodecName } from "#transformation";
import { detailStarts, trialFactors, trialSizes, trialStarts } from "../appraisal/trials.ts";
import { encoderFilters } from "../canvas.ts";
import { makes } from "../codec-tuning.ts";
import { type Option, VIDEO_CODECS } from "../codecs.ts";
import { finished, resized } from "../colour.ts";
import { videoTiming } from "../grid.ts";
import { evenSize, isSameSize, rungsFor, type Size } from "../ladder.ts";
import { type DeliveryPlan, planDelivery } from "../plan.ts";
import { rungStream } from "../renditions.ts";
import type { Source, VideoTrack } from "../source.ts";
import type { JobContext } from "./job.ts";
import { pictures } from "./pictures.ts";
import type { WholeParts } from "./whole-job.ts";

/** An encode of all moments, one behind the other. */
export interface TrialEncode extends Size {
  readonly codec: VideoCodecName;
  readonly rateFactor: number;
  /** From the moments as they were kept to what the encoder takes. */
  readonly filters: readonly Filter[];
  readonly encoder: readonly Option[];
}

/** A picture of the source, and beneath it the same as it comes back from the size of each rung: grey, row by row. */
export interface DetailPictures extends Size {
  readonly lines: readonly number[];
  readonly moments: readonly WholeParts[];
}

export interface AppraisalJob extends JobContext {
  readonly kind: "appraisal";
  readonly frameRate: Rational;
  readonly timescale: number;
  readonly gopFrames: number;
  /** Each without loss, to be put one behind the other. */
  readonly moments: readonly WholeParts[];
  readonly trials: readonly TrialEncode[];
  /** Absent where no rung is smaller than the source. */
  readonly detail?: DetailPictures;
}

/** What can be put one behind the other, and read again: H.264 without loss, without a container. */
const KEPT: { readonly encoder: readonly Option[]; readonly muxer: readonly Option[] } = {
  encoder: [
    ["-c:v", "libx264"],
    // Lossless.
    ["-qp", "0"],
    // Size is no matter; no pictures are reordered either.
    ["-preset", "ultrafast"],
    ["-threads", "1"],
  ],
  muxer: [["-f", "h264"]],
};

const GREY: { readonly encoder: readonly Option[]; readonly muxer: readonly Option[] } = {
  encoder: [
    ["-frames:v", "1"],
    ["-c:v", "rawvideo"],
  ],
  muxer: [["-f", "rawvideo"]],
};

type Kept = typeof KEPT;

function momentParts(
  plan: DeliveryPlan,
  track: VideoTrack,
  span: { start: number; frames: number },
  { encoder, muxer }: Kept,
  filters: readonly Filter[],
): WholeParts {
  const { inputs, ...reading } = pictures(plan, track, span);
  return {
    inputs,
    video: { ...reading, filters: [...reading.filters, ...filters], encoder },
    muxer,
    needsFile: false,
  };
}

/** Trials at a size; the moments are kept at `kept`. */
function trialsAt(
  plan: DeliveryPlan,
  size: Size,
  kept: Size,
  codecs: readonly VideoCodecName[],
): readonly TrialEncode[] {
  return codecs.flatMap((codec) => {
    const stream = rungStream(plan, size, codec);
    if (!stream || !makes(codec, stream)) return [];
    return trialFactors(codec).map((rateFactor) => ({
      ...size,
      codec,
      rateFactor,
      filters: [...resized(isSameSize(size, kept) ? undefined : size), ...finished(stream.colour)],
      encoder: VIDEO_CODECS[codec].options({ ...stream, rateFactor }),
    }));
  });
}

/** Larger pictures have rungs enough that show less than they do. */
const LARGEST_DETAIL_SIDE = 4096;

function detailOf(plan: DeliveryPlan, track: VideoTrack): DetailPictures | undefined {
  const { canvas } = plan;
  if (!canvas || Math.max(canvas.size.width, canvas.size.height) > LARGEST_DETAIL_SIDE) return undefined;
  const own = evenSize(canvas.size);
  const smaller = rungsFor(canvas.size).filter(({ size }) => size.width < own.width);
  if (smaller.length === 0) return undefined;
  const filters: readonly Filter[] = [
    ...encoderFilters(canvas, own),
    {
      name: "vstack",
      options: { inputs: smaller.length + 1 },
      inputs: [{ filters: [] }, ...smaller.map(({ size }) => ({ filters: [...resized(size), ...resized(own)] }))],
    },
    { name: "format", options: { pix_fmts: "gray" } },
  ];
  return {
    ...own,
    lines: smaller.map(({ rung }) => rung.lines),
    moments: detailStarts(plan.grid).map((start) => momentParts(plan, track, { start, frames: 1 }, GREY, filters)),
  };
}

/**
 * The job that appraises a source; undefined where there is nothing to be seen.
 * @param codecs those that the origin makes
 */
export function appraisalJob(
  source: Source,
  codecs: readonly VideoCodecName[],
  context: JobContext,
): AppraisalJob | undefined {
  const plan = planDelivery([], source);
  const { canvas, grid } = plan;
  if (!source.video || !canvas) return undefined;
  const { video } = source;
  const sizes = trialSizes(rungsFor(canvas.size));
  const [kept] = sizes;
  if (!kept) return undefined;
  const detail = detailOf(plan, video);
  return {
    kind: "appraisal",
    ...context,
    frameRate: grid.frameRate,
    timescale: videoTiming(grid.frameRate).timescale,
    gopFrames: grid.gopFrames,
    moments: trialStarts(grid, grid.gopFrames).map((start) => {
      const frames = Math.min(grid.gopFrames, grid.frames - start);
      return momentParts(plan, video, { start, frames }, KEPT, encoderFilters(canvas, kept));
    }),
    trials: sizes.flatMap((size) => trialsAt(plan, size, kept, codecs)),
    ...(detail && { detail }),
  };
}
