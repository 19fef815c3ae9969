/** Parameters of size and place: what part of the picture is shown, how large, and which way up. */

import { GRAVITIES } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { aspectRatio, coordinate, dimension, oneOf, rotation } from "../values.ts";

/** The largest side that a URL may ask for: 8K, the largest level the encoders know. */
const MAX_SIDE_PIXELS = 8192;

const picture = { scope: "component", touches: ["picture"] } as const;

export const geometry = {
  width: parameter({
    key: "w",
    summary: "Width of the picture, in pixels or as a share of its width so far.",
    value: dimension({ max: MAX_SIDE_PIXELS }),
    ...picture,
    examples: ["640", "0.5", "50p"],
    apply: (edit, width) => ({ ...edit, width }),
  }),
  height: parameter({
    key: "h",
    summary: "Height of the picture, in pixels or as a share of its height so far.",
    value: dimension({ max: MAX_SIDE_PIXELS }),
    ...picture,
    examples: ["360", "0.5"],
    apply: (edit, height) => ({ ...edit, height }),
  }),
  crop: parameter({
    key: "c",
    summary:
      "How the picture comes to its size: scale (exactly), fit (inside), limit (inside, never larger), fill (cover and cut), pad (inside, on black), crop (cut without scaling).",
    value: oneOf(["scale", "fit", "limit", "fill", "pad", "crop"]),
    ...picture,
    examples: ["fill", "limit"],
    isDefault: (crop) => crop === "scale",
    apply: (edit, crop) => ({ ...edit, crop }),
  }),
  aspectRatio: parameter({
    key: "ar",
    summary: "Aspect ratio, which gives the missing one of width and height.",
    value: aspectRatio(),
    ...picture,
    examples: ["16:9", "1.5"],
    apply: (edit, ratio) => ({ ...edit, aspectRatio: ratio }),
  }),
  gravity: parameter({
    key: "g",
    summary: "Which part of the picture is kept when it is cut, or where it stands when it is padded.",
    value: oneOf(GRAVITIES, { xy_center: "center", centre: "center" }),
    ...picture,
    examples: ["north", "south_east"],
    apply: (edit, gravity) => ({ ...edit, gravity }),
  }),
  x: parameter({
    key: "x",
    summary: "Distance from the side that gravity names, in pixels or as a share of the width.",
    value: coordinate({ max: MAX_SIDE_PIXELS }),
    ...picture,
    examples: ["10", "0.1"],
    apply: (edit, x) => ({ ...edit, x }),
  }),
  y: parameter({
    key: "y",
    summary: "Distance from the side that gravity names, in pixels or as a share of the height.",
    value: coordinate({ max: MAX_SIDE_PIXELS }),
    ...picture,
    examples: ["10", "0.1"],
    apply: (edit, y) => ({ ...edit, y }),
  }),
  angle: parameter({
    key: "a",
    summary: "Turns clockwise by degrees and mirrors, in the order given; ignore leaves out the source's own rotation.",
    value: rotation(),
    ...picture,
    examples: ["90", "hflip.90", "ignore"],
    isDefault: (turns) => turns.every((turn) => typeof turn !== "string" && turn.degrees === 0),
    apply: (edit, turns) => ({ ...edit, turns }),
  }),
};
