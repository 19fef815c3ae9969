/** An appraisal: what trial encodes of a few moments have shown of a source. It is made once, in idle time, and kept with it. */

import { type Rational, toNumber, type VideoCodecName } from "#transformation";
import { rateFactorOf, VIDEO_CODECS } from "../codecs.ts";
import { secondsOf } from "../grid.ts";
import type { Size } from "../ladder.ts";
import type { Source } from "../source.ts";

/** What became of the moments in one codec, at one size and constant rate factor, under the ladder's cap. */
export interface Trial extends Size {
  readonly codec: VideoCodecName;
  readonly rateFactor: number;
  /** How like its original the luma is, over all pictures: -10 log10(1 - SSIM). */
  readonly decibels: number;
  /** Of the costliest GOP. */
  readonly peakBitsPerSecond: number;
  readonly meanBitsPerSecond: number;
}

/** What is left of the source at the size of a rung. */
export interface Detail {
  readonly lines: number;
  /** How like the original the worst twentieth of all that is drawn is, at the worst of the moments: -10 log10(1 - SSIM). */
  readonly decibels: number;
}

export interface Appraisal {
  /** That of the grid it was made on. */
  readonly frameRate: Rational;
  readonly trials: readonly Trial[];
  /** Of the rungs below the source's own size, the smallest first; none where nothing is drawn at any of the moments. */
  readonly details: readonly Detail[];
}

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
export const TRIAL_PERCENTS = [75, 55] as const;

export const trialFactors = (codec: VideoCodecName): readonly number[] =>
  TRIAL_PERCENTS.map((percent) => rateFactorOf(VIDEO_CODECS[codec], percent));
