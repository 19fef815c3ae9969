/** Chapters of a programme: those of its source, moved as its pictures are, in the JSON that players of HLS read. */

import { compare, equals, multiply, type Rational, rational, subtract, toDecimal } from "#transformation";
import type { DeliveryPlan } from "./plan.ts";
import { plainText } from "./subtitles/cue.ts";
import { cuesWithin, movedBy } from "./subtitles/timing.ts";
import { timeZero } from "./timeline.ts";

/** The rendition whose folder they lie in. */
export const CHAPTERS_ID = "chapters-json";

/** In seconds since the presentation's zero. */
export interface Chapter {
  readonly start: Rational;
  readonly end: Rational;
  /** Empty where the source gives it none. */
  readonly title: string;
}

/** A chapter goes the way that a cue goes; of what is joined to a film none is known. */
export function chaptersOf(plan: DeliveryPlan): readonly Chapter[] {
  const { source, grid } = plan;
  const marks = (source.chapterMarks ?? []).map(({ start, end, title = "" }) => ({
    ...{ start, end },
    runs: [{ text: title }],
  }));
  const said = { cues: movedBy(marks, multiply(rational(-1), timeZero(source))), version: source.version };
  return cuesWithin(said, plan, 0, grid.frames)
    .map((cue) => ({ start: cue.start, end: cue.end, title: plainText(cue) }))
    .sort((a, b) => compare(a.start, b.start))
    .reduce<readonly Chapter[]>(joined, []);
}

/** A chapter that a change of pace has cut in two is still one. */
function joined(chapters: readonly Chapter[], next: Chapter): readonly Chapter[] {
  const last = chapters.at(-1);
  return last && last.title === next.title && equals(last.end, next.start)
    ? [...chapters.slice(0, -1), { ...last, end: next.end }]
    : [...chapters, next];
}

const decimal = (seconds: Rational): number => Number(toDecimal(seconds));

/** What EXT-X-SESSION-DATA of `com.apple.hls.chapters` leads to. */
export const chaptersFile = (chapters: readonly Chapter[]): string =>
  JSON.stringify(
    chapters.map(({ start, end, title }, index) => ({
      chapter: index + 1,
      "start-time": decimal(start),
      duration: decimal(subtract(end, start)),
      // Containers do not say in which language their chapters are named.
      ...(title !== "" && { titles: [{ language: "und", title }] }),
    })),
  );
