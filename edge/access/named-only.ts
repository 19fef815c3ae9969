/** Chains that hold nothing but names: what strict clouds encode, and what a token may be bounded to. */

import {
  canonicalTransformation,
  type EditStep,
  pickParameters,
  type Transformation,
  touchesOf,
} from "#transformation";

/** What merely chooses among renditions, and automatic quality, make nothing that a name would have to allow. */
const asksForMore = (step: EditStep): boolean => {
  const rest = pickParameters(
    step,
    (entry, value) => entry.name !== "quality" && touchesOf(entry, value).some((touch) => touch !== "choice"),
  );
  const { quality } = step.component;
  return (
    rest.open.length > 0 || Object.keys(rest.component).length > 0 || (quality !== undefined && "percent" in quality)
  );
};

/** Whether a chain holds nothing but allowed names, and choices; it may hold no name at all. */
export const holdsNamesOnly = (chain: Transformation, allowed: ReadonlySet<string>): boolean =>
  canonicalTransformation(chain).every(
    (step) => (step.kind === "named" && allowed.has(step.name)) || (step.kind === "edit" && !asksForMore(step)),
  );
