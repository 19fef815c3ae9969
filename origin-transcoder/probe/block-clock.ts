/** Finds out how a track of Vorbis stamps its blocks. Pure. */

import { type BlockClock, countsSamples } from "#media";
import { type Rational, toNumber } from "#transformation";
import type { ProbedFrame } from "./ffprobe.ts";

/** Blocks beside their equals are powers of two long; those between a long and a short one are half as long as both. */
const isAmongEquals = (samples: number): boolean => Number.isInteger(Math.log2(samples));

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** @param heard the track's first frames, decoded; undefined where they cannot tell */
export function blockClock(
  heard: readonly ProbedFrame[],
  { timeBase, sampleRate }: { timeBase: Rational; sampleRate: number },
): BlockClock | undefined {
  let counted = 0;
  const frames = heard.flatMap(({ pts, nb_samples: samples = 0 }) => {
    const stamp = pts === undefined ? undefined : pts * toNumber(timeBase) * sampleRate;
    const late = stamp === undefined ? undefined : stamp - counted;
    counted += samples;
    return late === undefined || samples === 0 ? [] : [{ samples, late }];
  });
  const [first] = frames;
  if (!first) return undefined;
  const equals = frames.filter(({ samples }) => isAmongEquals(samples));
  const byStart = spread(equals.map(({ late }) => late));
  const byEnd = spread(equals.map(({ samples, late }) => late - samples));
  const step = latticeOf(frames.map(({ samples }) => samples));
  const errsBy = countsSamples(timeBase, sampleRate) ? 0 : toNumber(timeBase) * sampleRate;
  return {
    ...(step !== undefined && step > errsBy && { latticeSamples: step }),
    ...(equals.length > 0 && byEnd < byStart / 2 && { endStampedFrom: first.samples }),
  };
}

/** What all lengths are multiples of; only where one between a long and a short block is among them. */
function latticeOf(lengths: readonly number[]): number | undefined {
  return lengths.every(isAmongEquals) ? undefined : lengths.reduce(greatestDivisor);
}
