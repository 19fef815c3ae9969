/** The timeline: which frames of the source's own grid the output shows, in order. */

import {
  add,
  compare,
  divide,
  equals,
  floor,
  multiply,
  ONE,
  type PreviewShape,
  Problem,
  type Rational,
  rational,
  roundProduct,
  subtract,
  type TimeOffset,
} from "#transformation";
import { containerNamed } from "./containers.ts";
import { secondsOf } from "./grid.ts";
import { type Clip, cutTimeline, plainClip, type Timeline, timelineFrames } from "./programme.ts";
import type { Source } from "./source.ts";

/** Length of the source: of its picture, or without one of its longest sound. */
export function sourceDuration(source: Source): Rational {
  const { video, audio } = source;
  if (video) return multiply(rational(video.endTicks - video.startTicks), video.timeBase);
  return audio
    .map((track) => subtract(rational(track.endSample, track.sampleRate), timeZero(source)))
    .reduce((longest, length) => (length.num / length.den > longest.num / longest.den ? length : longest), rational(0));
}

/** Sound that begins this much later is still counted from the file's own zero: what lies before is the codec's delay. */
const MAX_DELAY_SECONDS = 0.5;

/** The instant of the source's own time line that the presentation calls zero: its first picture, or where sound alone begins. */
export function timeZero(source: Source): Rational {
  const { video, audio } = source;
  if (video) return multiply(rational(video.startTicks), video.timeBase);
  const [first] = audio;
  if (!first) return rational(0);
  const isDelay = first.startSample > 0 && first.startSample <= MAX_DELAY_SECONDS * first.sampleRate;
  return isDelay && containerNamed(source.container)?.seek !== "packet"
    ? rational(0)
    : rational(first.startSample, first.sampleRate);
}

/** The whole source at a frame rate. */
export function wholeTimeline(source: Source, frameRate: Rational): Timeline {
  const frames = Math.max(1, roundProduct(sourceDuration(source), frameRate));
  return { frameRate, clips: [plainClip(0, frames)] };
}

/** The one clip of a timeline that was trimmed and nothing else; undefined for any other. */
export function plainPart({ clips: [clip, second] }: Timeline): { from: number; frames: number } | undefined {
  const isPlain = clip && !second && !clip.of && !clip.isReversed && equals(clip.speed, ONE) && clip.from.den === 1;
  return isPlain ? { from: clip.from.num, frames: clip.frames } : undefined;
}

/** Which frames lie between start and end: [from, to); throws `empty-clip` where there are none. */
export function trimmedFrames(
  timeline: Timeline,
  {
    start,
    end,
    duration,
  }: { start?: TimeOffset | undefined; end?: TimeOffset | undefined; duration?: TimeOffset | undefined },
): { readonly from: number; readonly to: number } {
  const total = timelineFrames(timeline);
  const framesOf = (offset: TimeOffset): number =>
    "seconds" in offset
      ? roundProduct(offset.seconds, timeline.frameRate)
      : roundProduct(offset.share, rational(total));
  const from = start ? framesOf(start) : 0;
  const to = Math.min(total, duration ? from + framesOf(duration) : end ? framesOf(end) : total);
  if (from >= to) {
    const length = secondsOf(total, timeline.frameRate);
    const parameter = from >= total ? "so" : duration ? "du" : "eo";
    throw new Problem(
      "empty-clip",
      `Nothing is left: the video lasts ${(length.num / length.den).toFixed(3)} s at this point of the chain.`,
      { parameter },
    );
  }
  return { from, to };
}

/** The same frames in the opposite order. */
export const reverseTimeline = (timeline: Timeline): Timeline => ({
  ...timeline,
  clips: timeline.clips.map((clip) => ({ ...clip, isReversed: !clip.isReversed })).reverse(),
});

/** One timeline behind the other; the last frame of one is not that of the next, even where both show the same picture. */
export const joinTimelines = (first: Timeline, ...rest: readonly Timeline[]): Timeline => ({
  ...first,
  clips: [first, ...rest].flatMap(({ clips }) => clips),
});

/**
 * Plays a timeline `factor` times as fast. Each clip keeps its beginning and lasts whole frames: what would fill only
 * a part of a last frame is left out, so that nothing is shown that the clip does not hold.
 */
export function accelerateTimeline(timeline: Timeline, factor: Rational): Timeline {
  const clips = timeline.clips.map((clip): Clip => {
    const speed = multiply(clip.speed, factor);
    const frames = floor(divide(rational(clip.frames), factor));
    const end = add(clip.from, multiply(rational(clip.frames), clip.speed));
    const from = clip.isReversed ? subtract(end, multiply(rational(frames), speed)) : clip.from;
    return { ...clip, from, frames, speed };
  });
  const lasting = clips.filter(({ frames }) => frames > 0);
  // A single picture cannot be shown for less than a frame.
  return { ...timeline, clips: lasting.length > 0 ? lasting : cutTimeline(timeline, 0, 1) };
}

/**
 * A preview: segments of a timeline, evenly distributed over it, each in the middle of its share, so that neither the
 * first picture nor the last one is among them. What is no longer than its preview is its preview.
 */
export function previewOf(
  timeline: Timeline,
  { durationSeconds, maxSegments, minSegmentSeconds }: PreviewShape,
): Timeline {
  const total = timelineFrames(timeline);
  const frames = Math.max(1, roundProduct(durationSeconds, timeline.frameRate));
  if (frames >= total) return timeline;
  const segments = Math.max(1, Math.min(maxSegments, frames, floor(divide(durationSeconds, minSegmentSeconds))));
  const [length, longer] = [Math.floor(frames / segments), frames % segments];
  const clips = Array.from({ length: segments }, (_, index) => {
    // What is left out lies half before and half behind each; frames that do not divide are given to the first ones.
    const leftOut = floor(rational((2 * index + 1) * (total - frames), 2 * segments));
    const from = leftOut + index * length + Math.min(index, longer);
    return cutTimeline(timeline, from, from + length + (index < longer ? 1 : 0));
  });
  return { ...timeline, clips: clips.flat() };
}

/** Whether all speeds of a timeline lie within bounds; a frame that is held has none. */
export const speedsWithin = ({ clips }: Timeline, least: Rational, most: Rational): boolean =>
  clips.every(({ speed }) => speed.num === 0 || (compare(speed, least) >= 0 && compare(speed, most) <= 0));

/** The most clips that any span of so many frames meets. */
export function mostClipsWithin({ clips }: Timeline, frames: number): number {
  let [most, first, length] = [0, 0, 0];
  clips.forEach((clip, index) => {
    length += clip.frames;
    // Of the first and the last clip of a span one frame is enough.
    const needed = (): number => (first === index ? 1 : length - (clips[first]?.frames ?? 0) - clip.frames + 2);
    while (needed() > frames) length -= clips[first++]?.frames ?? 0;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
