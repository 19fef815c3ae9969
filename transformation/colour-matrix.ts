/** Values of effects that exchange colours: a matrix, and one colour for another. */

import { type Rgba, readColour, spellColour } from "./colour-value.ts";
import { type Rational, toDecimal } from "./rational.ts";
import { decimal, type Value } from "./values.ts";

/** Three rows: what red, green and blue become of all three. */
export type ColourMatrix = readonly Rational[];

const weight = decimal({ min: -2, max: 2 });

export const colourMatrix: Value<ColourMatrix> = {
  expected: "nine numbers from -2 to 2 with colons between them, row by row",
  parse: (text) => {
    const weights = text.split(":").map((word) => weight.parse(word));
    return weights.length === 9 && weights.every((known) => known !== undefined) ? weights : undefined;
  },
  format: (weights) => weights.map(toDecimal).join(":"),
};

export interface ColourExchange {
  readonly to: Rgba;
  /** How much a colour may differ from the one that is replaced. */
  readonly tolerancePercent: number;
  readonly from?: Rgba;
}

const USUAL_TOLERANCE = 50;

/** `<to>:<tolerance>:<from>`; colours may be `rgb:RRGGBB`. */
export const colourExchange: Value<ColourExchange> = {
  expected: "<colour>:<tolerance from 0 to 100>:<colour that is replaced>",
  parse: (text) => {
    const [to = "", tolerance = String(USUAL_TOLERANCE), from, ...rest] = text.match(/rgb:[^:]*|[^:]+/g) ?? [];
    const [toColour, fromColour] = [readColour(to), from === undefined ? undefined : readColour(from)];
    const isRead =
      /^\d{1,3}$/.test(tolerance) && Number(tolerance) <= 100 && rest.length === 0 && !/^:|::|:$/.test(text);
    if (!isRead || toColour === undefined || (from !== undefined && fromColour === undefined)) return undefined;
    return {
      to: toColour,
      tolerancePercent: Number(tolerance),
      ...(fromColour !== undefined && { from: fromColour }),
    };
  },
  format: ({ to, tolerancePercent, from }) => {
    const further = from === undefined && tolerancePercent === USUAL_TOLERANCE ? [] : [String(tolerancePercent)];
    return [spellColour(to), ...further, ...(from === undefined ? [] : [spellColour(from)])].join(":");
  },
};
