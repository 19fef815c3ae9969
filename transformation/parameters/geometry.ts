/** Parameters of size and place: what part of the picture is shown, how large, and which way up. */

import { CROP_MODES } from "../edit.ts";
import { gravity } from "../gravity.ts";
import { parameter } from "../parameter.ts";
import { aspectRatio, bars, coordinate, dimension, rotation } from "../picture-values.ts";
import { type Rational, rational } from "../rational.ts";
import { decimal, nothing, oneOf, type Value } from "../values.ts";

const plainDensity = decimal({ min: 0.1, max: 10 });

/** `2.0`; what a client's own is, is not asked: one URL is one picture. */
const density: Value<Rational> = {
  ...plainDensity,
  words: ["auto"],
  parse: (text) => (text === "auto" ? rational(1) : plainDensity.parse(text)),
};

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
      "How the picture comes to its size: scale (exactly), fit (inside), limit (inside, never larger), mfit (inside, never smaller), fill (cover and cut), lfill (the same, never larger), pad (inside, on a background), lpad and mpad (the same, never larger or smaller), fill_pad (cover as far as nothing important is lost, then pad), crop (cut without scaling), thumb and auto (cut to what is worth seeing).",
    value: oneOf(CROP_MODES),
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
    summary:
      "Which part of the picture is kept when it is cut, or where it stands when it is padded; auto keeps what is worth seeing: what moves, and where there is detail and colour.",
    value: gravity,
    ...picture,
    layerRole: "placement",
    examples: ["north", "south_east", "auto", "auto:at:42.5:31"],
    isDefault: (value) => value === "center",
    apply: (edit, value) => ({ ...edit, gravity: value }),
  }),
  x: parameter({
    key: "x",
    summary: "Distance from the side that gravity names, in pixels or as a share of the width.",
    value: coordinate({ max: MAX_SIDE_PIXELS }),
    ...picture,
    layerRole: "placement",
    examples: ["10", "0.1"],
    apply: (edit, x) => ({ ...edit, x }),
  }),
  y: parameter({
    key: "y",
    summary: "Distance from the side that gravity names, in pixels or as a share of the height.",
    value: coordinate({ max: MAX_SIDE_PIXELS }),
    ...picture,
    layerRole: "placement",
    examples: ["10", "0.1"],
    apply: (edit, y) => ({ ...edit, y }),
  }),
  density: parameter({
    key: "dpr",
    summary: "Pixels for each pixel that w, h, x, y, r and bo name: for dense screens. auto is 1.",
    value: density,
    ...picture,
    examples: ["2.0"],
    isDefault: (value) => value.num === value.den,
    apply: (edit, value) => ({ ...edit, density: value }),
  }),
  keepOtherSide: parameter({
    key: "fl_ignore_aspect_ratio",
    summary: "Beside w_ or h_ alone, with c_scale: the other side stays as it is.",
    value: nothing,
    ...picture,
    examples: [""],
    apply: (edit) => ({ ...edit, keepsOtherSide: true }),
  }),
  zoom: parameter({
    key: "z",
    summary: "Zoom of thumb and auto crops: below 1 more of the surroundings is kept, above 1 less.",
    value: decimal({ min: 0.01, max: 100 }),
    ...picture,
    examples: ["0.75"],
    isDefault: (zoom) => zoom.num === zoom.den,
    apply: (edit, zoom) => ({ ...edit, zoom }),
  }),
  bars: parameter({
    key: "e_trim",
    summary:
      "Cuts off the black bars that are around the picture all the time: as they are found, or so many pixels of the left, the top, the right and the bottom. Comes before the picture is sized.",
    value: bars,
    ...picture,
    examples: ["", "at:0:140:0:140"],
    apply: (edit, value) => ({ ...edit, bars: value }),
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
