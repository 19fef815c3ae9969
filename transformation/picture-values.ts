/** Grammars of sizes, places, ratios and turns. */

import type { Margins } from "./edit.ts";
import { compare, parseRational, type Rational, rational, toDecimal } from "./rational.ts";
import { percentOf, ratioOf, type Value } from "./values.ts";

/** A length of the picture: pixels, or a share of what the picture measures at that point of the chain. */
export type Dimension = { readonly pixels: number } | { readonly share: Rational };

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
        // -0 is 0.
        const pixels = Number(text) + 0;
        return Math.abs(pixels) <= max ? { pixels } : undefined;
      }
      const share = percentOf(text) ?? (/^-?\d{1,3}\.\d+$/.test(text) ? parseRational(text) : undefined);
      return share && { share };
    },
    format: (value) => ("pixels" in value ? String(value.pixels) : withPoint(value.share)),
  };
}

/** With a point, or in percent where six digits after the point do not hold it: percents have two more. */
const withPoint = (share: Rational): string => {
  const text = toDecimal(share);
  if (1_000_000 % share.den !== 0) return `${toDecimal(rational(share.num * 100, share.den))}p`;
  return text.includes(".") ? text : `${text}.0`;
};

/** `16:9` or `1.78`. */
export function aspectRatio(): Value<Rational> {
  const inRange = (ratio: Rational) => compare(ratio, rational(1, 100)) >= 0 && compare(ratio, rational(100)) <= 0;
  return {
    expected: "a ratio such as 16:9 or 1.78, from 0.01 to 100",
    parse: (text) => {
      const ratio = ratioOf(text) ?? parseRational(text);
      return ratio && inRange(ratio) ? ratio : undefined;
    },
    format: (ratio) => `${ratio.num}:${ratio.den}`,
  };
}

/** One step of a rotation, in the order of the URL. The automatic ones turn only what does not lie as asked. */
export type Turn = { readonly degrees: number } | "hflip" | "vflip" | "ignore" | "auto_left" | "auto_right" | "auto";

/** `90`, `-90`, `hflip.90`, `ignore` (the source's own rotation is not applied), `auto_left:15`. */
export function rotation(): Value<readonly Turn[]> {
  const words = ["hflip", "vflip", "ignore", "auto_left", "auto_right", "auto"] as const;
  const turn = (text: string): Turn | undefined => {
    const word = words.find((known) => known === text);
    if (word) return word;
    if (!/^-?\d{1,3}$/.test(text)) return undefined;
    return { degrees: ((Number(text) % 360) + 360) % 360 };
  };
  return {
    expected: "degrees from -999 to 999, hflip, vflip, auto_left, auto_right or ignore, joined by points",
    words,
    parse: (text) => {
      const turns = text.split(/[.:]/).map(turn);
      return turns.length <= 8 && turns.every((known) => known !== undefined) ? turns : undefined;
    },
    format: (turns) => turns.map((step) => (typeof step === "string" ? step : String(step.degrees))).join("."),
  };
}

/** Bars around a picture: none said, or `at:<left>:<top>:<right>:<bottom>` in pixels. */
export const bars: Value<Margins | "found"> = {
  expected: "nothing, or at:<left>:<top>:<right>:<bottom> in pixels",
  parse: (text) => {
    if (text === "") return "found";
    const sides = /^at:(\d{1,4}):(\d{1,4}):(\d{1,4}):(\d{1,4})$/.exec(text)?.slice(1).map(Number);
    if (!sides) return undefined;
    const [left = 0, top = 0, right = 0, bottom = 0] = sides;
    return { left, top, right, bottom };
  },
  format: (value) => (value === "found" ? "" : `at:${value.left}:${value.top}:${value.right}:${value.bottom}`),
};
