/** Builds entries for effects whose only value is how strong they are. */

import { type Edit, type Filter, onPicture, type PictureFacts } from "./edit.ts";
import { type Parameter, parameter } from "./parameter.ts";
import { orUsual, wholeNumber } from "./values.ts";

export interface StrengthRange {
  readonly min: number;
  readonly max: number;
  /** Where no number is given. */
  readonly usual: number;
}

type FiltersOf = (strength: number, facts: PictureFacts) => readonly Filter[];

const withStrength = (
  name: string,
  summary: string,
  range: StrengthRange,
  apply: (edit: Edit, strength: number) => Edit,
): Parameter<number> =>
  parameter({
    key: `e_${name}`,
    summary,
    value: orUsual(wholeNumber(range), range.usual),
    scope: "component",
    touches: ["picture"],
    examples: ["", String(Math.min(range.max, range.usual + 10))],
    apply,
  });

/** An effect on the whole picture. */
export const strength = (name: string, summary: string, range: StrengthRange, filters: FiltersOf): Parameter<number> =>
  withStrength(name, summary, range, (edit, value) => onPicture(edit, (facts) => filters(value, facts)));

/** An effect on the whole picture that changes nothing at 0. */
export const adjustment = (
  name: string,
  summary: string,
  range: StrengthRange,
  filters: FiltersOf,
): Parameter<number> => ({ ...strength(name, summary, range, filters), isDefault: (value) => value === 0 });

/** An effect on the rectangle that x, y, w and h beside it name, in pixels or shares of the picture. */
export const regional = (
  name: string,
  summary: string,
  range: StrengthRange,
  filters: FiltersOf,
): Parameter<number> => ({
  ...withStrength(name, summary, range, (edit, value) => ({
    ...edit,
    regionFilters: (facts) => filters(value, facts),
  })),
  takesRegion: true,
});
