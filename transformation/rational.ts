/** Exact arithmetic on fractions: all media time is counted in these, never in floating point. */

import { Problem } from "./problem.ts";

/** A reduced fraction with a positive denominator; both parts are safe integers, so it survives JSON. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
const magnitude = (a: bigint): bigint => (a < 0n ? -a : a);

const areSafe = (a: number, b: number): boolean => Number.isSafeInteger(a) && Number.isSafeInteger(b);

/** The same in plain numbers, for what fits into them: nearly everything, at a tenth of the time. */
function reduceSafe(num: number, den: number): Rational {
  let [a, b] = [Math.abs(num), Math.abs(den)];
  while (b !== 0) [a, b] = [b, a % b];
  const divisor = den < 0 ? -a : a;
  // No negative zero.
  return { num: num / divisor + 0, den: den / divisor };
}

function reduce(num: bigint, den: bigint): Rational {
  if (den === 0n) throw new RangeError("a fraction with a zero denominator");
  const sign = den < 0n ? -1n : 1n;
  const divisor = gcd(magnitude(num), magnitude(den)) || 1n;
  const reduced = { num: Number((sign * num) / divisor), den: Number((sign * den) / divisor) };
  if (!Number.isSafeInteger(reduced.num) || !Number.isSafeInteger(reduced.den)) {
    throw new Problem("invalid-value", `${num}/${den} has more digits than can be calculated with exactly.`);
  }
  return reduced;
}

/**
 * num/den, reduced. Throws RangeError for a zero denominator or parts that are no integers, and as all arithmetic does
 * Problem `invalid-value` where a result leaves the safe integers: a URL may ask for that.
 */
export function rational(num: number, den = 1): Rational {
  if (areSafe(num, den) && den !== 0) return reduceSafe(num, den);
  return reduce(BigInt(num), BigInt(den));
}

export const ZERO: Rational = { num: 0, den: 1 };
export const ONE: Rational = { num: 1, den: 1 };

const cross = (a: Rational, b: Rational): [bigint, bigint] => [
  BigInt(a.num) * BigInt(b.den),
  BigInt(b.num) * BigInt(a.den),
];

export function add(a: Rational, b: Rational): Rational {
  const [left, right, den] = [a.num * b.den, b.num * a.den, a.den * b.den];
  if (areSafe(left, right) && areSafe(left + right, den)) return reduceSafe(left + right, den);
  const [x, y] = cross(a, b);
  return reduce(x + y, BigInt(a.den) * BigInt(b.den));
}

export function subtract(a: Rational, b: Rational): Rational {
  const [left, right, den] = [a.num * b.den, b.num * a.den, a.den * b.den];
  if (areSafe(left, right) && areSafe(left - right, den)) return reduceSafe(left - right, den);
  const [x, y] = cross(a, b);
  return reduce(x - y, BigInt(a.den) * BigInt(b.den));
}

export function multiply(a: Rational, b: Rational): Rational {
  const [num, den] = [a.num * b.num, a.den * b.den];
  if (areSafe(num, den)) return reduceSafe(num, den);
  return reduce(BigInt(a.num) * BigInt(b.num), BigInt(a.den) * BigInt(b.den));
}

export function divide(a: Rational, b: Rational): Rational {
  const [num, den] = [a.num * b.den, b.num * a.den];
  if (areSafe(num, den) && den !== 0) return reduceSafe(num, den);
  const [x, y] = cross(a, b);
  return reduce(x, y);
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compare(a: Rational, b: Rational): number {
  const [left, right] = [a.num * b.den, b.num * a.den];
  if (areSafe(left, right)) return Math.sign(left - right);
  const [x, y] = cross(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export const smaller = (a: Rational, b: Rational): Rational => (compare(a, b) <= 0 ? a : b);
export const greater = (a: Rational, b: Rational): Rational => (compare(a, b) >= 0 ? a : b);
export const equals = (a: Rational, b: Rational): boolean => a.num === b.num && a.den === b.den;

export function floor(a: Rational): number {
  const rest = a.num % a.den;
  const below = a.num - (rest < 0 ? rest + a.den : rest);
  if (areSafe(a.num, a.den) && Number.isSafeInteger(below)) return below / a.den + 0;
  const quotient = BigInt(a.num) / BigInt(a.den);
  return Number(a.num < 0 && BigInt(a.num) % BigInt(a.den) !== 0n ? quotient - 1n : quotient);
}

export const ceil = (a: Rational): number => -floor({ num: -a.num, den: a.den });

/** The nearest whole number; halves go up. */
export const round = (a: Rational): number => Number(rounded(BigInt(a.num), BigInt(a.den)));

/** The whole number nearest to a product, which need not fit into safe integers itself: a long time at an odd rate. */
export const roundProduct = (a: Rational, b: Rational): number =>
  Number(rounded(BigInt(a.num) * BigInt(b.num), BigInt(a.den) * BigInt(b.den)));

/** The smallest whole number that is no less than a product. */
export function ceilProduct(a: Rational, b: Rational): number {
  const [num, den] = [a.num * b.num, a.den * b.den];
  // Unreduced: what divides both does not matter here.
  return areSafe(num, den) ? ceil({ num, den }) : ceil(multiply(a, b));
}

/** num/den for a positive den, halves up. */
function rounded(num: bigint, den: bigint): bigint {
  const [twice, whole] = [2n * num + den, 2n * den];
  return twice / whole - (twice < 0n && twice % whole !== 0n ? 1n : 0n);
}

/** The last convergent of the continued fraction of `a` whose terms do not exceed `maxTerm`; `a` itself where its own do not. */
export function approximate(a: Rational, maxTerm: number): Rational {
  let [rest, before, last] = [a, { num: 0, den: 1 }, { num: 1, den: 0 }];
  for (;;) {
    const whole = floor(rest);
    const next = { num: whole * last.num + before.num, den: whole * last.den + before.den };
    if (Math.max(Math.abs(next.num), next.den) > maxTerm) return last.den === 0 ? rational(whole) : last;
    if (compare(next, a) === 0) return next;
    [before, last, rest] = [last, next, divide(ONE, subtract(rest, rational(whole)))];
  }
}

/** For display and for arithmetic that is no media time (rates, sizes). */
export const toNumber = (a: Rational): number => a.num / a.den;

export const formatRational = (a: Rational): string => (a.den === 1 ? `${a.num}` : `${a.num}/${a.den}`);

/** Reads `30000/1001`, `25` or `29.97` exactly; undefined where the text is no number. */
export function parseRational(text: string): Rational | undefined {
  const fraction = /^(-?\d{1,15})\/(\d{1,15})$/.exec(text);
  if (fraction) return Number(fraction[2]) === 0 ? undefined : rational(Number(fraction[1]), Number(fraction[2]));
  const decimal = /^(-?)(\d{1,9})(?:\.(\d{1,6})\d*)?$/.exec(text);
  if (!decimal) return undefined;
  const digits = decimal[3] ?? "";
  return rational(Number(`${decimal[1]}${decimal[2]}${digits}`), 10 ** digits.length);
}

/** Decimal text with a fixed number of digits after the point, rounded half up; exact integer arithmetic. */
export function toFixed(a: Rational, digits: number): string {
  // Not by `round`: what is scaled may leave the safe integers.
  const scaled = rounded(BigInt(a.num) * 10n ** BigInt(digits), BigInt(a.den));
  const text = magnitude(scaled)
    .toString()
    .padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const sign = scaled < 0n ? "-" : "";
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(text.length - digits)}`;
}

/** The shortest decimal text of at most six digits after the point. */
export const toDecimal = (a: Rational): string => toFixed(a, 6).replace(/0+$/, "").replace(/\.$/, "");
