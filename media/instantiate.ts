/** A chain meets its source: expressions become values, conditions are decided, names become what is kept under them. */

import {
  closeStep,
  type EditStep,
  editOf,
  evaluate,
  isMet,
  type Known,
  type LiteralStep,
  Problem,
  type Rational,
  rational,
  type Surroundings,
  type Transformation,
} from "#transformation";
import { secondsOf } from "./grid.ts";
import type { Source } from "./source.ts";
import { applyEdit, type Resolved, resolvedSource } from "./stages.ts";
import { timelineFrames } from "./timeline.ts";

/** What the catalog keeps beside a source. */
export interface Kept {
  readonly tags: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly transformations: Readonly<Record<string, Transformation>>;
}

export const NOTHING_KEPT: Kept = { tags: [], context: {}, transformations: {} };

/** Named transformations may name others, to this depth. */
const MAX_NAMED_DEPTH = 4;

/** How far a chain has come. */
interface Progress {
  readonly steps: LiteralStep[];
  readonly variables: Map<string, Known>;
  readonly kept: Kept;
  readonly initial: Resolved;
  current: Resolved;
}

const pixels = (length: number): Rational => rational(Math.round(length));

/** Facts of a picture: `w`, `h`, `ar`, `du`, or with an i before them those of the source. */
function factsOf(resolved: Resolved, prefix: "" | "i"): Readonly<Record<string, Known>> {
  const { canvas, timeline } = resolved;
  return {
    [`${prefix}du`]: secondsOf(timelineFrames(timeline), timeline.frameRate),
    ...(canvas && {
      [`${prefix}w`]: pixels(canvas.size.width),
      [`${prefix}h`]: pixels(canvas.size.height),
      [`${prefix}ar`]: rational(Math.round(canvas.size.width), Math.round(canvas.size.height)),
    }),
  };
}

function surroundingsOf({ initial, current, kept, variables }: Progress): Surroundings {
  // One page, and nobody looks for faces.
  const facts: Readonly<Record<string, Known>> = {
    ...factsOf(initial, "i"),
    ...factsOf(current, ""),
    fc: rational(0),
    pc: rational(1),
    cp: rational(1),
    tags: kept.tags,
  };
  return {
    fact: (name) => facts[name === "tar" ? "iar" : name],
    variable: (name) => variables.get(name),
    lookup: (from, name) => (from === "ctx" ? kept.context[name] : undefined),
  };
}

/** Decides everything that a chain leaves open; throws `invalid-value`, and whatever the stages throw. */
export function instantiate(transformation: Transformation, source: Source, kept: Kept): readonly LiteralStep[] {
  const initial = resolvedSource(source, { encoding: {} });
  const progress: Progress = { steps: [], variables: new Map(), kept, initial, current: initial };
  walk(transformation, progress, 0);
  return progress.steps;
}

function walk(transformation: Transformation, progress: Progress, depth: number): void {
  for (const step of transformation) {
    switch (step.kind) {
      case "variable":
        progress.variables.set(step.name, evaluate(step.value, surroundingsOf(progress)));
        break;
      case "condition":
        walk(isMet(step.condition, surroundingsOf(progress)) ? step.whenMet : step.otherwise, progress, depth);
        break;
      case "named":
        walk(named(step.name, progress, depth), progress, depth + 1);
        break;
      case "edit":
        take(closeStep(step, surroundingsOf(progress)), progress);
        break;
      case "layer":
        throw new Problem("unsupported-parameter", "Layers are not drawn here: draw them before you upload.", {
          parameter: step.under ? "u" : "l",
        });
    }
  }
}

function named(name: string, { kept }: Progress, depth: number): Transformation {
  const found = kept.transformations[name];
  if (!found || depth >= MAX_NAMED_DEPTH)
    throw new Problem(
      "invalid-value",
      found ? `Named transformations name each other too deeply (${name}).` : `No transformation is kept as ${name}.`,
      { parameter: "t" },
    );
  return found;
}

function take(step: EditStep, progress: Progress): void {
  progress.current = applyEdit(progress.current, editOf(step));
  progress.steps.push(step);
}
