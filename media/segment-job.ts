/**
 * The contract between edge and origin: a job says everything that the origin needs to make one object, as data. The
 * origin spells it for ffmpeg, runs it, checks the result against `expected`, and knows nothing of URLs or plans.
 */

import { add, divide, type Filter, multiply, type Rational, rational, round } from "#transformation";
import { AUDIO_CODECS, type Option, VIDEO_CODECS, type VideoStream } from "./codecs.ts";
import { colourFilters } from "./colour.ts";
import {
  AAC_FRAME_SAMPLES, audioSegmentStart, keyframeCount, keyframeLength, sampleAt, secondsOf, segmentCount, segmentStart,
} from "./grid.ts";
import type { DeliveryPlan } from "./plan.ts";
import type { AudioRendition, KeyframeRendition, Rendition, VideoRendition } from "./renditions.ts";
import { audioSeeks, type Seeks, videoSeeks } from "./seek.ts";
import { dropsFrames } from "./stages.ts";
import type { AudioTrack, SampleRegion, VideoTrack } from "./source.ts";
import { timelineFrames, timeZero, wholeTimeline } from "./timeline.ts";

/** The only thing that the origin may read for a job. */
export interface JobSource {
  readonly version: string;
  readonly bytes: number;
  readonly container: string;
  /** A presigned URL of the object. */
  readonly url: string;
}

/** A source-free encode of the same stream, whose init section is that of every segment. */
export interface InitJob {
  readonly kind: "init";
  readonly recipe: string;
  /** A lavfi source of one frame. */
  readonly generator: Filter;
  readonly media: "video" | "audio";
  readonly filters: readonly Filter[];
  readonly encoder: readonly Option[];
  readonly timescale: number;
  readonly codecString: string;
}

export interface SegmentJob {
  readonly kind: "segment";
  readonly recipe: string;
  /** The path that the object is stored under: also names the job. */
  readonly key: string;
  readonly source: JobSource;
  readonly media: "video" | "audio";
  readonly streamIndex: number;
  readonly seeks: Seeks;
  readonly filters: readonly Filter[];
  readonly encoder: readonly Option[];
  readonly timescale: number;
  /** Movie fragment sequence number, from 1. */
  readonly sequence: number;
  /** What the segment must be, to the tick; anything else is never let out. */
  readonly expected: { readonly firstTick: number; readonly samples: number; readonly sampleTicks: number };
  readonly init: InitJob;
}

/** The picture's time scale: the frame rate's numerator, multiplied where players would find it coarse. */
const MIN_TIMESCALE = 12_000;

export function videoTiming({ num, den }: Rational): { timescale: number; frameTicks: number } {
  const factor = Math.ceil(MIN_TIMESCALE / num);
  return { timescale: num * factor, frameTicks: den * factor };
}

/** From decoded pictures to frames [from, to) of the source's grid, numbered from `firstFrame` on. */
export function frameFilters(plan: DeliveryPlan, track: VideoTrack, span: { from: number; to: number; firstFrame: number }): readonly Filter[] {
  const { frameRate } = plan.grid;
  // Where pictures are dropped, every second one may lie half-way between two slots: a millisecond decides all such
  // ties alike (measured: 526 of 718 steps were uneven without it).
  const bias = dropsFrames(plan.source, frameRate) ? Math.max(1, round(divide(rational(1, 1000), track.timeBase))) : 0;
  const whole = timelineFrames(wholeTimeline(plan.source, frameRate));
  const rate = `${frameRate.num}/${frameRate.den}`;
  return [
    // Whole ticks: a float here is truncated and moves the grid.
    { name: "setpts", options: { expr: `PTS-(${track.startTicks - bias})` } },
    // A frame for each field: 25i becomes 50p, as Apple's authoring specification 1.15 asks.
    ...(track.interlaced ? [{ name: "bwdif", options: { mode: "send_field", parity: track.interlaced === "top" ? "tff" : "bff", deint: "all" } }] : []),
    // One global grid: no start_time but at the very start, where a late first picture is shown early.
    { name: "fps", options: { fps: rate, round: "near", ...(span.from === 0 && { start_time: 0 }) } },
    // Only at the very end: elsewhere it would hide a landing that came too late as a frozen picture.
    ...(span.to >= whole ? [{ name: "tpad", options: { stop_mode: "clone", stop: -1 } }] : []),
    // Behind fps the time base is one frame: these are frame numbers.
    { name: "trim", options: { start_pts: span.from, end_pts: span.to } },
    ...(span.from === span.firstFrame ? [] : [{ name: "setpts", options: { expr: `PTS-(${span.from - span.firstFrame})` } }]),
  ];
}

/** From decoded sound to samples [from, to) of the output, at the output's rate. */
export function sampleFilters(plan: DeliveryPlan, rendition: AudioRendition, span: { from: number; to: number }): readonly Filter[] {
  const { track, sampleRate } = rendition;
  const offset = sampleAt(plan.timeline.clips[0]?.sourceFrame ?? 0, plan.grid.frameRate, sampleRate);
  const [start, end] = [span.from + offset, span.to + offset];
  const zero = round(multiply(timeZero(plan.source), rational(track.sampleRate)));
  const resampling = track.sampleRate !== sampleRate;
  // The resampler's phase depends on its first sample: start where input and output samples coincide.
  const ratio = rational(track.sampleRate, sampleRate);
  const first = resampling ? Math.floor(start / ratio.den) * ratio.num : start;
  const around = multiply(rational(start, sampleRate), rational(track.sampleRate));
  return [
    { name: "asetpts", options: { expr: `${samplePosition(track, round(around) + zero)}-(${zero})` } },
    ...(resampling ? [{ name: "atrim", options: { start_pts: first } }] : []),
    // Gaps become silence; first_pts counts input samples (measured: output samples drift by 158 a segment).
    { name: "aresample", options: { sample_rate: sampleRate, async: 1, min_hard_comp: 0.1, first_pts: first } },
    { name: "aformat", options: { sample_fmts: "fltp", channel_layouts: "stereo" } },
    ...plan.soundFilters,
    // Sound that ends before the picture is followed by silence.
    { name: "apad" },
    { name: "atrim", options: { start_pts: start, end_pts: end } },
    ...(offset === 0 ? [] : [{ name: "asetpts", options: { expr: `PTS-(${offset})` } }]),
  ];
}

/** A landing lies at most this far before the sample that is wanted: the longest distance of key pictures is taken. */
const LANDING_SECONDS = 30;

/**
 * The position of a decoded frame in samples, as an expression of asetpts, for use around a sample of the source. The
 * first frame after a landing may have lost its beginning to the decoder's delay: it is placed by its end.
 */
function samplePosition({ clock, sampleRate }: AudioTrack, around: number): string {
  if (!clock) return "PTS";
  const { frameSamples: length, regions } = clock;
  const near = regions.filter(({ fromSample }, index) => {
    const next = regions[index + 1]?.fromSample ?? Number.POSITIVE_INFINITY;
    return next > around - LANDING_SECONDS * sampleRate && fromSample < around + LANDING_SECONDS * sampleRate;
  });
  const inRegion = ({ excessSamples, phaseSamples }: SampleRegion, at: string): string =>
    `(round((${at}+(${excessSamples - phaseSamples}))/${length})*${length}+(${phaseSamples}))`;
  const position = (at: string): string =>
    near.slice(1).reduce((before, region) => `if(lt(PTS,${region.fromSample}),${before},${inRegion(region, at)})`, inRegion(near[0] ?? (regions[0] as SampleRegion), at));
  return `if(eq(N,0),${position("PTS+S")}-S,${position("PTS")})`;
}

function videoInit(recipe: string, track: VideoTrack, rendition: VideoRendition | KeyframeRendition): InitJob {
  const { width, height, frameRate } = rendition.stream;
  const rate = `${frameRate.num}/${frameRate.den}`;
  return {
    kind: "init",
    recipe,
    generator: { name: "color", options: { color: "black", size: `${width}x${height}`, rate } },
    media: "video",
    filters: colourFilters(track, undefined).slice(-3),
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
  const from = (plan.timeline.clips[0]?.sourceFrame ?? 0) + span.start;
  const { timescale, frameTicks } = videoTiming(plan.grid.frameRate);
  const sampleTicks = span.sampleFrames * frameTicks;
  const init = videoInit(context.recipe, track, rendition);
  return {
    kind: "segment",
    ...context,
    media: "video",
    streamIndex: track.streamIndex,
    seeks: videoSeeks(plan.source, track, from, plan.grid.frameRate),
    filters: [
      ...frameFilters(plan, track, { from, to: from + span.frames, firstFrame: span.start }),
      ...(plan.canvas?.filters ?? []),
      ...colourFilters(track, rendition.stream),
    ],
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
  const [first, end] = [number, number + 1].map((k) => audioSegmentStart(plan.grid, k, rendition.sampleRate)) as [number, number];
  const span = { from: (first - codec.framesBefore) * AAC_FRAME_SAMPLES, to: (end + codec.framesAfter) * AAC_FRAME_SAMPLES };
  const offset = secondsOf(plan.timeline.clips[0]?.sourceFrame ?? 0, plan.grid.frameRate);
  const encoder = codec.options(rendition);
  return {
    kind: "segment",
    ...context,
    media: "audio",
    streamIndex: rendition.track.streamIndex,
    seeks: audioSeeks(plan.source, add(rational(span.from, rendition.sampleRate), offset)),
    filters: sampleFilters(plan, rendition, span),
    // The packets of priming, run-in and run-out are dropped: their time stamps lie outside.
    encoder: [...encoder, ["-bsf:a", `noise=drop='lt(pts\\,${first * AAC_FRAME_SAMPLES})+gte(pts\\,${end * AAC_FRAME_SAMPLES})':amount=0`]],
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

export interface JobContext {
  readonly recipe: string;
  readonly key: string;
  readonly source: JobSource;
}

/** How many segments a rendition has. */
export const segmentCountOf = (plan: DeliveryPlan, rendition: Rendition): number =>
  rendition.kind === "keyframes" ? keyframeCount(plan.grid) : segmentCount(plan.grid);

/** Exact length of a rendition's segment, in seconds. */
export function segmentSeconds(plan: DeliveryPlan, rendition: Rendition, number: number): Rational {
  if (rendition.kind === "keyframes") return secondsOf(keyframeLength(plan.grid, number), plan.grid.frameRate);
  if (rendition.kind === "video") return secondsOf(segmentStart(plan.grid, number + 1) - segmentStart(plan.grid, number), plan.grid.frameRate);
  const frames = audioSegmentStart(plan.grid, number + 1, rendition.sampleRate) - audioSegmentStart(plan.grid, number, rendition.sampleRate);
  return rational(frames * AAC_FRAME_SAMPLES, rendition.sampleRate);
}

/** The job that makes segment `number` of a rendition; undefined where the rendition has no such segment. */
export function segmentJob(plan: DeliveryPlan, rendition: Rendition, number: number, context: JobContext): SegmentJob | undefined {
  if (number >= segmentCountOf(plan, rendition)) return undefined;
  if (rendition.kind === "audio") return soundJob(plan, rendition, number, context);
  if (rendition.kind === "keyframes") {
    const span = { start: number * plan.grid.gopFrames, frames: 1, sampleFrames: keyframeLength(plan.grid, number), sequence: number + 1 };
    return pictureJob(plan, rendition, span, context);
  }
  const start = segmentStart(plan.grid, number);
  const span = { start, frames: segmentStart(plan.grid, number + 1) - start, sampleFrames: 1, sequence: number + 1 };
  return pictureJob(plan, rendition, span, context);
}

/** The job that makes a rendition's init section. */
export const initJob = (plan: DeliveryPlan, rendition: Rendition, context: JobContext): InitJob | undefined =>
  segmentJob(plan, rendition, 0, context)?.init;
