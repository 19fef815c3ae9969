/** Where a cut is centred or a layer is laid: points of the compass, or what is worth seeing. */

import { GRAVITIES, type Gravity } from "./edit.ts";
import type { Value } from "./values.ts";

/** What else the language may point at; it is looked for as far as anything here can find it. */
const SOUGHT = /^(?:auto|faces?|adv_faces?|adv_eyes|body|custom|ocr_text|liquid)(?::[a-z0-9_:.]{1,120})?$/;

/** An object by its name, as `g_cat`: also sought. */
const OBJECT = /^[a-z][a-z0-9_-]{1,40}(?::[a-z][a-z0-9_-]{1,40}){0,8}$/;

export const gravity: Value<Gravity> = {
  expected: `one of ${GRAVITIES.join(", ")}, or auto`,
  words: [...GRAVITIES, "auto"],
  parse: (text) => {
    if (text === "xy_center" || text === "centre") return "center";
    const compass = GRAVITIES.find((known) => known === text);
    if (compass) return compass;
    return SOUGHT.test(text) || OBJECT.test(text) ? { auto: text } : undefined;
  },
  format: (value) => (typeof value === "string" ? value : value.auto),
};
