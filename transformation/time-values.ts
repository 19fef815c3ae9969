/** Grammars of moments, lengths of time and frame rates. */

import { compare, equals, ONE, parseRational, type Rational, rational, toDecimal } from "./rational.ts";
import { percentOf, type Value } from "./values.ts";

/** A point or a length of time: seconds, or a share of the duration. */
export type TimeOffset = { readonly seconds: Rational } | { readonly share: Rational };

/** `auto` leaves the choice to the service. */
export type TimeChoice = TimeOffset | "auto";

/** `6.5`, `35p`, `35%`. */
export function timeOffset({ maxSeconds }: { maxSeconds: number }): Value<TimeChoice> {
  return {
    expected: `seconds from 0 to ${maxSeconds}, or a share of the duration such as 35p`,
    parse: (text) => {
      if (text === "auto") return "auto";
      const share = percentOf(text);
      if (share) return compare(share, ONE) <= 0 ? { share } : undefined;
      const seconds = /^\d{1,6}(\.\d{1,9})?$/.test(text) ? parseRational(text) : undefined;
      return seconds && compare(seconds, rational(maxSeconds)) <= 0 ? { seconds } : undefined;
    },
    format: (offset) =>
      offset === "auto"
        ? "auto"
        : "seconds" in offset
          ? toDecimal(offset.seconds)
          : `${toDecimal(rational(offset.share.num * 100, offset.share.den))}p`,
  };
}

/** How a short preview is put together of segments of a film. */
export interface PreviewShape {
  readonly durationSeconds: Rational;
  readonly maxSegments: number;
  readonly minSegmentSeconds: Rational;
}

/** Cloudinary's usual ones. */
const USUAL_PREVIEW: PreviewShape = {
  durationSeconds: rational(5),
  maxSegments: 5,
  minSegmentSeconds: rational(1),
};

/** `duration_12:max_seg_3:min_seg_dur_3`, each of them or none. */
export function previewShape({
  maxSeconds,
  maxSegments,
}: {
  maxSeconds: number;
  maxSegments: number;
}): Value<PreviewShape> {
  const seconds = (text: string): Rational | undefined => {
    const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? parseRational(text) : undefined;
    return value && value.num > 0 && compare(value, rational(maxSeconds)) <= 0 ? value : undefined;
  };
  const count = (text: string): number | undefined => {
    const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= maxSegments ? value : undefined;
  };
  const readers: Readonly<Record<string, (text: string) => Partial<PreviewShape> | undefined>> = {
    duration: (text) => wrapped("durationSeconds", seconds(text)),
    max_seg: (text) => wrapped("maxSegments", count(text)),
    min_seg_dur: (text) => wrapped("minSegmentSeconds", seconds(text)),
  };
  return {
    expected: `duration_<seconds>, max_seg_<up to ${maxSegments}> and min_seg_dur_<seconds>, with colons between them`,
    parse: (text) => {
      const given: Record<string, Partial<PreviewShape>> = {};
      for (const part of text === "" ? [] : text.split(":")) {
        const [, name = "", value = ""] = /^(duration|max_seg|min_seg_dur)_([\d.]+)$/.exec(part) ?? [];
        const read = readers[name]?.(value);
        if (!read || given[name]) return undefined;
        given[name] = read;
      }
      return Object.assign({}, USUAL_PREVIEW, ...Object.values(given));
    },
    format: ({ durationSeconds, maxSegments: most, minSegmentSeconds }) =>
      [
        ...(equals(durationSeconds, USUAL_PREVIEW.durationSeconds) ? [] : [`duration_${toDecimal(durationSeconds)}`]),
        ...(most === USUAL_PREVIEW.maxSegments ? [] : [`max_seg_${most}`]),
        ...(equals(minSegmentSeconds, USUAL_PREVIEW.minSegmentSeconds)
          ? []
          : [`min_seg_dur_${toDecimal(minSegmentSeconds)}`]),
      ].join(":"),
  };
}

const wrapped = <Name extends keyof PreviewShape>(
  name: Name,
  value: PreviewShape[Name] | undefined,
): Partial<PreviewShape> | undefined => (value === undefined ? undefined : { [name]: value });

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
