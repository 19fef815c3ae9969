/** Cues: what subtitles say and when, whatever file they came in. */

import type { Rational } from "#transformation";

/** A piece of text in one style; line breaks are in it. */
export interface Run {
  readonly text: string;
  readonly isBold?: boolean;
  readonly isItalic?: boolean;
  readonly isUnderlined?: boolean;
}

/** Shown in [start, end), in seconds of the film's own time line. */
export interface Cue {
  readonly start: Rational;
  readonly end: Rational;
  readonly runs: readonly Run[];
  /** Where it stands, as WebVTT's cue settings say it: `line:10% align:start`. */
  readonly settings?: string;
}

/** The text without its styles. */
export const plainText = ({ runs }: Cue): string => runs.map(({ text }) => text).join("");
