/** An appraisal: what trial encodes of a few moments have shown of a source. It is made once, in idle time, and kept with it. */

import type { Rational, VideoCodecName } from "#transformation";

/** What became of the moments in one codec, at one size and constant rate factor, under the ladder's cap. */
export interface Trial {
  readonly codec: VideoCodecName;
  readonly width: number;
  readonly height: number;
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
