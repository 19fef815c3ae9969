/** How one video gives way to the next: `name_circleopen;du_2.5`, and `fl_splice` with it. */

import { equals, ONE, parseRational, type Rational, toDecimal } from "./rational.ts";
import type { Value } from "./values.ts";

/** Cloudinary's names, which are those of ffmpeg's `xfade`. */
export const TRANSITION_NAMES = (
  "fade wipeleft wiperight wipeup wipedown slideleft slideright slideup slidedown circlecrop rectcrop distance fadeblack " +
  "fadewhite radial smoothleft smoothright smoothup smoothdown circleopen circleclose vertopen vertclose horzopen " +
  "horzclose dissolve pixelize diagtl diagtr diagbl diagbr hlslice hrslice vuslice vdslice hblur fadegrays wipetl wipetr " +
  "wipebl wipebr squeezeh squeezev zoomin"
).split(" ");

export interface Transition {
  readonly name: string;
  readonly seconds: Rational;
}

/** Longer ones would show two films at once. */
const MAX_SECONDS = 60;

/** Where no length is given. */
const USUAL_SECONDS = ONE;

/** `name_fade;du_2`, in any order. */
export const transition: Value<Transition> = {
  expected: `name_<one of ${TRANSITION_NAMES.join(", ")}>, then perhaps ;du_<seconds up to ${MAX_SECONDS}>`,
  words: TRANSITION_NAMES.map((name) => `name_${name}`),
  parse: (text) => {
    const given = new Map<string, string>();
    for (const part of text.split(";")) {
      const [, key = "", value = ""] = /^(name|du)_([a-z0-9.]{1,20})$/.exec(part) ?? [];
      if (key === "" || given.has(key)) return undefined;
      given.set(key, value);
    }
    const name = TRANSITION_NAMES.find((known) => known === given.get("name"));
    const du = given.get("du");
    const seconds = du === undefined ? USUAL_SECONDS : /^\d{1,2}(\.\d{1,3})?$/.test(du) ? parseRational(du) : undefined;
    const isRead = name !== undefined && seconds && seconds.num > 0 && seconds.num <= MAX_SECONDS * seconds.den;
    return isRead ? { name, seconds } : undefined;
  },
  format: ({ name, seconds }) =>
    equals(seconds, USUAL_SECONDS) ? `name_${name}` : `name_${name};du_${toDecimal(seconds)}`,
};

/** A join: a cut, unless a transition is named. */
export type Splice = "cut" | Transition;

/** `` or `transition_(name_fade;du_2.5)`. */
export const splice: Value<Splice> = {
  expected: `no value, or transition_(${transition.expected})`,
  words: TRANSITION_NAMES.map((name) => `transition_(name_${name})`),
  parse: (text) => {
    if (text === "") return "cut";
    const inner = /^transition_\((.*)\)$/.exec(text)?.[1];
    return inner === undefined ? undefined : transition.parse(inner);
  },
  format: (value) => (value === "cut" ? "" : `transition_(${transition.format(value)})`),
};

/** Beside a layer within what is joined: `matte` takes that layer's lightness for the transition. */
export type TransitionWish = "matte" | Transition;

/** `` or `name_fade;du_2`. */
export const transitionWish: Value<TransitionWish> = {
  ...transition,
  expected: `no value, or ${transition.expected}`,
  parse: (text) => (text === "" ? "matte" : transition.parse(text)),
  format: (value) => (value === "matte" ? "" : transition.format(value)),
};
