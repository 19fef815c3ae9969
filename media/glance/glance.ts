/** A glance: what is seen of a source at a few moments. It is taken when an address first asks for it, and kept with the source. */

import { floor, type Margins, multiply, type Rational, type Rgba, rational, toNumber } from "#transformation";
import { secondsOf } from "../grid.ts";
import type { Source, VideoTrack } from "../source.ts";

/** One of the moments that were looked at. */
export interface Moment {
  /** Of the source's grid, at its own frame rate. */
  readonly frame: number;
  /** How good a picture of the whole it makes: sharp, colourful, neither dark nor pale. More than 0 is better. */
  readonly interest: number;
}

export interface Glance {
  /** Ascending; one at least. */
  readonly moments: readonly Moment[];
  /** How much is worth seeing where, over all moments: `ATTENTION_CELLS` rows of as many digits of base 36. */
  readonly attention: readonly string[];
  /** Bars that are black at all moments, in pixels of the picture as it is shown, upright and with square pixels. */
  readonly bars: Margins;
  /** The most frequent colours along the sides, and of the picture; the first is the most frequent. */
  readonly border: readonly Rgba[];
  readonly colours: readonly Rgba[];
}

export const ATTENTION_CELLS = 24;

/** Enough for a film's scenes to be among them; each costs the decoding of a key picture and a few behind it. */
const MOST_MOMENTS = 9;

/** Closer ones show the same: a phone's picture that moves for three seconds is looked at three times. */
const MOMENT_SECONDS = 1;

/** The frames to look at: at equal distances, moved to key pictures where these are known and near, since they are decoded at once. */
export function momentsOf(frames: number, frameRate: Rational, video: VideoTrack): readonly number[] {
  const count = Math.max(
    1,
    Math.min(MOST_MOMENTS, Math.round(toNumber(secondsOf(frames, frameRate)) / MOMENT_SECONDS)),
  );
  const wanted = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * frames) / count));
  const keys = (video.keyframes?.pts ?? []).map((pts) =>
    floor(multiply(multiply(rational(pts - video.startTicks), video.timeBase), frameRate)),
  );
  const reach = frames / count / 2;
  const near = wanted.map((frame) => {
    const key = keys.reduce((best, at) => (Math.abs(at - frame) < Math.abs(best - frame) ? at : best), -frames);
    return Math.abs(key - frame) <= reach && key >= 0 && key < frames ? key : frame;
  });
  return [...new Set(near)];
}

/** Whether a source has a picture that nobody has looked at yet. */
export const isUnseen = ({ video, glance }: Source): boolean => video !== undefined && glance === undefined;
