/** Finds the constant frame rate that a track's pictures are best shown at. Pure. */

import { compare, divide, multiply, parseRational, type Rational, rational, toNumber } from "#transformation";

/** Rates that cameras, editors and broadcasters use, and their NTSC sisters. */
const STANDARD_RATES: readonly Rational[] = [
  ...[5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 90, 100, 120, 200, 240].map((rate) => rational(rate)),
  rational(25, 2),
  ...[12, 15, 24, 30, 48, 60, 120, 240].map((rate) => rational(rate * 1000, 1001)),
];

/** How far a measured rate may lie from a standard one: 29.97 and 30 differ by twice as much. */
const STANDARD_TOLERANCE = 0.0005;

/** A variable rate is only a hint: the nearest standard rate within an eighth. */
const VARIABLE_TOLERANCE = 0.125;

function nearestStandard(rate: number, tolerance: number): Rational | undefined {
  const distance = (candidate: Rational) => Math.abs(toNumber(candidate) - rate) / rate;
  const best = STANDARD_RATES.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return distance(best) <= tolerance ? best : undefined;
}

const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? 0;

export interface FrameRateFinding {
  readonly frameRate: Rational;
  readonly variable: boolean;
  /** What one picture lasts, in ticks, where nothing else says so. */
  readonly nominalTicks: number;
}

/**
 * @param pts presentation times in ticks, ascending, without repetition
 * @param stated what the container says, for a track of one picture and as a tie-breaker: ffprobe's rates
 */
export function findFrameRate(
  pts: readonly number[],
  timeBase: Rational,
  stated: readonly (string | undefined)[],
): FrameRateFinding {
  const deltas = pts
    .slice(1)
    .map((ticks, index) => ticks - (pts[index] ?? 0))
    .filter((delta) => delta > 0)
    .sort((a, b) => a - b);
  if (deltas.length === 0) return fromStated(stated, timeBase);
  const usual = median(deltas);
  // A tick either way is rounding (Matroska counts milliseconds); more than a twentieth is not.
  const slack = Math.max(1.01, usual * 0.05);
  const steady = deltas.every((delta) => Math.abs(delta - usual) <= slack);
  const perSecond = divide(rational(1), timeBase);
  const mean = toNumber(perSecond) * (deltas.length / ((pts.at(-1) ?? 0) - (pts[0] ?? 0)));
  if (steady) {
    // The mean of a few jittery pictures is no better than their jitter.
    const jitter = Math.max(...deltas.map((delta) => Math.abs(delta - usual))) / (usual * deltas.length);
    const exact =
      nearestStandard(mean, STANDARD_TOLERANCE + 2 * jitter) ??
      statedNear(mean, stated) ??
      multiply(perSecond, rational(1, Math.round(usual)));
    return { frameRate: bounded(exact), variable: false, nominalTicks: usual };
  }
  // The faster stretches decide, or motion would be lost there.
  const fast = deltas[Math.floor(deltas.length / 10)] ?? usual;
  const pace = toNumber(perSecond) / (fast < usual * 0.75 ? fast : usual);
  const rate = nearestStandard(pace, VARIABLE_TOLERANCE) ?? rational(Math.max(1, Math.round(pace)));
  return { frameRate: bounded(rate), variable: true, nominalTicks: usual };
}

function statedNear(mean: number, stated: readonly (string | undefined)[]): Rational | undefined {
  return stated
    .map((text) => (text === undefined ? undefined : parseRational(text)))
    .find((rate) => rate !== undefined && rate.num > 0 && Math.abs(toNumber(rate) - mean) / mean < 0.002);
}

/** One picture: what the container says, or a second. */
function fromStated(stated: readonly (string | undefined)[], timeBase: Rational): FrameRateFinding {
  const rate = stated
    .map((text) => (text === undefined ? undefined : parseRational(text)))
    .find((candidate) => candidate !== undefined && candidate.num > 0 && toNumber(candidate) <= 240);
  const frameRate = bounded((rate && nearestStandard(toNumber(rate), VARIABLE_TOLERANCE)) ?? rational(25));
  return {
    frameRate,
    variable: false,
    nominalTicks: Math.max(1, Math.round(toNumber(divide(divide(rational(1), frameRate), timeBase)))),
  };
}

/** A picture every ten seconds at least, and no more than what any camera takes. */
const bounded = (rate: Rational): Rational =>
  compare(rate, rational(1, 10)) < 0 ? rational(1, 10) : compare(rate, rational(240)) > 0 ? rational(240) : rate;
