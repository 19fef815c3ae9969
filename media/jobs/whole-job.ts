/** Jobs for objects that are delivered in one piece: stills and clips of bounded length. */

import { type Filter, Problem, toNumber } from "#transformation";
import { AUDIO_CODECS, type Option, qualityPercent, VIDEO_CODECS } from "../codecs.ts";
import { colourFilters, outputColour } from "../colour.ts";
import { FORMATS } from "../formats/index.ts";
import { sampleAt, secondsOf } from "../grid.ts";
import { type DeliveryPlan, plainPartOf } from "../plan.ts";
import { audioRenditions, fullRenditions } from "../renditions.ts";
import { earlierSeek } from "../seek.ts";
import { videoTiming } from "./frame-filters.ts";
import type { Filtered, JobContext, JobInput, JobSource } from "./job.ts";
import { pictures } from "./pictures.ts";
import { sounds } from "./sounds.ts";

interface WholeStream extends Filtered {
  readonly encoder: readonly Option[];
}

/** A job whose output is one whole file. */
export interface WholeJob {
  readonly kind: "whole";
  readonly recipe: string;
  readonly key: string;
  readonly source: JobSource;
  readonly inputs: readonly JobInput[];
  readonly video?: WholeStream;
  readonly audio?: WholeStream;
  readonly muxer: readonly Option[];
  readonly mediaType: string;
  /** Whether the muxer must seek in its output, so that it cannot go through a pipe. */
  readonly needsFile: boolean;
}

/** Longer ones are for `.m3u8`: a clip is made whole before its first byte leaves. */
export const MAX_CLIP_SECONDS = 60;

/** The name of a still or clip among an asset's renditions: `still-jpg`, `clip-h264`. */
export function wholeRenditionId(plan: DeliveryPlan, format: string): string {
  return FORMATS[format]?.kind === "clip" ? `clip-${clipCodec(plan)}` : `still-${format}`;
}

/** What any player of an MP4 has; another codec only where the URL asks for it. */
const clipCodec = (plan: DeliveryPlan) =>
  plan.encoding.videoCodec === "h265" || plan.encoding.videoCodec === "av1" ? plan.encoding.videoCodec : "h264";

/** The job for a still: the picture at the start of what the transformation keeps. */
export function stillJob(plan: DeliveryPlan, formatName: string, context: JobContext): WholeJob {
  const format = FORMATS[formatName];
  const { video } = plan.source;
  if (format?.kind !== "still")
    throw new Problem("unsupported-format", `${formatName} is no picture format.`, { parameter: "f" });
  if (!video || !plan.canvas)
    throw new Problem("no-picture", "There is no picture in this audio file.", { parameter: "f" });
  const { inputs, ...reading } = pictures(plan, video, { start: 0, frames: 1 });
  const size = { width: Math.round(plan.canvas.size.width), height: Math.round(plan.canvas.size.height) };
  const convert: Filter = {
    name: "scale",
    options: {
      in_color_matrix: outputColour(video).matrix,
      out_color_matrix: "bt601",
      in_range: "tv",
      out_range: format.range,
    },
  };
  return {
    kind: "whole",
    ...context,
    inputs,
    video: {
      ...reading,
      filters: [
        ...reading.filters,
        ...colourFilters(video, size),
        convert,
        { name: "format", options: { pix_fmts: format.pixelFormat } },
      ],
      encoder: [["-frames:v", "1"], ...format.options(qualityPercent(plan.encoding.quality ?? { auto: "good" }))],
    },
    muxer: format.muxer,
    mediaType: format.mediaType,
    needsFile: false,
  };
}

/** The job for a clip; throws `clip-too-long` beyond the bound, naming what shortens it. */
export function clipJob(plan: DeliveryPlan, formatName: string, context: JobContext): WholeJob {
  const format = FORMATS[formatName];
  if (format?.kind !== "clip")
    throw new Problem("unsupported-format", `${formatName} holds no clip.`, { parameter: "f" });
  const seconds = toNumber(secondsOf(plan.grid.frames, plan.grid.frameRate));
  if (seconds > MAX_CLIP_SECONDS) {
    throw new Problem(
      "clip-too-long",
      `A .${formatName} may last ${MAX_CLIP_SECONDS} s; this would last ${seconds.toFixed(1)} s. Cut it with so_, eo_ or du_, or stream it as .m3u8.`,
      { parameter: "du", expected: `at most ${MAX_CLIP_SECONDS} seconds` },
    );
  }
  const picture = clipVideo(plan);
  // Of one part of the source picture and sound are read together, of several each by itself.
  const isOnePart = plainPartOf(plan) !== undefined;
  const sound = clipAudio(plan, isOnePart ? 0 : (picture?.inputs.length ?? 0));
  const inputs = [...(picture?.inputs ?? []), ...(sound?.inputs ?? [])];
  if (inputs.length > MAX_CLIP_INPUTS) {
    throw new Problem(
      "clip-too-long",
      `A .${formatName} is put together of ${MAX_CLIP_INPUTS} parts at most; stream it as .m3u8.`,
      { parameter: "e_loop" },
    );
  }
  return {
    kind: "whole",
    ...context,
    inputs: isOnePart ? [earliest(inputs)] : inputs,
    ...(picture && { video: picture.stream }),
    ...(sound && { audio: sound.stream }),
    muxer: format.muxer,
    mediaType: format.mediaType,
    needsFile: true,
  };
}

/** Each is opened at the same time. */
const MAX_CLIP_INPUTS = 64;

function earliest(inputs: readonly JobInput[]): JobInput {
  const nearest = inputs.map(({ seeks }) => seeks[0] ?? null).reduce(earlierSeek);
  return { seeks: nearest === null ? [null] : [nearest, null] };
}

interface StreamReading {
  readonly inputs: readonly JobInput[];
  readonly stream: WholeStream;
}

function clipVideo(plan: DeliveryPlan): StreamReading | undefined {
  const { video } = plan.source;
  const rendition = fullRenditions(plan).find(({ codec }) => codec === clipCodec(plan));
  if (!video || !plan.canvas || !rendition) return undefined;
  const { inputs, ...reading } = pictures(plan, video, { start: 0, frames: plan.grid.frames });
  const timescale: Option = ["-video_track_timescale", String(videoTiming(plan.grid.frameRate).timescale)];
  const filters = [...reading.filters, ...colourFilters(video, rendition.stream)];
  const encoder = [...VIDEO_CODECS[rendition.codec].options(rendition.stream), timescale];
  return { inputs, stream: { ...reading, filters, encoder } };
}

/** @param firstInput how many inputs of the job come before those of the sound */
function clipAudio(plan: DeliveryPlan, firstInput: number): StreamReading | undefined {
  const all = audioRenditions(plan);
  const rendition = all.find(({ track }) => track.isDefault) ?? all[0];
  if (!rendition) return undefined;
  const span = { from: 0, to: sampleAt(plan.grid.frames, plan.grid.frameRate, rendition.sampleRate) };
  const { inputs, ...reading } = sounds(plan, rendition, span, firstInput);
  return { inputs, stream: { ...reading, encoder: AUDIO_CODECS.aac.options(rendition) } };
}
