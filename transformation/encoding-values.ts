/** Grammars of quality, bit rates and loudness. */

import { parseRational } from "./rational.ts";
import type { Value } from "./values.ts";

export const QUALITY_LEVELS = ["best", "good", "eco", "low"] as const;
export type QualityLevel = (typeof QUALITY_LEVELS)[number];
export const CHROMA = ["420", "422", "444"] as const;
/** What the picture may cost: a number from 1 (smallest) to 100 (best), or a level that the service sets. */
export type Quality = ({ readonly percent: number } | { readonly auto: QualityLevel }) & {
  /** Chroma resolution of stills; video has 4:2:0, which every player decodes. */
  readonly chroma?: (typeof CHROMA)[number];
  /** The coarsest quantiser, of codecs that count so. */
  readonly maxQuantizer?: number;
};

/** `80`, `auto`, `auto:eco`. `auto` means `auto:good`, as Cloudinary defines it. */
export function quality(): Value<Quality> {
  return {
    expected: "a whole number from 1 to 100, or auto, auto:best, auto:good, auto:eco, auto:low",
    words: ["auto", ...QUALITY_LEVELS.map((level) => `auto:${level}`)],
    parse: (text) => {
      const words = text.split(":");
      const last = words.length > 1 ? (words.at(-1) ?? "") : "";
      const chroma = CHROMA.find((known) => known === last);
      const qmax = /^qmax_(\d{1,3})$/.exec(last)?.[1];
      if (chroma || qmax !== undefined) words.pop();
      const further = { ...(chroma && { chroma }), ...(qmax !== undefined && { maxQuantizer: Number(qmax) }) };
      const [first = "", level = "good", ...rest] = words;
      const automatic = QUALITY_LEVELS.find((known) => known === level);
      if (first === "auto") return automatic && rest.length === 0 ? { auto: automatic, ...further } : undefined;
      // A share of one stands for as many percent.
      const percent = /^\d{1,3}(\.0+)?$/.test(first)
        ? Number(first)
        : /^0\.\d{1,2}$/.test(first)
          ? Math.round(Number(first) * 100)
          : 0;
      return percent >= 1 && percent <= 100 && words.length === 1 ? { percent, ...further } : undefined;
    },
    format: (value) =>
      [
        "percent" in value ? String(value.percent) : value.auto === "good" ? "auto" : `auto:${value.auto}`,
        ...(value.chroma ? [value.chroma] : []),
        ...(value.maxQuantizer === undefined ? [] : [`qmax_${value.maxQuantizer}`]),
      ].join(":"),
  };
}

/** Bits per second: the most there may be, or as many at all times. */
export interface BitRate {
  readonly bitsPerSecond: number;
  readonly isConstant?: true;
}

/** `250k`, `2m`, `120000`, `500k:constant`. */
export function bitRate({ min, max }: { min: number; max: number }): Value<BitRate> {
  return {
    expected: `bits per second from ${min / 1000}k to ${max / 1_000_000}m, such as 250k or 2m`,
    parse: (text) => {
      const match = /^(\d{1,9}(?:\.\d{1,3})?)(k|m)?(:constant)?$/.exec(text);
      const number = match && parseRational(match[1] ?? "");
      if (!match || !number) return undefined;
      const factor = match[2] === "m" ? 1_000_000 : match[2] === "k" ? 1000 : 1;
      const bitsPerSecond = (number.num * factor) / number.den;
      return Number.isInteger(bitsPerSecond) && bitsPerSecond >= min && bitsPerSecond <= max
        ? { bitsPerSecond, ...(match[3] && { isConstant: true as const }) }
        : undefined;
    },
    format: ({ bitsPerSecond, isConstant }) =>
      `${bitsPerSecond % 1000 === 0 ? `${bitsPerSecond / 1000}k` : bitsPerSecond}${isConstant ? ":constant" : ""}`,
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
      const match = /^([+-]?\d{1,3})(db)?$/i.exec(text);
      if (!match) return undefined;
      const number = Number(match[1]) + 0;
      if (match[2]) return Math.abs(number) <= 60 ? { decibels: number } : undefined;
      return number >= -100 && number <= 400 ? { percent: number } : undefined;
    },
    format: (value) =>
      "decibels" in value ? `${value.decibels}dB` : value.percent === -100 ? "mute" : String(value.percent),
  };
}
