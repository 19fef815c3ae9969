/** The grammars that parameters are built of: each reads, bounds, spells canonically and words its own refusal. */

import { divide, parseRational, type Rational, rational, toDecimal } from "./rational.ts";

/** One grammar. `parse` answers undefined for whatever is not in the language; `format` spells canonically. */
export interface Value<T> {
  readonly expected: string;
  /** Valid spellings to suggest from, where the grammar is a list of words. */
  readonly words?: readonly string[];
  parse(text: string): T | undefined;
  format(value: T): string;
}

export function wholeNumber({ min, max }: { min: number; max: number }): Value<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (text) => {
      if (!/^-?\d{1,9}$/.test(text)) return undefined;
      // -0 is 0.
      const value = Number(text) + 0;
      return value >= min && value <= max ? value : undefined;
    },
    format: String,
  };
}

/** One word of a list; aliases are further spellings of the same word. */
export function oneOf<const T extends string>(
  words: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): Value<T> {
  const spellings = new Map<string, T>([...words.map((word) => [word, word] as const), ...Object.entries(aliases)]);
  return {
    expected: `one of ${words.join(", ")}`,
    words: [...spellings.keys()],
    parse: (text) => spellings.get(text),
    format: (value) => value,
  };
}

/** A decimal number with at most three digits after its point. */
export function decimal({ min, max }: { min: number; max: number }): Value<Rational> {
  return {
    expected: `a number from ${min} to ${max}`,
    parse: (text) => {
      const number = /^-?\d{1,6}(\.\d{1,3}0*)?$/.test(text) ? parseRational(text) : undefined;
      return number && number.num / number.den >= min && number.num / number.den <= max ? number : undefined;
    },
    format: toDecimal,
  };
}

/** Takes no value: the name alone says all. */
export const nothing: Value<true> = {
  expected: "no value",
  parse: (text) => (text === "" ? true : undefined),
  format: () => "",
};

/** Whatever is written there, within reason: for what is handed on as it is, or refused later. */
export const anyText: Value<string> = {
  expected: "up to 500 characters",
  parse: (text) => (text.length <= 500 ? text : undefined),
  format: (value) => value,
};

/** A value that may be left out, and is where it is the usual one. */
export const orUsual = <T>(value: Value<T>, usual: T): Value<T> => ({
  ...value,
  expected: `${value.expected} (${value.format(usual)} where it is left out)`,
  parse: (text) => (text === "" ? usual : value.parse(text)),
  format: (given) => (value.format(given) === value.format(usual) ? "" : value.format(given)),
});

/** `35p`, `35%` as a share of one. */
export const percentOf = (text: string): Rational | undefined => {
  const digits = /^(\d{1,4}(?:\.\d{1,6})?)(?:p|%|%25)$/.exec(text)?.[1];
  const percent = digits === undefined ? undefined : parseRational(digits);
  return percent && rational(percent.num, percent.den * 100);
};

/** As long as the fraction of two decimals of five and four digits may become. */
const MAX_TERM = 999_999_999;
const PAIR = /^(\d{1,9}|\d{1,5}\.\d{1,4}):(\d{1,9}|\d{1,5}\.\d{1,4})$/;

/** `16:9`, `1.85:1`; undefined for what is none, and for fractions that could not be spelled so again. */
export function ratioOf(text: string): Rational | undefined {
  const [, first = "", second = ""] = PAIR.exec(text) ?? [];
  const [width, height] = [parseRational(first), parseRational(second)];
  const ratio = width && height && height.num > 0 ? divide(width, height) : undefined;
  return ratio && Math.max(ratio.num, ratio.den) <= MAX_TERM ? ratio : undefined;
}
