/** Builds entries for what the language knows and edgereel refuses: read, spelled, and refused by name when it is to be made. */

import type { Edit } from "./edit.ts";
import { type Parameter, parameter } from "./parameter.ts";
import { Problem } from "./problem.ts";
import { anyText } from "./values.ts";

/** A refusal when the chain is planned, saying what to use instead. */
export function refuse(key: string, instead: string): (edit: Edit) => never {
  return () => {
    throw new Problem("unsupported-parameter", `${key} is not served here: ${instead}`, { parameter: key });
  };
}

/** An entry that takes any value and serves none. */
export const unserved = (key: string, instead: string): Parameter<string> =>
  parameter({
    key,
    summary: `Not served: ${instead}`,
    value: anyText,
    scope: "component",
    touches: ["picture", "sound"],
    examples: [],
    apply: refuse(key, instead),
  });

/** An entry that is taken and has no effect: what it asks for is always so, or is for images only. */
export const noEffect = (key: string, summary: string): Parameter<string> =>
  parameter({
    key,
    summary,
    value: anyText,
    scope: "delivery",
    touches: [],
    examples: [""],
    isDefault: () => true,
    apply: (edit) => edit,
  });
