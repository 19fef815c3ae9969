/** What an appraisal tries: which moments of a film, at which sizes, with which rate factors. */

import { type Rational, toNumber, type VideoCodecName } from "#transformation";
import { rateFactorOf, VIDEO_CODECS } from "../codecs.ts";
import { secondsOf } from "../grid.ts";
import type { Size } from "../ladder.ts";
import type { Source } from "../source.ts";

/** Whether a source has a picture of which no trial was ever made. */
export const isUnappraised = ({ video, appraisal }: Source): boolean => video !== undefined && appraisal === undefined;

/** More would cost more than they tell: with five moments an appraisal costs what encoding a minute of film does. */
const MOST_MOMENTS = 5;

/** A film of ten seconds is looked at from end to end: of half of it, the other half cost a fifth more (measured). */
const SECONDS_A_MOMENT = 2;

/** Single pictures cost little, and a rung that one of them needs is kept. */
const MOST_DETAIL_MOMENTS = 12;
const SECONDS_A_DETAIL = 1;

interface Film {
  readonly frames: number;
  readonly frameRate: Rational;
}

/** Where moments begin: in the middle of equal shares of a film, one for so many seconds of it. */
function startsOf(film: Film, most: number, secondsEach: number, momentFrames: number): readonly number[] {
  const seconds = toNumber(secondsOf(film.frames, film.frameRate));
  const count = Math.max(1, Math.min(most, Math.floor(seconds / secondsEach)));
  return Array.from({ length: count }, (_, index) =>
    Math.max(0, Math.floor(((2 * index + 1) * film.frames) / (2 * count) - momentFrames / 2)),
  );
}

/** The moments that are encoded on trial, each a GOP long. */
export const trialStarts = (film: Film, gopFrames: number): readonly number[] =>
  startsOf(film, MOST_MOMENTS, SECONDS_A_MOMENT, gopFrames);

/** The pictures that are looked at for what smaller ones would show of them. */
export const detailStarts = (film: Film): readonly number[] => startsOf(film, MOST_DETAIL_MOMENTS, SECONDS_A_DETAIL, 1);

/** Trials are made at two sizes at most; what lies between and beyond them follows the same line (measured on film). */
const TRIAL_LINES = [360, 720] as const;

/** The sizes of rungs that trials are made at, the largest first. */
export function trialSizes<Sized extends { readonly rung: { readonly lines: number }; readonly size: Size }>(
  rungs: readonly Sized[],
): readonly Size[] {
  const sizes = TRIAL_LINES.map((lines) => (rungs.findLast(({ rung }) => rung.lines <= lines) ?? rungs[0])?.size);
  return [...new Set(sizes)].filter((size) => size !== undefined).reverse();
}

/** Percentages of quality that trials are made with: `q_auto:good`, and the coarsest that easy content is ever given in its place. */
const TRIAL_PERCENTS = [75, 55] as const;

export const trialFactors = (codec: VideoCodecName): readonly number[] =>
  TRIAL_PERCENTS.map((percent) => rateFactorOf(VIDEO_CODECS[codec], percent));
