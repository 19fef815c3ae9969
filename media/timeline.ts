/** The timeline: which frames of the source's own grid the output shows, in order. */

import { multiply, Problem, type Rational, rational, round, subtract, type TimeOffset } from "#transformation";
import { containerNamed } from "./containers.ts";
import { secondsOf } from "./grid.ts";
import type { Source } from "./source.ts";

/** A run of frames, shown at their own speed. Frames are counted on the source's grid at the timeline's frame rate. */
export interface Clip {
  readonly sourceFrame: number;
  readonly frames: number;
}

export interface Timeline {
  readonly frameRate: Rational;
  readonly clips: readonly Clip[];
}

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
  const frames = Math.max(1, round(multiply(sourceDuration(source), frameRate)));
  return { frameRate, clips: [{ sourceFrame: 0, frames }] };
}

export const timelineFrames = (timeline: Timeline): number =>
  timeline.clips.reduce((sum, clip) => sum + clip.frames, 0);

/** The clips that output frames [from, to) show. */
export function cutTimeline(timeline: Timeline, from: number, to: number): readonly Clip[] {
  let start = 0;
  return timeline.clips.flatMap((clip) => {
    const [low, high] = [Math.max(from, start), Math.min(to, start + clip.frames)];
    const cut = low < high ? [{ sourceFrame: clip.sourceFrame + low - start, frames: high - low }] : [];
    start += clip.frames;
    return cut;
  });
}

/** Keeps what lies between start and end; throws `empty-clip` where nothing does. */
export function trimTimeline(
  timeline: Timeline,
  {
    start,
    end,
    duration,
  }: { start?: TimeOffset | undefined; end?: TimeOffset | undefined; duration?: TimeOffset | undefined },
): Timeline {
  const total = timelineFrames(timeline);
  const framesOf = (offset: TimeOffset): number =>
    "seconds" in offset
      ? round(multiply(offset.seconds, timeline.frameRate))
      : round(multiply(offset.share, rational(total)));
  const from = start ? framesOf(start) : 0;
  const to = duration ? from + framesOf(duration) : end ? framesOf(end) : total;
  const clips = cutTimeline(timeline, from, Math.min(to, total));
  if (clips.length === 0) {
    const length = secondsOf(total, timeline.frameRate);
    const parameter = from >= total ? "so" : duration ? "du" : "eo";
    throw new Problem(
      "empty-clip",
      `Nothing is left: the video lasts ${(length.num / length.den).toFixed(3)} s at this point of the chain.`,
      { parameter },
    );
  }
  return { ...timeline, clips };
}
