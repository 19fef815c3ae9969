/** The jobs that pass a source's own packets through: which of them a segment takes, and when they are shown. */

import { add, multiply, type Rational, rational, round, toFixed } from "#transformation";
import { PASSING } from "../copyable.ts";
import { AAC_FRAME_SAMPLES, audioSegmentStart, secondsOf, segmentStart, videoTiming } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { AudioRendition, VideoRendition } from "../renditions.ts";
import { audioSeeks, videoSeeks } from "../seek.ts";
import type { VideoTrack } from "../source.ts";
import { plainPart, timeZero } from "../timeline.ts";
import type { JobContext, JobInput, SegmentJob } from "./job.ts";

/** How far behind a segment's end ffmpeg copies on: it stops by decoding times, of which Matroska has none. */
const BEHIND = rational(2);

interface Span {
  readonly expected: SegmentJob["expected"];
  readonly timescale: number;
  readonly seeks: JobInput["seeks"];
  /** The end, on the output's time line. */
  readonly end: Rational;
}

function copiedJob(
  plan: DeliveryPlan,
  { media, codecString, encoder, streamIndex }: Pick<SegmentJob, "media" | "encoder"> & CopiedTrack,
  { expected, timescale, seeks, end }: Span,
  number: number,
  context: JobContext,
): SegmentJob {
  const from = plainPart(plan.timeline)?.from ?? 0;
  const zero = add(timeZero(plan.source), secondsOf(from, plan.grid.frameRate));
  const stream = { input: 0, streamIndex };
  const { recipe, source } = context;
  return {
    kind: "segment",
    ...context,
    inputs: [{ seeks }],
    stream,
    filters: [],
    media,
    encoder,
    timescale,
    sequence: number + 1,
    expected,
    init: { kind: "init", recipe, source, inputs: [{ seeks: [null] }], stream, media, encoder, timescale, codecString },
    copy: {
      zeroTick: round(multiply(zero, rational(timescale))),
      untilSeconds: toFixed(add(add(zero, end), BEHIND), 6),
    },
  };
}

interface CopiedTrack {
  readonly codecString: string;
  readonly streamIndex: number;
}

export function copiedPictureJob(
  plan: DeliveryPlan,
  { codec, codecString, copied }: VideoRendition,
  number: number,
  context: JobContext,
): SegmentJob {
  const { source, grid, timeline } = plan;
  const { frameRate } = grid;
  const track = source.video as VideoTrack;
  const { timescale, frameTicks } = videoTiming(frameRate);
  const [first, end] = [segmentStart(grid, number), segmentStart(grid, number + 1)];
  const from = plainPart(timeline)?.from ?? 0;
  return copiedJob(
    plan,
    { media: "video", codecString, encoder: PASSING[codec].options, streamIndex: track.streamIndex },
    {
      expected: { firstTick: first * frameTicks, samples: end - first, sampleTicks: frameTicks },
      timescale,
      seeks: videoSeeks(source, track, from + first, frameRate),
      // A picture that is shown before the end may be decoded behind it.
      end: secondsOf(end + (copied?.reorderedPictures ?? 0), frameRate),
    },
    number,
    context,
  );
}

export function copiedSoundJob(
  plan: DeliveryPlan,
  { codecString, track, sampleRate }: AudioRendition,
  number: number,
  context: JobContext,
): SegmentJob {
  const { source, grid, timeline } = plan;
  const [first, end] = [number, number + 1].map((at) => audioSegmentStart(grid, at, sampleRate)) as [number, number];
  const secondsAt = (frame: number): Rational => rational(frame * AAC_FRAME_SAMPLES, sampleRate);
  const from = secondsOf(plainPart(timeline)?.from ?? 0, grid.frameRate);
  return copiedJob(
    plan,
    { media: "audio", codecString, encoder: [], streamIndex: track.streamIndex },
    {
      expected: { firstTick: first * AAC_FRAME_SAMPLES, samples: end - first, sampleTicks: AAC_FRAME_SAMPLES },
      timescale: sampleRate,
      seeks: audioSeeks(source, track, add(from, secondsAt(first))),
      end: secondsAt(end),
    },
    number,
    context,
  );
}
