/** What an appraisal decides: as coarse a rate factor as the source bears, a cap near what it costs, and the rung that shows all of it. */

import { equals, ONE, type Quality, type VideoCodecName } from "#transformation";
import { qualityOf, qualityPercent, rateFactorOf, VIDEO_CODECS } from "../codecs.ts";
import { type Size, SMALLEST_CAP } from "../ladder.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { Appraisal, Trial } from "./appraisal.ts";

/**
 * How like its original a picture has to be, as -10 log10(1 - SSIM) of its luma. `good` is what constant rate factors
 * give films of middling difficulty (measured on fifteen: 14.5 to 24.5 dB, half of them above 17.5).
 */
const TARGET_DECIBELS = { best: 19, good: 17, eco: 15.5, low: 14 } as const;

/** Points of quality that easy content may lose at most: SSIM hardly sees what banding does to a smooth sky. */
const MOST_POINTS = 20;

/** The costliest of a few moments is not that of the film: its cap is so much higher. */
const HEADROOM = 2;

/**
 * The mean of a film lies below its costliest moment, but not always below that of those which were looked at; and segments
 * that are encoded alone cost up to a tenth more (SVT-AV1, measured) than the moments, which were encoded in a row.
 */
const MARGIN_OF_MEAN = 1.25;

/** What no moment has shown may still be as hard as film is. */
const LEAST_SHARE_OF_LADDER = 0.25;

/** What a rendition is made with, as its source has shown that it may be. */
export interface DecidedRate {
  readonly rateFactor: number;
  readonly maxBitsPerSecond: number;
  /** No less than what all of it comes to. */
  readonly averageBitsPerSecond: number;
}

/** The appraisal that holds for a plan: of a picture that nothing is done to but scaling, and a quality that is left to the service. */
export function appraisalOf({ source, canvas, timeline, encoding }: DeliveryPlan): Appraisal | undefined {
  const { appraisal } = source;
  if (!appraisal || !canvas?.decoded || canvas.steps.length > 0 || canvas.colour.range) return undefined;
  const isOwn = timeline.clips.every(({ of, speed }) => of === undefined && equals(speed, ONE));
  const isOwnRate = equals(timeline.frameRate, appraisal.frameRate);
  const isLeftOpen = !encoding.isConstantRate && !encoding.codecTuning && "auto" in qualityOf(encoding);
  return isOwn && isOwnRate && isLeftOpen ? appraisal : undefined;
}

const octaves = ({ width, height }: Size): number => Math.log2(width * height);

/** Beyond the sizes of trials lines are followed for so many doublings of the pixels. */
const MOST_OCTAVES = 1.2;

/** The value at a size, on the line through those of one or two trials. */
function atSize(size: Size, trials: readonly Trial[], value: (trial: Trial) => number): number {
  const [first, second] = trials;
  if (!first) return 0;
  if (!second) return value(first);
  const [low, high] = octaves(first) < octaves(second) ? [first, second] : [second, first];
  const at = Math.min(octaves(high) + MOST_OCTAVES, Math.max(octaves(low) - MOST_OCTAVES, octaves(size)));
  const share = (at - octaves(low)) / (octaves(high) - octaves(low));
  return value(low) + share * (value(high) - value(low));
}

/** What trials say of a codec at a size, along its rate factors. */
function curveAt({ trials }: Appraisal, codec: VideoCodecName, size: Size) {
  const own = trials.filter((trial) => trial.codec === codec);
  const factors = [...new Set(own.map(({ rateFactor }) => rateFactor))].sort((a, b) => a - b);
  const [fine, coarse] = [factors[0], factors.at(-1)];
  if (fine === undefined || coarse === undefined || fine === coarse) return undefined;
  const along = (value: (trial: Trial) => number) => {
    const at = (factor: number) =>
      atSize(
        size,
        own.filter(({ rateFactor }) => rateFactor === factor),
        value,
      );
    const [start, step] = [at(fine), (at(coarse) - at(fine)) / (coarse - fine)];
    return { start, step, at: (factor: number) => start + step * (factor - fine) };
  };
  return {
    fine,
    decibels: along(({ decibels }) => decibels),
    peak: along((trial) => Math.log2(trial.peakBitsPerSecond)),
  };
}

/**
 * The rate of a codec at a size and a level of quality; undefined where no trial was made of the codec.
 * @param cap the ladder's own, in bits a second, which is never exceeded
 */
export function decidedRate(
  appraisal: Appraisal,
  { codec, size, quality, cap }: { codec: VideoCodecName; size: Size; quality: Quality; cap: number },
): DecidedRate | undefined {
  const curve = curveAt(appraisal, codec, size);
  if (!curve) return undefined;
  const entry = VIDEO_CODECS[codec];
  const percent = qualityPercent(quality);
  const [finest, coarsest] = [percent, percent - MOST_POINTS].map((points) => rateFactorOf(entry, points)) as [
    number,
    number,
  ];
  const target = TARGET_DECIBELS["auto" in quality ? quality.auto : "good"];
  const { start, step } = curve.decibels;
  // Where a cap decides both trials are alike, and as good as they can be.
  const borne = step < 0 ? curve.fine + (target - start) / step : start < target ? finest : coarsest;
  // Down to the whole factor that still reaches the target.
  const rateFactor = Math.min(coarsest, Math.max(finest, Math.floor(borne)));
  const peak = 2 ** curve.peak.at(rateFactor);
  const least = Math.max(cap * LEAST_SHARE_OF_LADDER, SMALLEST_CAP);
  const maxBitsPerSecond = Math.min(cap, Math.max(least, Math.ceil((HEADROOM * peak) / 1000) * 1000));
  const average = Math.max(maxBitsPerSecond / HEADROOM, Math.ceil(MARGIN_OF_MEAN * peak));
  return { rateFactor, maxBitsPerSecond, averageBitsPerSecond: Math.min(maxBitsPerSecond, average) };
}

/** Of a twentieth of what is drawn no more than a hundredth of the likeness is lost: nobody sees it beneath what coding costs. */
const SUFFICIENT_DECIBELS = 20;

/** The lines of the smallest rung that shows all that a source holds; undefined where every rung shows more than the one below. */
export const sufficientLines = ({ details }: Appraisal): number | undefined =>
  details.find(({ decibels }) => decibels >= SUFFICIENT_DECIBELS)?.lines;
