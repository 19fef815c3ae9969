/** Cues on a programme: when the output says what the film says. */

import {
  add,
  ceil,
  compare,
  divide,
  equals,
  floor,
  greater,
  multiply,
  ONE,
  type Rational,
  rational,
  smaller,
  subtract,
} from "#transformation";
import { secondsOf } from "../grid.ts";
import { type Clip, type Footage, isCrossing, type Programme } from "../programme.ts";
import type { Cue } from "./cue.ts";

/** Cues that count from another instant. */
export const movedBy = (cues: readonly Cue[], seconds: Rational): readonly Cue[] =>
  cues.map((cue) => ({ ...cue, start: add(cue.start, seconds), end: add(cue.end, seconds) }));

/** What is said from one instant to another, counted from the first. */
export const cutTo = (cues: readonly Cue[], from: Rational, to: Rational): readonly Cue[] =>
  movedBy(
    cues
      .map((cue) => ({ ...cue, start: greater(cue.start, from), end: smaller(cue.end, to) }))
      .filter(({ start, end }) => compare(start, end) < 0),
    multiply(rational(-1), from),
  );

const endOf = ({ from, frames, speed }: Clip): Rational => add(from, multiply(rational(frames), speed));

/** Where a clip shows a cue of its footage, in seconds of its timeline; undefined where it shows nothing of it. */
type Placing = (cue: Cue) => Cue | undefined;

/** Nearly all clips play as their footage does: a cue is moved, and cut where the clip begins and ends. */
function movedOnto(clip: Clip, firstFrame: number, frameRate: Rational): Placing {
  const [low, high] = [divide(clip.from, frameRate), divide(endOf(clip), frameRate)];
  const shift = divide(subtract(rational(firstFrame), clip.from), frameRate);
  const moved = (instant: Rational): Rational => (shift.num === 0 ? instant : add(instant, shift));
  return (cue) => {
    const [from, to] = [greater(cue.start, low), smaller(cue.end, high)];
    return compare(from, to) < 0 ? { ...cue, start: moved(from), end: moved(to) } : undefined;
  };
}

function placingOn(clip: Clip, firstFrame: number, frameRate: Rational): Placing {
  if (equals(clip.speed, ONE) && !clip.isReversed) return movedOnto(clip, firstFrame, frameRate);
  const seconds = (frame: Rational): Rational => divide(add(rational(firstFrame), frame), frameRate);
  const end = endOf(clip);
  const passed = (frame: Rational): Rational =>
    seconds(divide(clip.isReversed ? subtract(end, frame) : subtract(frame, clip.from), clip.speed));
  return (cue) => {
    const [start, stop] = [multiply(cue.start, frameRate), multiply(cue.end, frameRate)];
    if (clip.speed.num === 0) {
      const isSaid = compare(start, clip.from) <= 0 && compare(clip.from, stop) < 0;
      return isSaid ? { ...cue, start: seconds(rational(0)), end: seconds(rational(clip.frames)) } : undefined;
    }
    const [from, to] = [greater(start, clip.from), smaller(stop, end)];
    if (compare(from, to) >= 0) return undefined;
    return clip.isReversed
      ? { ...cue, start: passed(to), end: passed(from) }
      : { ...cue, start: passed(from), end: passed(to) };
  };
}

/** What a film says, and which film it is. */
export interface Said {
  readonly cues: readonly Cue[];
  /** The version of the film's source: what is joined to it says nothing. */
  readonly version: string;
}

/**
 * The cues that frames [from, to) of a programme touch, each with all of its time on its clip, so that neighbouring
 * segments spell one cue alike. A film played backwards, faster or twice says its words so, too.
 */
export function cuesWithin(said: Said, { source, timeline }: Programme, from: number, to: number): readonly Cue[] {
  const { clips, frameRate } = timeline;
  const [first, end] = [secondsOf(from, frameRate), secondsOf(to, frameRate)];
  let firstFrame = 0;
  return clips.flatMap((clip) => {
    const at = firstFrame;
    firstFrame += clip.frames;
    if (at >= to || firstFrame <= from) return [];
    const own = clip.of
      ? footageCues(said, clip.of, clip, frameRate)
      : source.version === said.version
        ? said.cues
        : [];
    const place = placingOn(clip, at, frameRate);
    const moved = own.flatMap((cue) => place(cue) ?? []);
    return moved.filter((cue) => compare(cue.start, end) < 0 && compare(cue.end, first) > 0);
  });
}

function footageCues(said: Said, footage: Footage, clip: Clip, frameRate: Rational): readonly Cue[] {
  const [from, to] = [floor(clip.from), Math.max(floor(clip.from) + 1, ceil(endOf(clip)))];
  if (!isCrossing(footage)) return cuesWithin(said, footage, from, to);
  const { first, firstFrom, second } = footage;
  const going = cuesWithin(said, first, firstFrom + from, firstFrom + to);
  return [...movedBy(going, secondsOf(-firstFrom, frameRate)), ...cuesWithin(said, second, from, to)];
}
