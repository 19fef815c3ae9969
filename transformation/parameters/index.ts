/** PARAMETERS: every parameter edgereel understands, by name; whatever reads or writes URLs walks this table. */

import type { Parameter } from "../parameter.ts";
import { delivery } from "./delivery.ts";
import { geometry } from "./geometry.ts";
import { sound } from "./sound.ts";
import { time } from "./time.ts";

export const PARAMETERS = { ...geometry, ...time, ...sound, ...delivery };

export type ParameterName = keyof typeof PARAMETERS;

type ValueOf<P> = P extends Parameter<infer T> ? T : never;

/** One step of a transformation: the parameters that stand between two slashes. */
export type Component = { readonly [Name in ParameterName]?: ValueOf<(typeof PARAMETERS)[Name]> };

/** The steps in the order in which they are applied. */
export type Transformation = readonly Component[];

/** An entry whose value type is set aside, for code that walks the whole table. */
export type AnyParameter = Parameter<unknown> & { readonly name: ParameterName };

export const PARAMETER_LIST: readonly AnyParameter[] = Object.entries(PARAMETERS).map(
  ([name, entry]) => ({ ...entry, name }) as unknown as AnyParameter,
);
