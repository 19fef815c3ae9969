/** Effects that exchange colours for others: mixed with one, mapped to a scale, seen otherwise, or not seen at all. */

import { colourExchange, colourMatrix } from "../colour-matrix.ts";
import type { Rgba } from "../colour-value.ts";
import { type Filter, onPicture, type PictureFacts } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { rational, toNumber } from "../rational.ts";
import { adjustment } from "../strength.ts";
import { type Tint, tint } from "../tint-value.ts";
import { oneOf, orUsual, wholeNumber } from "../values.ts";

const local = { scope: "component", touches: ["picture"] } as const;

type Channels = readonly [red: number, green: number, blue: number];

/** Channels of RGB, each made stronger or weaker by itself. */
const scaled = ([rr, gg, bb]: Channels): Filter => ({
  name: "colorchannelmixer",
  options: { rr: rr.toFixed(4), gg: gg.toFixed(4), bb: bb.toFixed(4) },
});

const channel = (name: string, of: (factor: number) => Channels) =>
  adjustment(name, `More or less ${name}, in percent.`, { min: -100, max: 100, usual: 0 }, (percent) => [
    scaled(of(1 + percent / 100)),
  ]);

/** Grey, which Cloudinary mixes in where no colour is named. */
const GREY: Rgba = "808080ff";

/** A weighted mean of a colour and every pixel: the same in YCbCr as in RGB, since one follows from the other linearly. */
function mixedWith(colour: Rgba, percent: number, { levelsOf }: PictureFacts): Filter {
  const [y, u, v] = levelsOf(colour).map(
    (level) => `val*${(1 - percent / 100).toFixed(4)}+${((level * percent) / 100).toFixed(3)}`,
  );
  return { name: "lutyuv", options: { y: y as string, u: u as string, v: v as string } };
}

const BLACK: Rgba = "000000ff";
const WHITE: Rgba = "ffffffff";

/** Luma of limited range at a share of its scale. */
const lumaAt = (share: number): number => 16 + 219 * share;

/** The colours of a tint from black to white, each with the luma that it is shown for. */
function stopsOf({ colours }: Tint): readonly { readonly luma: number; readonly colour: Rgba }[] {
  const stops = colours.map(({ colour, lightness }, index) => ({
    luma: lumaAt(toNumber(lightness ?? rational(index + 1, colours.length + 1))),
    colour,
  }));
  const [first, last] = [stops[0]?.luma ?? 0, stops.at(-1)?.luma ?? 0];
  return [
    ...(first > lumaAt(0) ? [{ luma: lumaAt(0), colour: BLACK }] : []),
    ...stops,
    ...(last < lumaAt(1) ? [{ luma: lumaAt(1), colour: WHITE }] : []),
  ];
}

/** Straight from stop to stop, as an expression of the luma `val`. */
function piecewise(stops: readonly { readonly luma: number; readonly level: number }[]): string {
  const last = (stops.at(-1)?.level ?? 0).toFixed(3);
  return stops.slice(1).reduceRight((rest, { luma, level }, index) => {
    const before = stops[index] as { luma: number; level: number };
    const slope = (level - before.level) / (luma - before.luma);
    return `if(lt(val,${luma.toFixed(3)}),${before.level.toFixed(3)}+max(0,val-${before.luma.toFixed(3)})*${slope.toFixed(5)},${rest})`;
  }, last);
}

/** Each pixel's lightness looked up on a scale of colours. */
function tinted(value: Tint, { levelsOf }: PictureFacts): Filter {
  const stops = stopsOf(value).map(({ luma, colour }) => ({ luma, levels: levelsOf(colour) }));
  const [c0, c1, c2] = [0, 1, 2].map((component) =>
    piecewise(stops.map(({ luma, levels }) => ({ luma, level: levels[component] as number }))),
  ) as [string, string, string];
  // index: all three of luma alone.
  return { name: "pseudocolor", options: { c0, c1, c2, index: 0, opacity: (value.percent / 100).toFixed(2) } };
}

/** Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), at full severity. */
const DEFICIENCIES = {
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

const MIXER = ["rr", "rg", "rb", "gr", "gg", "gb", "br", "bg", "bb"] as const;

export const recolouring = {
  red: channel("red", (factor) => [factor, 1, 1]),
  green: channel("green", (factor) => [1, factor, 1]),
  blue: channel("blue", (factor) => [1, 1, factor]),
  brightnessHsb: adjustment(
    "brightness_hsb",
    "Brighter or darker in the HSB model, in percent: all three colours by the same factor.",
    { min: -99, max: 100, usual: 80 },
    (percent) => [scaled([1 + percent / 100, 1 + percent / 100, 1 + percent / 100])],
  ),
  colorize: parameter({
    key: "e_colorize",
    summary: "Mixes in the colour that co_ names (grey), in percent.",
    value: orUsual(wholeNumber({ min: 0, max: 100 }), 100),
    ...local,
    examples: ["", "40"],
    isDefault: (percent) => percent === 0,
    apply: (edit, percent) => onPicture(edit, (facts) => [mixedWith(facts.colour ?? GREY, percent, facts)]),
  }),
  tint: parameter({
    key: "e_tint",
    summary:
      "Shows lightness as a scale of colours, as strongly as the first number says in percent (60), from black over the colours that are named (red) to white. Each may name the lightness that it stands for; without, they lie evenly.",
    value: tint,
    ...local,
    examples: ["", "100:red:blue:yellow", "80:navy:20p:orange:60p"],
    isDefault: ({ percent }) => percent === 0,
    apply: (edit, value) => onPicture(edit, (facts) => [tinted(value, facts)]),
  }),
  simulateColourBlindness: parameter({
    key: "e_simulate_colorblind",
    summary: `Colours as those see them who lack one kind of cones: ${Object.keys(DEFICIENCIES).join(", ")}.`,
    value: orUsual(oneOf(Object.keys(DEFICIENCIES) as (keyof typeof DEFICIENCIES)[]), "deuteranopia"),
    ...local,
    examples: ["", "tritanopia"],
    apply: (edit, deficiency) =>
      onPicture(edit, () => [
        {
          name: "colorchannelmixer",
          options: Object.fromEntries(DEFICIENCIES[deficiency].map((weight, at) => [MIXER[at] as string, weight])),
        },
      ]),
  }),
  recolor: parameter({
    key: "e_recolor",
    summary: "What red, green and blue become, each a sum of all three by its own weights.",
    value: colourMatrix,
    ...local,
    examples: ["0.3:0.7:0.1:0.3:0.6:0.1:0.2:0.5:0.1"],
    apply: (edit, weights) =>
      onPicture(edit, () => [
        {
          name: "colorchannelmixer",
          options: Object.fromEntries(weights.map((weight, at) => [MIXER[at] as string, toNumber(weight)])),
        },
      ]),
  }),
  replaceColour: parameter({
    key: "e_replace_color",
    summary:
      "Shades of one colour become those of another: the new one, how much a shade may differ in percent (50), and the one that is replaced.",
    value: colourExchange,
    ...local,
    examples: ["blue:20:red", "rgb:20a0ff:35:rgb:ff8000"],
    apply: (edit, exchange) => ({ ...edit, colourExchange: exchange }),
  }),
  opacityThreshold: parameter({
    key: "e_opacity_threshold",
    summary: "What is less opaque than this many percent is not seen at all, everything else is in full.",
    value: orUsual(wholeNumber({ min: 1, max: 100 }), 50),
    ...local,
    examples: ["", "80"],
    apply: (edit, opacityThresholdPercent) => ({ ...edit, opacityThresholdPercent }),
  }),
  makeTransparent: parameter({
    key: "e_make_transparent",
    summary:
      "What resembles the colour that co_ names can be seen through (chroma key): how much it may differ, in percent. For layers, over u_ layers, and for formats that hold transparency; elsewhere it is black.",
    value: orUsual(wholeNumber({ min: 0, max: 100 }), 10),
    ...local,
    examples: ["", "20"],
    apply: (edit, keyTolerancePercent) => ({ ...edit, keyTolerancePercent }),
  }),
};
