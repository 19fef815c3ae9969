/** What an entry of the parameter table must say about one parameter. */

import type { Edit } from "./edit.ts";
import type { Value } from "./values.ts";

/** `component`: its place in the chain matters. `delivery`: it holds for the whole, the last one wins. */
export type Scope = "component" | "delivery";

/**
 * What a parameter changes. A rendition's key holds only the parameters that touch it: sound is shared by all
 * crops, and what merely chooses among renditions (`choice`) is in the key of none.
 */
export type Touch = "picture" | "sound" | "choice";

export interface Parameter<T> {
  /** As it stands before the value: `w`, `so`, `e_volume`, `fl_mono`. */
  readonly key: string;
  /** Other spellings of the key. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly value: Value<T>;
  readonly scope: Scope;
  readonly touches: readonly Touch[] | ((value: T) => readonly Touch[]);
  /** Spellings that the documentation shows and that a test reads and writes. */
  readonly examples: readonly string[];
  /** Whether a value changes nothing, so that the canonical spelling leaves it out. */
  readonly isDefault?: (value: T) => boolean;
  /** Beside a layer: whether it says where and when the layer is laid, or how a text is drawn; else it changes the layer. */
  readonly layerRole?: "placement" | "style";
  /** Beside it, x, y, width and height name a rectangle to work on, and do not size the picture. */
  readonly takesRegion?: boolean;
  /** Throws `unsupported-parameter` for what the language knows and video has no use for. */
  readonly apply: (edit: Edit, value: T) => Edit;
}

/** What a value of a parameter changes; one that is still open may be any, and changes what any of them does. */
export const touchesOf = (entry: Pick<Parameter<never>, "touches">, value: unknown): readonly Touch[] =>
  typeof entry.touches !== "function"
    ? entry.touches
    : value === undefined
      ? ["picture", "sound", "choice"]
      : (entry.touches as (value: unknown) => readonly Touch[])(value);

export const parameter = <T>(entry: Parameter<T>): Parameter<T> => entry;
