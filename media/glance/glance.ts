/** A glance: what is seen of a source at a few moments. It is taken when an address first asks for it, and kept with the source. */

import type { Margins, Rgba } from "#transformation";

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
