/** Effects that change every pixel by itself: light, colour, contrast. */

import { type Filter, onPicture } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { adjustment } from "../strength.ts";
import { orUsual, wholeNumber } from "../values.ts";

const local = { scope: "component", touches: ["picture"] } as const;

const decimals = (number: number): string => number.toFixed(4);

/** A 3 by 3 colour matrix, row by row, blended with no change. */
function mixed(matrix: readonly number[], share: number): Filter {
  const names = ["rr", "rg", "rb", "gr", "gg", "gb", "br", "bg", "bb"];
  const entries = names.map((name, index) => {
    const identity = index % 4 === 0 ? 1 : 0;
    return [name, decimals(identity + ((matrix[index] ?? 0) - identity) * share)] as const;
  });
  return { name: "colorchannelmixer", options: Object.fromEntries(entries) };
}

/** The matrix of the W3C Filter Effects Module (`sepia()`). */
const SEPIA = [0.393, 0.769, 0.189, 0.349, 0.686, 0.168, 0.272, 0.534, 0.131];

export const adjustments = {
  brightness: adjustment(
    "brightness",
    "Lighter or darker, in percent.",
    { min: -99, max: 100, usual: 80 },
    // Half of the range at most: a full one would leave white or black alone. By lutyuv: eq truncates to percents.
    (percent) => [{ name: "lutyuv", options: { y: `clip(val+${Math.round((percent * 255) / 200)},minval,maxval)` } }],
  ),
  contrast: adjustment(
    "contrast",
    "More or less contrast, in percent.",
    { min: -100, max: 100, usual: 0 },
    (percent) => [{ name: "eq", options: { contrast: decimals(1 + percent / 100) } }],
  ),
  saturation: adjustment(
    "saturation",
    "More or less colour, in percent; -100 leaves greys.",
    { min: -100, max: 100, usual: 80 },
    (percent) => [{ name: "eq", options: { saturation: decimals(1 + percent / 100) } }],
  ),
  gamma: adjustment(
    "gamma",
    "Lighter or darker middle tones, in percent.",
    { min: -50, max: 150, usual: 0 },
    (percent) => [{ name: "eq", options: { gamma: decimals(1 + percent / 100) } }],
  ),
  vibrance: adjustment(
    "vibrance",
    "More or less colour where there is little, in percent.",
    { min: -100, max: 100, usual: 20 },
    (percent) => [{ name: "vibrance", options: { intensity: decimals(percent / 50) } }],
  ),
  hue: adjustment(
    "hue",
    "Turns all colours around the colour circle; 100 is half a turn.",
    { min: -100, max: 100, usual: 80 },
    (percent) => [{ name: "hue", options: { h: decimals(percent * 1.8) } }],
  ),
  sepia: adjustment("sepia", "Browns of an old photograph, in percent.", { min: 0, max: 100, usual: 80 }, (percent) => [
    mixed(SEPIA, percent / 100),
  ]),
  grayscale: parameter({
    key: "e_grayscale",
    summary: "Greys only.",
    value: orUsual(wholeNumber({ min: 100, max: 100 }), 100),
    ...local,
    examples: [""],
    apply: (edit) => onPicture(edit, () => [{ name: "hue", options: { s: 0 } }]),
  }),
  blackwhite: parameter({
    key: "e_blackwhite",
    summary: "Black and white without greys, parted at a lightness in percent.",
    value: orUsual(wholeNumber({ min: 0, max: 100 }), 50),
    ...local,
    examples: ["", "40"],
    apply: (edit, percent) =>
      onPicture(edit, () => {
        // Limited range: luma runs from 16 to 235.
        const threshold = Math.round(16 + (219 * percent) / 100);
        return [{ name: "lutyuv", options: { y: `if(gte(val,${threshold}),235,16)`, u: 128, v: 128 } }];
      }),
  }),
  negate: parameter({
    key: "e_negate",
    summary: "Turns light into dark and every colour into its opposite.",
    value: orUsual(wholeNumber({ min: 100, max: 100 }), 100),
    ...local,
    examples: [""],
    // By lutyuv, within the limited range: the filter called negate takes the full one.
    apply: (edit) => onPicture(edit, () => [{ name: "lutyuv", options: { y: "negval", u: "negval", v: "negval" } }]),
  }),
};
