/** The value grammars of the URL language: each reads, bounds, spells canonically and words its own refusal. */

import { compare, equals, ONE, parseRational, type Rational, rational, toDecimal } from "./rational.ts";

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
      const value = Number(text);
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

/** A length of the picture: pixels, or a share of what the picture measures at that point of the chain. */
export type Dimension = { readonly pixels: number } | { readonly share: Rational };

const percentOf = (text: string): Rational | undefined => {
  const digits = /^(\d{1,4}(?:\.\d{1,6})?)(?:p|%|%25)$/.exec(text)?.[1];
  const percent = digits === undefined ? undefined : parseRational(digits);
  return percent && rational(percent.num, percent.den * 100);
};

/** `640`, `0.5`, `1.0`, `50p`: a number with a point is a share, one without is pixels (url-gen prints both). */
export function dimension({ max }: { max: number }): Value<Dimension> {
  return {
    expected: `pixels from 1 to ${max}, or a share such as 0.5`,
    parse: (text) => {
      if (/^\d{1,9}$/.test(text)) {
        const pixels = Number(text);
        return pixels >= 1 && pixels <= max ? { pixels } : undefined;
      }
      const share = percentOf(text) ?? (/^\d{1,3}\.\d+$/.test(text) ? parseRational(text) : undefined);
      return share && share.num > 0 && compare(share, rational(100)) <= 0 ? { share } : undefined;
    },
    format: (value) => ("pixels" in value ? String(value.pixels) : withPoint(value.share)),
  };
}

/** A place in the picture: pixels or a share, either of them possibly negative. */
export function coordinate({ max }: { max: number }): Value<Dimension> {
  return {
    expected: `pixels from -${max} to ${max}, or a share such as 0.5`,
    parse: (text) => {
      if (/^-?\d{1,9}$/.test(text)) {
        const pixels = Number(text);
        return Math.abs(pixels) <= max ? { pixels } : undefined;
      }
      const share = percentOf(text) ?? (/^-?\d{1,3}\.\d+$/.test(text) ? parseRational(text) : undefined);
      return share && { share };
    },
    format: (value) => ("pixels" in value ? String(value.pixels) : withPoint(value.share)),
  };
}

const withPoint = (share: Rational): string => {
  const text = toDecimal(share);
  return text.includes(".") ? text : `${text}.0`;
};

/** `16:9` or `1.78`. */
export function aspectRatio(): Value<Rational> {
  const inRange = (ratio: Rational) => compare(ratio, rational(1, 100)) >= 0 && compare(ratio, rational(100)) <= 0;
  return {
    expected: "a ratio such as 16:9 or 1.78, from 0.01 to 100",
    parse: (text) => {
      const pair = /^(\d{1,5}(?:\.\d{1,4})?):(\d{1,5}(?:\.\d{1,4})?)$/.exec(text);
      const [width, height] = [parseRational(pair?.[1] ?? text), pair ? parseRational(pair[2] ?? "") : ONE];
      if (!width || !height || width.num <= 0 || height.num <= 0) return undefined;
      const ratio = rational(width.num * height.den, width.den * height.num);
      return inRange(ratio) ? ratio : undefined;
    },
    format: (ratio) => `${ratio.num}:${ratio.den}`,
  };
}

/** A point or a length of time: seconds, or a share of the duration. */
export type TimeOffset = { readonly seconds: Rational } | { readonly share: Rational };

/** `6.5`, `35p`, `35%`. */
export function timeOffset({ maxSeconds }: { maxSeconds: number }): Value<TimeOffset> {
  return {
    expected: `seconds from 0 to ${maxSeconds}, or a share of the duration such as 35p`,
    parse: (text) => {
      const share = percentOf(text);
      if (share) return compare(share, ONE) <= 0 ? { share } : undefined;
      const seconds = /^\d{1,6}(\.\d{1,9})?$/.test(text) ? parseRational(text) : undefined;
      return seconds && compare(seconds, rational(maxSeconds)) <= 0 ? { seconds } : undefined;
    },
    format: (offset) =>
      "seconds" in offset
        ? toDecimal(offset.seconds)
        : `${toDecimal(rational(offset.share.num * 100, offset.share.den))}p`,
  };
}

export const QUALITY_LEVELS = ["best", "good", "eco", "low"] as const;
export type QualityLevel = (typeof QUALITY_LEVELS)[number];
/** What the picture may cost: a number from 1 (smallest) to 100 (best), or a level that the service sets. */
export type Quality = { readonly percent: number } | { readonly auto: QualityLevel };

/** `80`, `auto`, `auto:eco`. `auto` means `auto:good`, as Cloudinary defines it. */
export function quality(): Value<Quality> {
  return {
    expected: "a whole number from 1 to 100, or auto, auto:best, auto:good, auto:eco, auto:low",
    words: ["auto", ...QUALITY_LEVELS.map((level) => `auto:${level}`)],
    parse: (text) => {
      if (text === "auto") return { auto: "good" };
      const level = QUALITY_LEVELS.find((known) => text === `auto:${known}`);
      if (level) return { auto: level };
      const percent = /^\d{1,3}(\.0)?$/.test(text) ? Number(text) : 0;
      return percent >= 1 && percent <= 100 ? { percent } : undefined;
    },
    format: (value) =>
      "percent" in value ? String(value.percent) : value.auto === "good" ? "auto" : `auto:${value.auto}`,
  };
}

/** `250k`, `2m`, `120000`: bits per second. */
export function bitRate({ min, max }: { min: number; max: number }): Value<number> {
  return {
    expected: `bits per second from ${min / 1000}k to ${max / 1_000_000}m, such as 250k or 2m`,
    parse: (text) => {
      const match = /^(\d{1,9}(?:\.\d{1,3})?)(k|m)?$/.exec(text);
      const number = match && parseRational(match[1] ?? "");
      if (!match || !number) return undefined;
      const bitsPerSecond = (number.num / number.den) * (match[2] === "m" ? 1_000_000 : match[2] === "k" ? 1000 : 1);
      return Number.isInteger(bitsPerSecond) && bitsPerSecond >= min && bitsPerSecond <= max
        ? bitsPerSecond
        : undefined;
    },
    format: (bitsPerSecond) => (bitsPerSecond % 1000 === 0 ? `${bitsPerSecond / 1000}k` : String(bitsPerSecond)),
  };
}

/** The frame rates that a URL allows: the source's own is kept where it lies between the bounds. */
export interface FrameRateRange {
  readonly min?: Rational;
  readonly max?: Rational;
}

/** `25` (exactly), `25-` (at least), `-30` (at most), `20-25`. */
export function frameRateRange({ max }: { max: number }): Value<FrameRateRange> {
  const bound = (text: string | undefined) => {
    const rate = text ? parseRational(text) : undefined;
    return rate && rate.num > 0 && compare(rate, rational(max)) <= 0 ? rate : undefined;
  };
  return {
    expected: `frames per second up to ${max}, such as 25, 25-, -30 or 20-25`,
    parse: (text) => {
      const match = /^(\d{1,3}(?:\.\d{1,6})?)?(-)?(\d{1,3}(?:\.\d{1,6})?)?$/.exec(text);
      if (!match || (match[1] === undefined && match[3] === undefined)) return undefined;
      const [low, high] = [bound(match[1]), bound(match[3])];
      if ((match[1] && !low) || (match[3] && !high)) return undefined;
      if (!match[2]) return low ? { min: low, max: low } : undefined;
      if (low && high && compare(low, high) > 0) return undefined;
      return { ...(low && { min: low }), ...(high && { max: high }) };
    },
    format: ({ min, max: most }) => {
      if (min && most && equals(min, most)) return toDecimal(min);
      return `${min ? toDecimal(min) : ""}-${most ? toDecimal(most) : ""}`;
    },
  };
}

/** One step of a rotation, in the order of the URL. */
export type Turn = { readonly degrees: number } | "hflip" | "vflip" | "ignore";

/** `90`, `-90`, `hflip.90`, `ignore` (the source's own rotation is not applied). */
export function rotation(): Value<readonly Turn[]> {
  const words = ["hflip", "vflip", "ignore"] as const;
  const turn = (text: string): Turn | undefined => {
    const word = words.find((known) => known === text);
    if (word) return word;
    if (!/^-?\d{1,3}$/.test(text)) return undefined;
    return { degrees: ((Number(text) % 360) + 360) % 360 };
  };
  return {
    expected: "degrees from -999 to 999, hflip, vflip or ignore, joined by points",
    words,
    parse: (text) => {
      const turns = text.split(".").map(turn);
      return turns.length <= 8 && turns.every((known) => known !== undefined) ? turns : undefined;
    },
    format: (turns) => turns.map((step) => (typeof step === "string" ? step : String(step.degrees))).join("."),
  };
}

/** How loud: a change in percent of the amplitude, or in decibels; mute is a change of -100 percent. */
export type Volume = { readonly percent: number } | { readonly decibels: number };

/** `50` (half as loud again), `-100` or `mute`, `-3dB`. */
export function volume(): Value<Volume> {
  return {
    expected: "a percentage from -100 to 400, mute, or decibels such as -3dB",
    words: ["mute"],
    parse: (text) => {
      if (text === "mute") return { percent: -100 };
      const match = /^(-?\d{1,3})(db)?$/i.exec(text);
      if (!match) return undefined;
      const number = Number(match[1]) + 0;
      if (match[2]) return Math.abs(number) <= 60 ? { decibels: number } : undefined;
      return number >= -100 && number <= 400 ? { percent: number } : undefined;
    },
    format: (value) =>
      "decibels" in value ? `${value.decibels}dB` : value.percent === -100 ? "mute" : String(value.percent),
  };
}
