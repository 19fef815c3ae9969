/** Retimes: reverse, boomerang, loop and another speed, as operations on the timeline, within bounds. */

import { compare, type Edit, multiply, Problem, type Retiming, rational } from "#transformation";
import type { SoundFilters } from "./canvas.ts";
import { secondsOf } from "./grid.ts";
import { enclosed, type Programme, type Timeline, timelineFrames } from "./programme.ts";
import {
  accelerateTimeline,
  joinTimelines,
  mostClipsWithin,
  previewOf,
  reverseTimeline,
  speedsWithin,
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
    case "preview":
      return previewOf(timeline, retiming);
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
      `More than ${CLIPS_AT_ONCE} parts would fall into ${AT_ONCE_SECONDS.num} seconds.`,
      "longer parts, or fewer of them",
    );
  return timeline;
}

const isTimed = (steps: readonly SoundFilters[] = []): boolean =>
  steps.some(({ timedFrom }) => timedFrom !== undefined);

/**
 * What reads the time is retimed with the picture: a fade-in that is played backwards is a fade-out. So it is a part of
 * what is retimed. What does not is left for later, where it costs least.
 */
const asFootage = (programme: Programme): Programme =>
  isTimed(programme.canvas?.steps) || isTimed(programme.sound) ? enclosed(programme) : programme;

/** The stage: one retiming of a component after the other. */
export const retime = (programme: Programme, { retimings = [] }: Edit): Programme =>
  retimings.reduce((before, retiming) => {
    const ready = asFootage(before);
    return { ...ready, timeline: bounded(retimed(ready.timeline, retiming), retiming) };
  }, programme);
