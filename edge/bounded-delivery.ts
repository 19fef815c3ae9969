/** What a delivery holds, for a token's bounds to be held against, and what they leave of a stream. */

import type { FoundAsset } from "#catalog";
import {
  type DeliveryPlan,
  filmSpans,
  ladderRenditions,
  progressiveParts,
  type RunOf,
  runWithin,
  type SegmentRun,
  segmentsWithin,
  storyboardOf,
  timelineFrames,
  type VideoRendition,
  videoOf,
  wholeRenditionId,
} from "#media";
import type { VideoCodecName } from "#transformation";
import { type Bounds, notOpenedBy } from "./access/bounds.ts";
import type { Deliverable } from "./access/claims.ts";

/** Codecs of sources are named as ffmpeg names them. */
const CODEC_NAMES: Readonly<Record<string, string>> = { hevc: "h265" };

/** An uploaded file as it is: of whatever it holds, all. */
export const originalFile = ({ source: { video } }: FoundAsset): Deliverable => ({
  ...(video && { size: video, codec: CODEC_NAMES[video.codec] ?? video.codec }),
  spans: "whole",
});

/** A file that is made in one piece: a clip, a sound, a picture. */
export function wholeFile(plan: DeliveryPlan, extension: string): Deliverable {
  if (plan.encoding.isStoryboard) return storyboardFile(plan);
  const [kind, codec] = wholeRenditionId(plan, extension).split("-");
  return {
    ...(kind !== "sound" && { size: plan.canvas?.size }),
    ...(kind === "clip" && { codec }),
    // A still is the first picture of what is kept.
    spans: plan.encoding.isWaveform ? heardSpans(plan) : filmSpans(plan, 0, kind === "still" ? 1 : plan.grid.frames),
  };
}

/** What of the film a drawing of its sound lets one see. */
const heardSpans = ({ waveform }: DeliveryPlan): Deliverable["spans"] & {} =>
  waveform ? filmSpans(waveform.heard, 0, timelineFrames(waveform.heard.timeline)) : "whole";

/** A storyboard, on one sheet or on many: moments of all of the film. */
export const storyboardFile = (plan: DeliveryPlan): Deliverable => ({
  size: storyboardOf(plan).tile,
  spans: filmSpans(plan, 0, plan.grid.frames),
});

/** A long film that is laid out as one file. */
export const longFile = (plan: DeliveryPlan): Deliverable => ({
  size: progressiveParts(plan)?.video.stream,
  codec: "h264",
  spans: filmSpans(plan, 0, plan.grid.frames),
});

type Planned = { readonly rendition: VideoRendition; readonly plan: DeliveryPlan };

const deliverableOf = ({ codec, stream }: Pick<VideoRendition, "codec" | "stream">): Deliverable => ({
  codec,
  size: stream,
});

/**
 * The video renditions in a client's codecs that bounds leave; a stream of its own size above them is offered by the
 * ladder instead.
 * @throws Problem `forbidden` where they leave none
 */
export function videoWithin(plan: DeliveryPlan, codecs: readonly VideoCodecName[], bounds: Bounds): readonly Planned[] {
  const isPlayed = ({ rendition }: Planned): boolean => codecs.includes(rendition.codec);
  const isLeft = ({ rendition }: Planned): boolean => bounds.allows(deliverableOf(rendition));
  const played = videoOf(plan).filter(isPlayed);
  const left = played.filter(isLeft);
  if (left.length > 0 || played.length === 0) return left;
  const ladder = plan.rungs.length > 0 ? [] : ladderRenditions(plan).map((rendition) => ({ rendition, plan }));
  const smaller = ladder.filter(isPlayed).filter(isLeft);
  if (smaller.length === 0) for (const { rendition } of played) bounds.check(deliverableOf(rendition));
  return smaller;
}

/** The same pictures in the source's high dynamic range, where it has one: what the bounds leave, and be it nothing. */
export const highRangeWithin = (
  { highRange, rungs }: DeliveryPlan,
  codecs: readonly VideoCodecName[],
  bounds: Bounds,
): readonly Planned[] =>
  (highRange && rungs.length === 0 ? videoOf(highRange) : []).filter(
    ({ rendition }) => codecs.includes(rendition.codec) && bounds.allows(deliverableOf(rendition)),
  );

/** Whether key pictures may be offered. */
export const allowsKeyframes = (rendition: Pick<VideoRendition, "codec" | "stream">, bounds: Bounds): boolean =>
  bounds.allows(deliverableOf(rendition));

/**
 * The segments of each rendition that a window leaves; always undefined without a window.
 * @throws Problem `forbidden` where a window leaves nothing of a plan
 */
export function runsWithin({ window }: Bounds): RunOf {
  const runs = new Map<DeliveryPlan, SegmentRun>();
  return (rendition, plan) => {
    if (!window) return undefined;
    const run = runs.get(plan) ?? segmentsWithin(plan, window);
    if (!run) throw notOpenedBy("window");
    runs.set(plan, run);
    return runWithin(plan, rendition, run);
  };
}
