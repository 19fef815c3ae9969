/** What of a film is shown: which of its own frames a delivery holds, and which segments a time window of it leaves. */

import { type Rational, roundProduct } from "#transformation";
import { keyframeCount, segmentCount, segmentStart } from "./grid.ts";
import type { DeliveryPlan } from "./plan.ts";
import { cutTimeline, type Footage, footageFrameAt, isCrossing, type Programme } from "./programme.ts";
import type { Rendition } from "./renditions.ts";
import type { SubtitleRendition } from "./subtitles/renditions.ts";
import { plainPart } from "./timeline.ts";

/** Seconds of the film itself, whatever is made of it: counted from its first picture, `to` excluded. */
export interface TimeWindow {
  readonly from: Rational;
  readonly to: Rational;
}

/** Frames [from, to) of a film, on its own grid at a frame rate. */
export interface FilmSpan {
  readonly frameRate: Rational;
  readonly from: number;
  readonly to: number;
}

/** Segments of a rendition, both ends included. */
export interface SegmentRun {
  readonly first: number;
  readonly last: number;
}

/**
 * The spans of the film that frames [from, to) of a programme are made of; what is joined to it from elsewhere has none.
 * @param version names the film among the sources that the programme reads
 */
export function filmSpans(
  { source, timeline }: Programme,
  from: number,
  to: number,
  version = source.version,
): readonly FilmSpan[] {
  return cutTimeline(timeline, from, to).flatMap((clip) => {
    const ends = [footageFrameAt(clip, 0), footageFrameAt(clip, clip.frames - 1)];
    const [low, high] = [Math.min(...ends), Math.max(...ends) + 1];
    if (clip.of) return footageSpans(clip.of, low, high, version);
    return source.version === version ? [{ frameRate: timeline.frameRate, from: low, to: high }] : [];
  });
}

function footageSpans(footage: Footage, from: number, to: number, version: string): readonly FilmSpan[] {
  if (!isCrossing(footage)) return filmSpans(footage, from, to, version);
  const { first, firstFrom, second } = footage;
  return [...filmSpans(first, firstFrom + from, firstFrom + to, version), ...filmSpans(second, from, to, version)];
}

/** As a trim to the same seconds counts frames. */
const framesOf = ({ from, to }: TimeWindow, frameRate: Rational): readonly [number, number] => [
  roundProduct(from, frameRate),
  roundProduct(to, frameRate),
];

/** A length and an end are rounded apart: `so_10,du_10` may hold a frame that `eo_20` does not. */
const ROUNDED_FRAMES = 1;

/** Whether a window holds all of the spans. */
export const windowHolds = (window: TimeWindow, spans: readonly FilmSpan[]): boolean =>
  spans.every(({ frameRate, from, to }) => {
    const [low, high] = framesOf(window, frameRate);
    return from >= low - ROUNDED_FRAMES && to <= high + ROUNDED_FRAMES;
  });

/**
 * Whether a segment may be played. Of a film that runs as it is, each one that touches the window: the segments are those
 * that everybody else plays. Of any other only those with nothing in them from outside: a preview or a film at thirty
 * times its pace would have the whole of it in a few.
 */
function segmentTest(plan: DeliveryPlan, window: TimeWindow): (number: number) => boolean {
  const { grid, timeline } = plan;
  const part = plainPart(timeline);
  if (!part)
    return (number) => windowHolds(window, filmSpans(plan, segmentStart(grid, number), segmentStart(grid, number + 1)));
  const [low, high] = framesOf(window, grid.frameRate);
  return (number) => part.from + segmentStart(grid, number + 1) > low && part.from + segmentStart(grid, number) < high;
}

/** The longest run of segments that a window leaves; undefined where it leaves none. */
export function segmentsWithin(plan: DeliveryPlan, window: TimeWindow): SegmentRun | undefined {
  const isLeft = segmentTest(plan, window);
  let [longest, first]: [SegmentRun | undefined, number] = [undefined, 0];
  for (let number = 0; number < segmentCount(plan.grid); number++) {
    if (!isLeft(number)) first = number + 1;
    else if (!longest || number - first > longest.last - longest.first) longest = { first, last: number };
  }
  return longest;
}

/** The same run in the numbers of a rendition: key pictures are counted one by one, and cover the same time. */
export function runWithin(
  { grid }: DeliveryPlan,
  { kind }: Pick<Rendition | SubtitleRendition, "kind">,
  run: SegmentRun,
): SegmentRun {
  if (kind !== "keyframes") return run;
  const [from, to] = [segmentStart(grid, run.first), segmentStart(grid, run.last + 1)];
  const last = to >= grid.frames ? keyframeCount(grid) : Math.ceil(to / grid.gopFrames);
  return { first: Math.floor(from / grid.gopFrames), last: last - 1 };
}
