/** The jobs that make a rendition: its init section and its segments. */

import { AUDIO_CODECS } from "../audio-codecs.ts";
import { type Canvas, encoderFilters } from "../canvas.ts";
import { type Option, VIDEO_CODECS } from "../codecs.ts";
import { finished } from "../colour.ts";
import { AAC_FRAME_SAMPLES, audioSegmentStart, keyframeLength, segmentStart, videoTiming } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { AudioRendition, KeyframeRendition, Rendition, VideoRendition } from "../renditions.ts";
import { segmentCountOf } from "../segment-times.ts";
import type { VideoTrack } from "../source.ts";
import { copiedPictureJob, copiedSoundJob } from "./copied-job.ts";
import type { InitJob, JobContext, SegmentJob } from "./job.ts";
import { pictures } from "./pictures.ts";
import { sounds } from "./sounds.ts";

function videoInit(recipe: string, rendition: VideoRendition | KeyframeRendition): InitJob {
  const { width, height, frameRate } = rendition.stream;
  const rate = `${frameRate.num}/${frameRate.den}`;
  return {
    kind: "init",
    recipe,
    generator: { name: "color", options: { color: "black", size: `${width}x${height}`, rate } },
    media: "video",
    filters: finished(rendition.stream.colour),
    encoder: VIDEO_CODECS[rendition.codec].options(rendition.stream),
    timescale: videoTiming(frameRate).timescale,
    codecString: rendition.codecString,
  };
}

function pictureJob(
  plan: DeliveryPlan,
  rendition: VideoRendition | KeyframeRendition,
  span: { start: number; frames: number; sampleFrames: number; sequence: number },
  context: JobContext,
): SegmentJob {
  const track = plan.source.video as VideoTrack;
  const reading = pictures(plan, track, span);
  const { timescale, frameTicks } = videoTiming(plan.grid.frameRate);
  const sampleTicks = span.sampleFrames * frameTicks;
  const init = videoInit(context.recipe, rendition);
  return {
    kind: "segment",
    ...context,
    media: "video",
    ...reading,
    filters: [...reading.filters, ...encoderFilters(plan.canvas as Canvas, rendition.stream)],
    encoder: span.sampleFrames === 1 ? init.encoder : withPacketDuration(init.encoder, sampleTicks),
    timescale,
    sequence: span.sequence,
    expected: { firstTick: span.start * frameTicks, samples: span.frames, sampleTicks },
    init,
  };
}

/** A lone key picture stands for its whole GOP. */
const withPacketDuration = (encoder: readonly Option[], ticks: number): readonly Option[] =>
  encoder.map(([name, value]) => (name === "-bsf:v" ? [name, `${value},setts=duration=${ticks}`] : [name, value]));

function soundJob(plan: DeliveryPlan, rendition: AudioRendition, number: number, context: JobContext): SegmentJob {
  const codec = AUDIO_CODECS.aac;
  const [first, end] = [number, number + 1].map((k) => audioSegmentStart(plan.grid, k, rendition.sampleRate)) as [
    number,
    number,
  ];
  const span = {
    from: (first - codec.framesBefore) * AAC_FRAME_SAMPLES,
    to: (end + codec.framesAfter) * AAC_FRAME_SAMPLES,
  };
  const encoder = codec.options(rendition);
  return {
    kind: "segment",
    ...context,
    media: "audio",
    ...sounds(plan, rendition, span),
    // The packets of priming, run-in and run-out are dropped: their time stamps lie outside.
    encoder: [
      ...encoder,
      ["-bsf:a", `noise=drop='lt(pts\\,${first * AAC_FRAME_SAMPLES})+gte(pts\\,${end * AAC_FRAME_SAMPLES})':amount=0`],
    ],
    timescale: rendition.sampleRate,
    sequence: number + 1,
    expected: { firstTick: first * AAC_FRAME_SAMPLES, samples: end - first, sampleTicks: AAC_FRAME_SAMPLES },
    init: {
      kind: "init",
      recipe: context.recipe,
      generator: { name: "anullsrc", options: { sample_rate: rendition.sampleRate, channel_layout: "stereo" } },
      media: "audio",
      filters: [{ name: "aformat", options: { sample_fmts: "fltp", channel_layouts: "stereo" } }],
      encoder,
      timescale: rendition.sampleRate,
      codecString: rendition.codecString,
    },
  };
}

/** The job that makes segment `number` of a rendition; undefined where the rendition has no such segment. */
export function segmentJob(
  plan: DeliveryPlan,
  rendition: Rendition,
  number: number,
  context: JobContext,
): SegmentJob | undefined {
  if (number >= segmentCountOf(plan, rendition)) return undefined;
  if (rendition.kind === "audio")
    return rendition.copied
      ? copiedSoundJob(plan, rendition, number, context)
      : soundJob(plan, rendition, number, context);
  if (rendition.kind === "keyframes") {
    const span = {
      start: number * plan.grid.gopFrames,
      frames: 1,
      sampleFrames: keyframeLength(plan.grid, number),
      sequence: number + 1,
    };
    return pictureJob(plan, rendition, span, context);
  }
  if (rendition.copied) return copiedPictureJob(plan, rendition, number, context);
  const start = segmentStart(plan.grid, number);
  const span = { start, frames: segmentStart(plan.grid, number + 1) - start, sampleFrames: 1, sequence: number + 1 };
  return pictureJob(plan, rendition, span, context);
}

/** The job that makes a rendition's init section. */
export const initJob = (plan: DeliveryPlan, rendition: Rendition, context: JobContext): InitJob | undefined =>
  segmentJob(plan, rendition, 0, context)?.init;
