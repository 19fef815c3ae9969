/** A chain meets its source: expressions become values, conditions are decided, names become what is kept under them. */

import {
  type AssetLayer,
  closeStep,
  editOf,
  entryOf,
  evaluate,
  isMet,
  type Known,
  type LayerStep,
  type LiteralStep,
  Problem,
  type Rational,
  rational,
  type Surroundings,
  spellKnown,
  type Transformation,
} from "#transformation";
import { decided } from "./glance/deciding.ts";
import { secondsOf } from "./grid.ts";
import { type KnownLayer, layerSource } from "./layer-source.ts";
import { applyStep, applyWithin } from "./layers.ts";
import { type Programme, timelineFrames } from "./programme.ts";
import type { Source } from "./source.ts";
import { resolvedSource } from "./stages.ts";

/** What the catalog keeps beside a source. */
export interface Kept {
  readonly tags: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly transformations: Readonly<Record<string, Transformation>>;
  /** The sources of the assets that the transformation lays over the picture. */
  readonly layers?: readonly KnownLayer[];
  /** Streaming profiles of the cloud's own: a transformation for each rung. */
  readonly profiles: Readonly<Record<string, readonly Transformation[]>>;
}

export const NOTHING_KEPT: Kept = { tags: [], context: {}, transformations: {}, profiles: {} };

/** Named transformations may name others, to this depth. */
const MAX_NAMED_DEPTH = 4;

/** How far a chain has come. */
interface Progress {
  readonly steps: LiteralStep[];
  readonly variables: Map<string, Known>;
  readonly kept: Kept;
  readonly initial: Programme;
  current: Programme;
  /** What a step makes of the state so far. */
  readonly apply: (resolved: Programme, step: LiteralStep) => Programme;
}

const pixels = (length: number): Rational => rational(Math.round(length));

/** Facts of a picture: `w`, `h`, `ar`, `du`, or with an i before them those of the source. */
function factsOf(resolved: Programme, prefix: "" | "i"): Readonly<Record<string, Known>> {
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
    fact: (name) => entryOf(facts, name === "tar" ? "iar" : name),
    variable: (name) => variables.get(name),
    lookup: (from, name) => (from === "ctx" ? entryOf(kept.context, name) : undefined),
  };
}

/** A source of which is remembered, whatever is done to its picture, where what is seen of it lies. */
function beforeChoices(source: Source): Programme {
  const { canvas, ...programme } = resolvedSource(source, { encoding: {} });
  return { ...programme, ...(canvas && { canvas: { ...canvas, view: (across, down) => [across, down] } }) };
}

/** Decides everything that a chain leaves open; throws `invalid-value`, and whatever the stages throw. */
export function instantiate(transformation: Transformation, source: Source, kept: Kept): readonly LiteralStep[] {
  const initial = beforeChoices(source);
  // What subtitles say changes no size and no length: it is placed once, when the steps are known.
  const silent = kept.layers?.map(({ cues: _, ...layer }) => layer);
  const apply = (before: Programme, step: LiteralStep) => applyStep(before, step, silent);
  const progress: Progress = { steps: [], variables: new Map(), kept, initial, current: initial, apply };
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
        take(decided(closeStep(step, surroundingsOf(progress)), progress.current), progress);
        break;
      case "layer":
        take(literalLayer(step, progress, depth), progress);
        break;
    }
  }
}

function named(name: string, { kept }: Progress, depth: number): Transformation {
  const found = entryOf(kept.transformations, name);
  if (!found || depth >= MAX_NAMED_DEPTH)
    throw new Problem(
      "invalid-value",
      found ? `Named transformations name each other too deeply (${name}).` : `No transformation is kept as ${name}.`,
      { parameter: "t" },
    );
  return found;
}

function take(step: LiteralStep, progress: Progress): void {
  progress.current = progress.apply(progress.current, step);
  progress.steps.push(step);
}

/** What is done to a text: it has no size and no length before it is drawn, so that nothing in it can ask for its own. */
const drawnSteps = ({ steps }: LayerStep, surroundings: Surroundings): LayerStep["steps"] =>
  steps.map((own) => (own.kind === "edit" ? closeStep(own, surroundings) : own));

/** A layer whose chain has met the layer's own source, and which names the version of that. */
function literalLayer(step: LayerStep, progress: Progress, depth: number): LayerStep {
  const surroundings = surroundingsOf(progress);
  const [style, placement] = [closeStep(step.style, surroundings), closeStep(step.placement, surroundings)];
  const { layer } = step;
  if (layer.kind === "text") {
    const text = layer.text.replaceAll(/\$\(([A-Za-z][A-Za-z0-9]*)\)/g, (spelled, name: string) => {
      const known = progress.variables.get(name);
      return known === undefined ? spelled : spellKnown(known);
    });
    const steps = drawnSteps(step, surroundings);
    return { ...step, layer: { ...layer, text }, style, steps, placement };
  }
  if (layer.kind === "asset" && (layer.media === "subtitles" || layer.media === "lut")) {
    const { version } = layerSource(step, progress.kept.layers);
    return { ...step, layer: { ...layer, version }, style, steps: drawnSteps(step, surroundings), placement };
  }
  const source = layerSource(step, progress.kept.layers);
  const initial = beforeChoices(source);
  const { layers } = progress.kept;
  const beneath = progress.current.canvas?.size ?? { width: 1, height: 1 };
  const own: Progress = {
    ...progress,
    steps: [],
    variables: new Map(progress.variables),
    initial,
    current: initial,
    apply: (before, inner) => applyWithin(before, inner, { layers, beneath, placement: editOf(placement) }),
  };
  walk(step.steps, own, depth);
  return { ...step, layer: { ...(layer as AssetLayer), version: source.version }, style, steps: own.steps, placement };
}
