/** The URL language: a chain of components read into steps, and steps spelled again. */

import { isComponent, type ParsedComponent, parseComponent, readFilled, spellEdit } from "./component.ts";
import { inDevicePixels } from "./density.ts";
import { type Edit, NO_EDIT } from "./edit.ts";
import type { Surroundings } from "./evaluate.ts";
import { formatArithmetics, formatCondition } from "./expression.ts";
import { formatLayer } from "./layer.ts";
import { PARAMETER_LIST } from "./parameters/index.ts";
import { Problem } from "./problem.ts";
import {
  type EditStep,
  editStep,
  isEmptyStep,
  type LayerStep,
  NO_STEP,
  type Step,
  type Transformation,
} from "./step.ts";
import { fillTemplate } from "./template.ts";

export { isComponent };

/** How long a transformation may be: what is beyond is refused before it costs anything. */
interface Limits {
  readonly components: number;
  readonly characters: number;
}

/** Longer than any real URL. */
const OF_URLS: Limits = { components: 64, characters: 8192 };

/** Of the addresses that edgereel hands out: names are replaced by what is kept under them, layers take three components. */
export const OF_RENDITIONS: Limits = { components: 256, characters: 14_000 };

/** Throws `invalid-url` for what is too long. */
export function checkLength(text: string, { components, characters }: Limits): void {
  if (text.length > characters || text.split("/").length > components)
    throw new Problem(
      "invalid-url",
      `A transformation may have ${components} components and ${characters} characters at most, those kept under names included.`,
    );
}

/**
 * Reads a transformation such as `c_fill,h_360,w_640/so_5`.
 * @param column where the text starts in the URL's path, counted from 1, for messages
 * @throws Problem `unknown-parameter`, `unsupported-parameter`, `invalid-value`, `conflicting-parameters`, `invalid-url`
 */
export function parseTransformation(text: string, column = 1, limits = OF_URLS): Transformation {
  if (text === "") return [];
  // Half a surrogate pair is in no URL, and cannot be spelled in one.
  if (!text.isWellFormed()) throw new Problem("invalid-url", "A transformation is text; this holds half a character.");
  checkLength(text, limits);
  let at = column;
  const components = text.split("/").flatMap((segment) => {
    const component = segment === "" ? [] : [parseComponent(segment, at)];
    at += segment.length + 1;
    return component;
  });
  return new Chain(components).steps(0, components.length);
}

/** Puts components together: which one closes which layer and which condition. */
class Chain {
  readonly #components: readonly ParsedComponent[];
  /** For each component that opens a layer or a condition: where that ends. */
  readonly #layerEnds = new Map<number, number>();
  readonly #conditionEnds = new Map<number, number>();

  constructor(components: readonly ParsedComponent[]) {
    this.#components = components;
    const layers: number[] = [];
    const conditions: number[] = [];
    components.forEach(({ layer, closesLayer, condition, column }, index) => {
      if (layer && !closesLayer) layers.push(index);
      if (closesLayer && !layer)
        this.#match(layers.pop(), index, this.#layerEnds, "fl_layer_apply", "l_ or u_", column);
      if (condition === "end") this.#match(conditions.pop(), index, this.#conditionEnds, "if_end", "if_", column);
      else if (condition !== undefined && condition !== "else") conditions.push(index);
    });
  }

  #match(
    opened: number | undefined,
    index: number,
    ends: Map<number, number>,
    closing: string,
    opening: string,
    column: number,
  ): void {
    if (opened === undefined)
      throw new Problem("invalid-url", `${closing} closes nothing: no ${opening} stands before it.`, {
        parameter: closing,
        column,
      });
    ends.set(opened, index);
  }

  /** The steps of the components [from, to). */
  steps(from: number, to: number): Transformation {
    const steps: Step[] = [];
    for (let at = from; at < to; at++) {
      const component = this.#components[at] as ParsedComponent;
      if (component.condition !== undefined && component.condition !== "end") {
        const end = this.#conditionEnd(at, to);
        steps.push(this.#condition(at, end));
        at = end === this.#conditionEnds.get(at) ? end : end - 1;
        continue;
      }
      const end = this.#layerEnds.get(at);
      steps.push(...this.#plain(component, at, end === undefined || end >= to ? at : end));
      if (end !== undefined && end < to) at = end;
    }
    return steps;
  }

  /** Without `if_end` a condition holds for its own component where that does something, else for all that follow. */
  #conditionEnd(at: number, to: number): number {
    const end = this.#conditionEnds.get(at);
    if (end !== undefined) return Math.min(end, to);
    const next = this.#components[at + 1];
    const isAlone = !isEmptyStep((this.#components[at] as ParsedComponent).edit);
    return isAlone ? (next?.condition === "else" ? Math.min(at + 2, to) : at + 1) : to;
  }

  #condition(at: number, end: number): Step {
    const component = this.#components[at] as ParsedComponent;
    if (component.condition === "else" || component.condition === "end" || component.condition === undefined)
      throw new Problem("invalid-url", "if_else stands without an if_ before it.", {
        parameter: "if_else",
        column: component.column,
      });
    const otherwise = this.#elseWithin(at, end);
    return {
      kind: "condition",
      condition: component.condition,
      whenMet: [...this.#plain(component, at, at), ...this.steps(at + 1, otherwise)],
      otherwise:
        otherwise < end
          ? [
              ...this.#plain(this.#components[otherwise] as ParsedComponent, otherwise, otherwise),
              ...this.steps(otherwise + 1, end),
            ]
          : [],
    };
  }

  /** The `if_else` of a condition: not that of one within it. */
  #elseWithin(at: number, end: number): number {
    for (let index = at + 1; index < end; index++) {
      const { condition } = this.#components[index] as ParsedComponent;
      if (condition === "else") return index;
      if (condition !== undefined && condition !== "end")
        index = Math.max(index, this.#conditionEnds.get(index) ?? index);
    }
    return end;
  }

  /** What a component says beside conditions; a layer goes on to the component that closes it. */
  #plain(component: ParsedComponent, at: number, end: number): Transformation {
    const { edit, layer, variables, names } = component;
    const before: Step[] = [
      ...variables.map((variable) => ({ kind: "variable" as const, ...variable })),
      ...names.map((name) => ({ kind: "named" as const, name })),
    ];
    if (layer) {
      const closing = end > at ? (this.#components[end] as ParsedComponent) : undefined;
      return [...before, layerStep(layer, edit, this.steps(at + 1, end), closing?.edit ?? NO_STEP)];
    }
    return isEmptyStep(edit) ? before : [...before, edit];
  }
}

/** Splits the parameters of a step into those that fit and the others. */
function partition(step: EditStep, fits: (entry: (typeof PARAMETER_LIST)[number]) => boolean): [EditStep, EditStep] {
  const keys = new Map(PARAMETER_LIST.map((entry) => [entry.key, fits(entry)]));
  const names = new Map(PARAMETER_LIST.map((entry) => [entry.name as string, fits(entry)]));
  const part = (wanted: boolean): EditStep =>
    editStep(
      Object.fromEntries(Object.entries(step.component).filter(([name]) => (names.get(name) ?? false) === wanted)),
      step.open.filter(({ key }) => (keys.get(key) ?? false) === wanted),
    );
  return [part(true), part(false)];
}

/** Beside `l_` may stand all that the layer's own components and `fl_layer_apply` may hold: each goes to its place. */
function layerStep(
  { layer, under }: NonNullable<ParsedComponent["layer"]>,
  opening: EditStep,
  inner: Transformation,
  closing: EditStep,
): LayerStep {
  const isJoined = [opening, closing].some(({ component }) => component.splice !== undefined);
  const [placing, rest] = partition(
    opening,
    (entry) => entry.layerRole === "placement" && !(isJoined && trimsLayer(entry, opening)),
  );
  const isText =
    layer.kind === "text" || layer.kind === "variable" || (layer.kind === "asset" && layer.media === "subtitles");
  const [style, own] = isText ? partition(rest, (entry) => entry.layerRole === "style") : [NO_STEP, rest];
  const placement = editStep({ ...placing.component, ...closing.component }, [
    ...placing.open.filter(({ key }) => !closing.open.some((other) => other.key === key)),
    ...closing.open,
  ]);
  return { kind: "layer", layer, under, style, steps: isEmptyStep(own) ? inner : [own, ...inner], placement };
}

/** Where something is joined, what stands beside `l_` cuts it; `so_0` says that it comes first. */
const trimsLayer = ({ name, isDefault }: (typeof PARAMETER_LIST)[number], { component }: EditStep): boolean => {
  const isFirst = component.startOffset !== undefined && isDefault?.(component.startOffset);
  return name === "endOffset" || (name === "startOffset" && !isFirst);
};

function spellStep(step: Step): readonly string[] {
  switch (step.kind) {
    case "edit":
      return isEmptyStep(step) ? [] : [spellEdit(step)];
    case "variable":
      return [`$${step.name}_${formatArithmetics(step.value)}`];
    case "named":
      return [`t_${step.name}`];
    case "condition":
      return [
        `if_${formatCondition(step.condition)}`,
        ...spellSteps(step.whenMet),
        ...(step.otherwise.length > 0 ? ["if_else", ...spellSteps(step.otherwise)] : []),
        "if_end",
      ];
    case "layer":
      return [
        spellEdit(step.style, [`${step.under ? "u" : "l"}_${formatLayer(step.layer)}`]),
        ...spellSteps(step.steps),
        spellEdit(step.placement, ["fl_layer_apply"]),
      ];
  }
}

const spellSteps = (transformation: Transformation): readonly string[] => transformation.flatMap(spellStep);

/** Spells the steps as they are; `parseTransformation` reads the same value back. */
export const formatTransformation = (transformation: Transformation): string => spellSteps(transformation).join("/");

/** What an edit means. */
export const editOf = ({ component }: EditStep): Edit =>
  inDevicePixels(
    PARAMETER_LIST.reduce<Edit>((edit, entry) => {
      const value = component[entry.name];
      return value === undefined ? edit : entry.apply(edit, value);
    }, NO_EDIT),
  );

/** Fills what a step leaves open; throws `invalid-value` where what comes of it is no value of its parameter. */
export function closeStep(step: EditStep, surroundings: Surroundings): EditStep {
  const filled = step.open.map(({ key, template }) => readFilled(key, fillTemplate(template, surroundings)));
  const values = Object.fromEntries(filled.map(({ entry, value }) => [entry.name, value]));
  return editStep({ ...step.component, ...values });
}
