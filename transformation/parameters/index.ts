/** PARAMETERS: every parameter edgereel understands, by name; whatever reads or writes URLs walks this table. */

import type { Parameter } from "../parameter.ts";
import { adjustments } from "./adjustments.ts";
import { appearance } from "./appearance.ts";
import { delivery } from "./delivery.ts";
import { effects } from "./effects.ts";
import { geometry } from "./geometry.ts";
import { layering } from "./layering.ts";
import { outputs } from "./outputs.ts";
import { recolouring } from "./recolouring.ts";
import { retiming } from "./retiming.ts";
import { sound } from "./sound.ts";
import { time } from "./time.ts";
import { unservedParameters, withoutEffect } from "./unserved.ts";

/** In the order in which one component applies them, where that matters. */
export const PARAMETERS = {
  ...time,
  ...retiming,
  ...geometry,
  ...adjustments,
  ...recolouring,
  ...effects,
  ...appearance,
  ...layering,
  ...sound,
  ...delivery,
  ...outputs,
};

export type ParameterName = keyof typeof PARAMETERS;

type ValueOf<P> = P extends Parameter<infer T> ? T : never;

/** One step of a transformation: the parameters that stand between two slashes. */
export type Component = { readonly [Name in ParameterName]?: ValueOf<(typeof PARAMETERS)[Name]> };

/** An entry whose value type is set aside, for code that walks the whole table. */
export type AnyParameter = Parameter<unknown> & { readonly name: ParameterName };

export const PARAMETER_LIST: readonly AnyParameter[] = Object.entries({
  ...PARAMETERS,
  ...unservedParameters,
  ...withoutEffect,
}).map(([name, entry]) => ({ ...entry, name }) as unknown as AnyParameter);

/** The table by subject, as its documentation shows it. */
export const PARAMETER_GROUPS: readonly {
  readonly title: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}[] = [
  { title: "Time", parameters: time },
  { title: "Order and pace", parameters: retiming },
  { title: "Size and place", parameters: geometry },
  { title: "Light and colour", parameters: adjustments },
  { title: "Other colours", parameters: recolouring },
  { title: "Effects", parameters: effects },
  { title: "Frame", parameters: appearance },
  { title: "Layers", parameters: layering },
  { title: "Sound", parameters: sound },
  { title: "Delivery", parameters: delivery },
  { title: "Other outputs", parameters: outputs },
  { title: "Taken, and without effect", parameters: withoutEffect },
  { title: "Known, and not served", parameters: unservedParameters },
];
