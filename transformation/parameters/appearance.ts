/** Parameters of how a picture is framed: background, border, corners, opacity, colour. */

import { background, border, colour, corners } from "../colour-value.ts";
import { parameter } from "../parameter.ts";
import { wholeNumber } from "../values.ts";

const picture = { scope: "component", touches: ["picture"] } as const;

export const appearance = {
  background: parameter({
    key: "b",
    summary:
      "What fills a padded frame: a colour; blurred for the picture itself, enlarged and blurred; auto for the colour that is most frequent along its sides, or in all of it (predominant), or for the one that contrasts with it.",
    value: background,
    ...picture,
    layerRole: "style",
    examples: ["blurred", "blurred:400:15", "rgb:112233", "white", "auto", "auto:predominant_contrast"],
    apply: (edit, value) => ({ ...edit, background: value }),
  }),
  colour: parameter({
    key: "co",
    summary: "Colour of what is drawn: text, waveforms.",
    value: colour,
    ...picture,
    layerRole: "style",
    examples: ["yellow", "rgb:ff0080"],
    apply: (edit, value) => ({ ...edit, colour: value }),
  }),
  border: parameter({
    key: "bo",
    summary: "A border inside of the frame.",
    value: border,
    ...picture,
    layerRole: "style",
    examples: ["5px_solid_black"],
    isDefault: ({ widthPixels }) => widthPixels === 0,
    apply: (edit, value) => ({ ...edit, border: value }),
  }),
  corners: parameter({
    key: "r",
    summary: "Rounds the corners, by pixels; max makes a circle or a pill.",
    value: corners,
    ...picture,
    examples: ["20", "max", "10:20:30:40"],
    isDefault: (value) => value !== "max" && value.every((radius) => radius === 0),
    apply: (edit, value) => ({ ...edit, corners: value }),
  }),
  opacity: parameter({
    key: "o",
    summary: "Opacity in percent: of a layer, or of the picture before its background.",
    value: wholeNumber({ min: 0, max: 100 }),
    ...picture,
    examples: ["60"],
    isDefault: (percent) => percent === 100,
    apply: (edit, opacityPercent) => ({ ...edit, opacityPercent }),
  }),
};
