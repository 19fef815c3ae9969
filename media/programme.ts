/** Programmes: what is shown and heard at a point of a chain, as data. One may be a part of the next. */

import { add, floor, multiply, ONE, type Rational, rational, toNumber } from "#transformation";
import { type Canvas, materialized, type SoundFilters, startingLater } from "./canvas.ts";
import type { LaidContent } from "./laid.ts";
import type { AudioTrack, Source } from "./source.ts";
import type { Waveform } from "./waveform.ts";

/**
 * A run of a timeline's frames. It plays its footage from `from` on, for `frames` times `speed` of its frames; each
 * frame shows that in which its own share begins.
 */
export interface Clip {
  /** Without it the frames are those of the source, on its own grid at the timeline's frame rate. */
  readonly of?: Footage;
  readonly from: Rational;
  /** Frames of the timeline. */
  readonly frames: number;
  /** Frames of the footage in each frame; 0 holds one. */
  readonly speed: Rational;
  /** The same frames in the opposite order. */
  readonly isReversed: boolean;
}

export interface Timeline {
  readonly frameRate: Rational;
  readonly clips: readonly Clip[];
}

/** What a chain of edits has made of a source. */
export interface Programme {
  readonly source: Source;
  readonly timeline: Timeline;
  /** Absent where there is no picture, or the URL wants none. */
  readonly canvas?: Canvas;
  /** Timed filters count from a frame of the timeline, as on the canvas. */
  readonly sound: readonly SoundFilters[];
  /** What is shown is a drawing of sound instead of frames of the source. */
  readonly waveform?: Waveform;
}

/** Frames in which one programme gives way to the next. */
export interface Crossing {
  readonly first: Programme;
  /** The frame of the first programme with which it begins; the second one begins with its own first frame. */
  readonly firstFrom: number;
  readonly second: Programme;
  readonly frames: number;
  /** A transition by its name, or a programme whose lightness lets the second one through. */
  readonly by: string | Programme;
}

export type Footage = Programme | Crossing;

export const isCrossing = (footage: Footage): footage is Crossing => "second" in footage;

/** A run of whole frames, as they are. */
export const plainClip = (from: number, frames: number): Clip => ({
  from: rational(from),
  frames,
  speed: ONE,
  isReversed: false,
});

export const timelineFrames = (timeline: Timeline): number =>
  timeline.clips.reduce((sum, clip) => sum + clip.frames, 0);

/** Footage frames [low, high) of a clip. */
export const cutClip = (clip: Clip, low: number, high: number): Clip => ({
  ...clip,
  from: add(clip.from, multiply(rational(clip.isReversed ? clip.frames - high : low), clip.speed)),
  frames: high - low,
});

/** The clips that frames [from, to) of a timeline show. */
export function cutTimeline(timeline: Timeline, from: number, to: number): readonly Clip[] {
  let start = 0;
  return timeline.clips.flatMap((clip) => {
    const [low, high] = [Math.max(from, start), Math.min(to, start + clip.frames)];
    const cut = low < high ? [cutClip(clip, low - start, high - start)] : [];
    start += clip.frames;
    return cut;
  });
}

/** Frames [from, to) of a programme; what reads the time goes on as it was meant. */
export function startingAt(programme: Programme, from: number, to: number): Programme {
  const { timeline, canvas, sound } = programme;
  return {
    ...programme,
    timeline: { ...timeline, clips: cutTimeline(timeline, from, to) },
    ...(canvas && { canvas: startingLater(canvas, from) }),
    sound: sound.map((step) => (step.timedFrom === undefined ? step : { ...step, timedFrom: step.timedFrom + from })),
  };
}

/** The frame of its footage that a clip shows as its frame `index`. */
export const footageFrameAt = ({ from, frames, speed, isReversed }: Clip, index: number): number =>
  floor(add(from, multiply(rational(isReversed ? frames - 1 - index : index), speed)));

/** The same to see and to hear, but all that was done so far is over: what follows counts its time from its start. */
export function enclosed(programme: Programme): Programme {
  const { source, timeline, canvas } = programme;
  const shown = canvas && materialized(canvas);
  return {
    source,
    timeline: {
      frameRate: timeline.frameRate,
      clips: [{ ...plainClip(0, timelineFrames(timeline)), of: { ...programme, ...(shown && { canvas: shown }) } }],
    },
    ...(shown && { canvas: { ...shown, steps: [] } }),
    sound: [],
  };
}

/** Whether nothing is done to what its clips show. */
export const isEnclosed = ({ timeline, canvas, sound }: Programme): boolean =>
  timeline.clips.every(({ of }) => of !== undefined) && !canvas?.steps.length && sound.length === 0;

const partsOf = (footage: Footage): readonly Programme[] =>
  isCrossing(footage)
    ? [footage.first, footage.second, ...(typeof footage.by === "string" ? [] : [footage.by])]
    : [footage];

/** The most inputs that a frame is put together of: what its clip plays, and the layers that may be shown in it. */
export const openingsOf = ({ timeline, canvas }: Pick<Programme, "timeline" | "canvas">): number =>
  Math.max(...timeline.clips.map(({ of }) => (of ? partsOf(of).reduce((sum, part) => sum + openingsOf(part), 0) : 1))) +
  (canvas?.steps ?? []).reduce((sum, { laid }) => sum + (laid ? openingsOfContent(laid.content) : 0), 0);

const openingsOfContent = (content: LaidContent): number => ("canvas" in content ? openingsOf(content) : 1);

/** The programme's own tracks; where it has none, the one that stands for the sound of what is joined to it. */
export function soundTracks({ source, timeline }: Programme): readonly AudioTrack[] {
  if (source.audio.length > 0) return source.audio;
  const joined = timeline.clips.flatMap(({ of }) => (of ? partsOf(of) : []));
  return joined.flatMap(soundTracks).slice(0, 1);
}

/** The most frames of a source that are decoded for one of the timeline's. */
export const paceOf = ({ clips }: Timeline): number =>
  Math.max(
    ...clips.map(
      ({ of, speed }) => toNumber(speed) * (of ? partsOf(of).reduce((sum, part) => sum + paceOf(part.timeline), 0) : 1),
    ),
  );
