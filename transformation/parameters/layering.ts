/** Parameters beside `fl_layer_apply`: how a layer is laid, blended and joined. */

import type { Laying } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { splice, transitionWish } from "../transition-value.ts";
import { refuse } from "../unserved.ts";
import { anyText, nothing, orUsual, wholeNumber } from "../values.ts";

const placement = { scope: "component", touches: ["picture"], layerRole: "placement" } as const;

const blended = (mode: NonNullable<Laying["blend"]>["mode"], summary: string) =>
  parameter({
    key: `e_${mode}`,
    summary,
    value: orUsual(wholeNumber({ min: 0, max: 100 }), 100),
    ...placement,
    examples: [""],
    apply: (edit, percent) => ({ ...edit, laying: { ...edit.laying, blend: { mode, percent } } }),
  });

export const layering = {
  noOverflow: parameter({
    key: "fl_no_overflow",
    summary: "Cuts off what of a layer lies outside of the picture, as is always done.",
    value: nothing,
    ...placement,
    examples: [""],
    apply: (edit) => edit,
  }),
  tiled: parameter({
    key: "fl_tiled",
    summary: "Repeats the layer over the whole picture.",
    value: nothing,
    ...placement,
    examples: [""],
    apply: (edit) => ({ ...edit, laying: { ...edit.laying, isTiled: true } }),
  }),
  relative: parameter({
    key: "fl_relative",
    summary: "Sizes of the layer are shares of the picture beneath it.",
    value: nothing,
    ...placement,
    examples: [""],
    apply: (edit) => ({ ...edit, laying: { ...edit.laying, isRelative: true } }),
  }),
  regionRelative: parameter({
    key: "fl_region_relative",
    summary: "Sizes of the layer are shares of the region that gravity finds.",
    value: nothing,
    ...placement,
    examples: [],
    apply: refuse("fl_region_relative", "no region is searched for; take fl_relative, or sizes in pixels."),
  }),
  cutter: parameter({
    key: "fl_cutter",
    summary: "Cuts the picture to the layer's shape.",
    value: nothing,
    ...placement,
    examples: [""],
    apply: (edit) => ({ ...edit, laying: { ...edit.laying, cuts: "cutter" } }),
  }),
  splice: parameter({
    key: "fl_splice",
    summary:
      "Joins the layer behind the video, before it with so_0, or at the moment that so_ names beside fl_layer_apply; with a transition where one is named. What has another size is fitted into the video's. Pictures are shown for du_ seconds (5).",
    value: splice,
    ...placement,
    touches: ["picture", "sound"],
    examples: ["", "transition_(name_fade;du_2.5)"],
    apply: (edit, value) => ({ ...edit, laying: { ...edit.laying, splice: value } }),
  }),
  blendScreen: blended("screen", "Blends the layer so that it only lightens."),
  blendMultiply: blended("multiply", "Blends the layer so that it only darkens."),
  blendOverlay: blended("overlay", "Blends the layer so that it strengthens contrast."),
  blendMask: parameter({
    key: "e_mask",
    summary: "Takes the layer's lightness for the picture's opacity.",
    value: nothing,
    ...placement,
    examples: [""],
    apply: (edit) => ({ ...edit, laying: { ...edit.laying, cuts: "mask" } }),
  }),
  antiRemoval: parameter({
    key: "e_anti_removal",
    summary: "Puts a little grain into the layer's opacity, in percent, so that it is harder to remove.",
    value: orUsual(wholeNumber({ min: 0, max: 100 }), 50),
    ...placement,
    examples: ["", "90"],
    isDefault: (percent) => percent === 0,
    apply: (edit, grainPercent) => ({ ...edit, laying: { ...edit.laying, grainPercent } }),
  }),
  displace: parameter({
    key: "e_displace",
    summary: "Moves pixels by the layer's lightness.",
    value: anyText,
    ...placement,
    examples: [],
    apply: refuse(
      "e_displace",
      "it is for images only; layers are laid as they are, or blended by e_screen, e_multiply or e_overlay.",
    ),
  }),
  transition: parameter({
    key: "e_transition",
    summary:
      "Beside a layer of a video that is joined: the layer's lightness over time lets the video through. With a name it is the same as in fl_splice.",
    value: transitionWish,
    ...placement,
    touches: ["picture", "sound"],
    examples: ["", "name_fade;du_2"],
    apply: (edit, value) => ({ ...edit, laying: { ...edit.laying, transition: value } }),
  }),
};
