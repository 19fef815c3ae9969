/** Jobs for objects that are delivered in one piece: clips, sound, stills and animated pictures of bounded length. */

import { type InputStream, Problem } from "#transformation";
import type { Option } from "../codecs.ts";
import { fileFormat, formatNamed } from "../formats/index.ts";
import type { DeliveryPlan } from "../plan.ts";
import { clipCodec, clipParts, soundParts } from "./clip-parts.ts";
import type { Filtered, JobContext, JobInput, JobSource } from "./job.ts";
import { animationParts, stillParts } from "./picture-parts.ts";

export interface WholeStream extends Filtered {
  readonly encoder: readonly Option[];
}

/** What makes a file of one format. */
export interface WholeParts {
  readonly inputs: readonly JobInput[];
  readonly video?: WholeStream;
  readonly audio?: WholeStream;
  /** A track of subtitles. */
  readonly text?: { readonly stream: InputStream; readonly encoder: readonly Option[] };
  readonly muxer: readonly Option[];
  /** Whether the muxer must seek in its output, so that it cannot go through a pipe. */
  readonly needsFile: boolean;
  /** It costs as much as a segment, though no more than a picture comes of it. */
  readonly isHeavy?: boolean;
}

/** A job whose output is one whole file. */
export interface WholeJob extends WholeParts {
  readonly kind: "whole";
  readonly recipe: string;
  readonly key: string;
  readonly source: JobSource;
  readonly layers?: readonly JobSource[];
  readonly mediaType: string;
}

const notDelivered = (extension: string): Problem =>
  new Problem("unsupported-format", `.${extension} is no file that is delivered.`, { parameter: "f" });

/**
 * The name of a file among an asset's renditions: `still-jpg`, `clip-h264`, `sound-mp3`, `animation-gif`.
 * @throws Problem `unsupported-format`, `unsupported-parameter` where no such file can be had
 */
export function wholeRenditionId(plan: DeliveryPlan, extension: string): string {
  const format = fileFormat(extension, plan.encoding);
  if (!format) throw notDelivered(extension);
  if (format.kind !== "sound") checkRange(plan, extension);
  return `${format.kind}-${format.kind === "clip" ? clipCodec(plan, format.video, extension) : formatNamed(extension)}`;
}

/** @throws Problem `unsupported-parameter` for pictures whose high dynamic range no file keeps */
function checkRange({ canvas }: DeliveryPlan, extension: string): void {
  if (canvas?.colour.range)
    throw new Problem("unsupported-parameter", `dr_high is for streams; leave it out for .${extension}.`, {
      parameter: "dr",
    });
}

/** What makes a file; throws the Problems of its kind: `clip-too-long`, `no-picture`, `no-sound`, `unsupported-format`. */
export function wholeParts(plan: DeliveryPlan, extension: string): WholeParts & { readonly mediaType: string } {
  const format = fileFormat(extension, plan.encoding);
  switch (format?.kind) {
    case "clip":
      return bounded(clipParts(plan, format, extension), format.mediaType);
    case "sound":
      return bounded(soundParts(plan, format, extension), format.mediaType);
    case "still":
      return bounded(stillParts(plan, format), format.mediaType);
    case "animation":
      return bounded(animationParts(plan, format), format.mediaType);
    default:
      throw notDelivered(extension);
  }
}

/** Each is opened at the same time. */
const MAX_INPUTS = 64;

function bounded(parts: WholeParts, mediaType: string): WholeParts & { readonly mediaType: string } {
  if (parts.inputs.length > MAX_INPUTS)
    throw new Problem(
      "clip-too-long",
      `A file in one piece is put together of ${MAX_INPUTS} parts and texts at most; cut it with so_, eo_ or du_, or stream it as .m3u8.`,
      { parameter: "du" },
    );
  return { ...parts, mediaType };
}

/** The job for a file; throws what `wholeParts` throws. */
export const wholeJob = (plan: DeliveryPlan, extension: string, context: JobContext): WholeJob => ({
  kind: "whole",
  ...context,
  ...wholeParts(plan, extension),
});
