/** `e_tint`: how strongly, and to which colours, from dark to light; read and spelled. */

import { type Rgba, readColour, spellColour } from "./colour-value.ts";
import { compare, ONE, type Rational, rational, toDecimal } from "./rational.ts";
import { percentOf, type Value } from "./values.ts";

/** A colour, and the lightness that it stands for: a share of one; without it the colours lie evenly. */
export interface TintColour {
  readonly colour: Rgba;
  readonly lightness?: Rational;
}

export interface Tint {
  readonly percent: number;
  readonly colours: readonly TintColour[];
}

const MAX_COLOURS = 10;
const USUAL: Tint = { percent: 60, colours: [{ colour: "ff0000ff" }] };

/** `rgb:ff0000` is one word of the list. */
const wordsOf = (text: string): readonly string[] => text.match(/rgb:[^:]*|[^:]+|(?<=:)(?=:|$)/g) ?? [];

function coloursOf(words: readonly string[]): readonly TintColour[] | undefined {
  const colours: TintColour[] = [];
  for (const word of words) {
    const lightness = percentOf(word);
    const last = colours.at(-1);
    const colour = lightness ? undefined : readColour(word);
    if (colour !== undefined) colours.push({ colour });
    else if (lightness && last && !last.lightness && compare(lightness, ONE) <= 0)
      colours[colours.length - 1] = { ...last, lightness };
    else return undefined;
  }
  return isAscending(colours) && colours.length <= MAX_COLOURS ? colours : undefined;
}

/** Each lighter than the one before it; either all have a place or none. */
function isAscending(colours: readonly TintColour[]): boolean {
  const places = colours.flatMap(({ lightness }) => (lightness ? [lightness] : []));
  return (
    (places.length === 0 || places.length === colours.length) &&
    places.every((place, index) => index === 0 || compare(places[index - 1] as Rational, place) < 0)
  );
}

/** `40:red`, `100:red:blue:yellow`, `80:red:20p:blue:60p`. */
export const tint: Value<Tint> = {
  expected: `a strength from 0 to 100 and up to ${MAX_COLOURS} colours from dark to light, such as 80:red:blue or 80:red:20p:blue:60p`,
  parse: (text) => {
    if (text === "") return USUAL;
    const [first = "", ...rest] = wordsOf(text);
    const isStrength = /^\d{1,3}$/.test(first) && Number(first) <= 100;
    const colours = coloursOf(isStrength ? rest : [first, ...rest]);
    if (!colours || text.endsWith(":")) return undefined;
    return {
      percent: isStrength ? Number(first) : USUAL.percent,
      colours: colours.length > 0 ? colours : USUAL.colours,
    };
  },
  format: ({ percent, colours }) =>
    [
      String(percent),
      ...colours.flatMap(({ colour, lightness }) => [
        spellColour(colour),
        ...(lightness ? [`${toDecimal(rational(lightness.num * 100, lightness.den))}p`] : []),
      ]),
    ].join(":"),
};
