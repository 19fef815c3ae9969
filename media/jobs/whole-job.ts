/** Jobs for objects that are delivered in one piece: stills and clips of bounded length. */

import { add, type Filter, Problem, rational, toNumber } from "#transformation";
import { canvasFilters } from "../canvas.ts";
import { AUDIO_CODECS, type Option, qualityPercent, VIDEO_CODECS } from "../codecs.ts";
import { colourFilters, outputColour } from "../colour.ts";
import { FORMATS } from "../formats/index.ts";
import { sampleAt, secondsOf } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import { audioRenditions, fullRenditions } from "../renditions.ts";
import { audioSeeks, earlierSeek, type Seeks, videoSeeks } from "../seek.ts";
import { frameFilters, videoTiming } from "./frame-filters.ts";
import type { JobContext, JobSource } from "./job.ts";
import { sampleFilters } from "./sample-filters.ts";

interface WholeStream {
  readonly streamIndex: number;
  readonly filters: readonly Filter[];
  readonly encoder: readonly Option[];
}

/** A job whose output is one whole file. */
export interface WholeJob {
  readonly kind: "whole";
  readonly recipe: string;
  readonly key: string;
  readonly source: JobSource;
  readonly seeks: Seeks;
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
  const from = plan.timeline.clips[0]?.sourceFrame ?? 0;
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
    seeks: videoSeeks(plan.source, video, from, plan.grid.frameRate),
    video: {
      streamIndex: video.streamIndex,
      filters: [
        ...frameFilters(plan, video, { from, to: from + 1, firstFrame: 0 }),
        ...canvasFilters(plan.canvas),
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
  const [video, audio] = [clipVideo(plan), clipAudio(plan)];
  const seeks = [video?.seeks, audio?.seeks].filter((list) => list !== undefined);
  const nearest = seeks.map((list) => list[0] ?? null).reduce(earlierSeek);
  return {
    kind: "whole",
    ...context,
    seeks: nearest === null ? [null] : [nearest, null],
    ...(video && { video: video.stream }),
    ...(audio && { audio: audio.stream }),
    muxer: format.muxer,
    mediaType: format.mediaType,
    needsFile: true,
  };
}

function clipVideo(plan: DeliveryPlan): { stream: WholeStream; seeks: Seeks } | undefined {
  const { video } = plan.source;
  const rendition = fullRenditions(plan).find(({ codec }) => codec === clipCodec(plan));
  if (!video || !plan.canvas || !rendition) return undefined;
  const from = plan.timeline.clips[0]?.sourceFrame ?? 0;
  const filters = [
    ...frameFilters(plan, video, { from, to: from + plan.grid.frames, firstFrame: 0 }),
    ...canvasFilters(plan.canvas),
    ...colourFilters(video, rendition.stream),
  ];
  const timescale: Option = ["-video_track_timescale", String(videoTiming(plan.grid.frameRate).timescale)];
  const encoder = [...VIDEO_CODECS[rendition.codec].options(rendition.stream), timescale];
  return {
    stream: { streamIndex: video.streamIndex, filters, encoder },
    seeks: videoSeeks(plan.source, video, from, plan.grid.frameRate),
  };
}

function clipAudio(plan: DeliveryPlan): { stream: WholeStream; seeks: Seeks } | undefined {
  const all = audioRenditions(plan);
  const rendition = all.find(({ track }) => track.isDefault) ?? all[0];
  if (!rendition) return undefined;
  const span = { from: 0, to: sampleAt(plan.grid.frames, plan.grid.frameRate, rendition.sampleRate) };
  const offset = secondsOf(plan.timeline.clips[0]?.sourceFrame ?? 0, plan.grid.frameRate);
  return {
    stream: {
      streamIndex: rendition.track.streamIndex,
      filters: sampleFilters(plan, rendition, span),
      encoder: AUDIO_CODECS.aac.options(rendition),
    },
    seeks: audioSeeks(plan.source, add(rational(0), offset)),
  };
}
