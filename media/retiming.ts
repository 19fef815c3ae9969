/** Retimes: reverse, boomerang, loop and another speed, as operations on the timeline, within bounds. */

import { compare, type Edit, multiply, Problem, type Retiming, rational } from "#transformation";
import type { SoundFilters } from "./canvas.ts";
import { secondsOf } from "./grid.ts";
import type { Resolved } from "./stages.ts";
import {
  accelerateTimeline,
  joinTimelines,
  mostClipsWithin,
  plainPart,
  reverseTimeline,
  speedsWithin,
  type Timeline,
  timelineFrames,
} from "./timeline.ts";

/** A segment decodes at most this many times its own length. */
const FASTEST = rational(4);
const SLOWEST = rational(1, 4);

/** A day, as of any moment that a URL may name. */
const LONGEST_SECONDS = rational(86_400);

/** Each clip that a segment meets is an input of its own; the longest segment lasts six seconds and its sound a little more. */
const CLIPS_AT_ONCE = 24;
const AT_ONCE_SECONDS = rational(7);

function retimed(timeline: Timeline, retiming: Retiming): Timeline {
  switch (retiming.kind) {
    case "accelerate":
      return accelerateTimeline(timeline, rational(100 + retiming.percent, 100));
    case "reverse":
      return reverseTimeline(timeline);
    case "boomerang":
      return joinTimelines(timeline, reverseTimeline(timeline));
    case "loop":
      return joinTimelines(timeline, ...Array.from({ length: retiming.extraPlays }, () => timeline));
  }
}

/** Throws `invalid-value` for what would cost without limit. */
function bounded(timeline: Timeline, { kind }: Retiming): Timeline {
  const tooMuch = (message: string, expected: string) =>
    new Problem("invalid-value", message, { parameter: `e_${kind}`, expected });
  if (!speedsWithin(timeline, SLOWEST, FASTEST))
    throw tooMuch(
      "All changes of speed together make more than four times the pace, or less than a quarter.",
      "at most four times as fast, at least a quarter",
    );
  if (compare(secondsOf(timelineFrames(timeline), timeline.frameRate), LONGEST_SECONDS) > 0)
    throw tooMuch("The video would last longer than a day.", "at most a day");
  const atOnce = multiply(AT_ONCE_SECONDS, timeline.frameRate);
  if (mostClipsWithin(timeline, Math.ceil(atOnce.num / atOnce.den)) > CLIPS_AT_ONCE)
    throw tooMuch(
      `More than ${CLIPS_AT_ONCE} repetitions would fall into ${AT_ONCE_SECONDS.num} seconds.`,
      "a longer part, or fewer repetitions",
    );
  return timeline;
}

const timed = (steps: readonly SoundFilters[]): boolean => steps.some(({ timedFrom }) => timedFrom !== undefined);

/** Timed filters on the source's own frames: what they count from there, of a clip that begins at a frame. */
const onSource = <Step extends SoundFilters>(steps: readonly Step[], from: number): readonly Step[] =>
  steps.map((step) => (step.timedFrom === undefined ? step : { ...step, timedFrom: step.timedFrom - from }));

/**
 * What was done before the first retiming is retimed with the picture: a fade-in that is played backwards is a fade-out.
 * So timed filters, and what stands before them, are applied to the source's frames in their own order, and the others
 * to the output's. A timed filter between two retimings has no such place.
 */
function withEarlySteps(resolved: Resolved, { kind }: Retiming): Resolved {
  const { timeline, canvas, sound } = resolved;
  const pictureSteps = canvas?.steps ?? [];
  if (!timed(pictureSteps) && !timed(sound)) return resolved;
  const isLaid = timed(pictureSteps) && pictureSteps.some(({ laid }) => laid !== undefined);
  if (isLaid || sound.some(({ mixed }) => mixed !== undefined))
    throw new Problem(
      "unsupported-parameter",
      `Layers that are heard, or shown beside what reads the time, are laid behind all changes of time: e_${kind} follows them.`,
      { parameter: `e_${kind}` },
    );
  const part = plainPart(timeline);
  if (!part)
    throw new Problem(
      "unsupported-parameter",
      `An effect that reads the time, such as e_fade, may stand before the first change of time or behind the last, not between two: e_${kind} follows it.`,
      { parameter: `e_${kind}` },
    );
  return {
    ...resolved,
    ...(canvas &&
      timed(pictureSteps) && { canvas: { ...canvas, steps: [], early: onSource(pictureSteps, part.from) } }),
    ...(timed(sound) && { sound: [], earlySound: onSource(sound, part.from) }),
  };
}

/** The stage: one retiming of a component after the other. */
export const retime = (resolved: Resolved, { retimings = [] }: Edit): Resolved =>
  retimings.reduce((before, retiming) => {
    const ready = withEarlySteps(before, retiming);
    return { ...ready, timeline: bounded(retimed(ready.timeline, retiming), retiming) };
  }, resolved);
