/** Where a cut is centred or a layer is laid: points of the compass, or what is worth seeing. */

import { GRAVITIES, type Gravity, type Place } from "./edit.ts";
import { compare, ONE, parseRational, type Rational, rational, toDecimal } from "./rational.ts";
import type { Value } from "./values.ts";

/** What else the language may point at; it is looked for as far as anything here can find it. */
const SOUGHT =
  /^(?:auto|faces?|adv_faces?|adv_eyes|body|custom|ocr_text|liquid|track_[a-z]{1,20})(?::[a-z0-9_:;.]{1,120})?$/;

/** An object by its name, as `g_cat`: also sought. */
const OBJECT = /^[a-z][a-z0-9_-]{1,40}(?::[a-z][a-z0-9_-]{1,40}){0,8}$/;

/** `auto:at:42.5:31`: found there, in percent from the left and from the top. */
const FOUND = /^auto:at:(\d{1,3}(?:\.\d)?):(\d{1,3}(?:\.\d)?)$/;

function placeFrom(text: string): Place | undefined {
  const [, across = "", down = ""] = FOUND.exec(text) ?? [];
  const share = (percent: string): Rational | undefined => {
    const value = parseRational(percent);
    return value && rational(value.num, value.den * 100);
  };
  const [x, y] = [share(across), share(down)];
  return x && y && compare(x, ONE) <= 0 && compare(y, ONE) <= 0 ? { across: x, down: y } : undefined;
}

const percent = ({ num, den }: Rational): string => toDecimal(rational(num * 100, den));

export const gravity: Value<Gravity> = {
  expected: `one of ${GRAVITIES.join(", ")}, or auto`,
  words: [...GRAVITIES, "auto"],
  parse: (text) => {
    if (text === "xy_center" || text === "centre") return "center";
    const compass = GRAVITIES.find((known) => known === text);
    if (compass) return compass;
    if (text.startsWith("auto:at")) {
      const at = placeFrom(text);
      return at && { at };
    }
    return SOUGHT.test(text) || OBJECT.test(text) ? { auto: text } : undefined;
  },
  format: (value) => {
    if (typeof value === "string") return value;
    return "auto" in value ? value.auto : `auto:at:${percent(value.at.across)}:${percent(value.at.down)}`;
  },
};
