/** What a transformation is made of, as values: edits, layers, variables, conditions and names, in the order of the URL. */

import type { Arithmetics, Condition } from "./expression.ts";
import type { Layer } from "./layer.ts";
import type { Component } from "./parameters/index.ts";
import type { Template } from "./template.ts";

/** A parameter whose value is known only when the chain meets its source. */
export interface OpenParameter {
  /** As it is spelled: `w`, `e_blur`, or `e` where the effect's name is open too. */
  readonly key: string;
  readonly template: Template;
}

/** The parameters between two slashes. */
export interface EditStep {
  readonly kind: "edit";
  readonly component: Component;
  readonly open: readonly OpenParameter[];
}

/** `$name_value`: holds for the steps that follow. */
export interface VariableStep {
  readonly kind: "variable";
  readonly name: string;
  readonly value: Arithmetics;
}

/** `if_…/…/if_else/…/if_end`. */
export interface ConditionStep {
  readonly kind: "condition";
  readonly condition: Condition;
  readonly whenMet: Transformation;
  readonly otherwise: Transformation;
}

/** Something laid over or under the picture, mixed into the sound, or joined before or behind the video. */
export interface LayerStep {
  readonly kind: "layer";
  readonly layer: Layer;
  readonly under: boolean;
  /** How a text is drawn: what stands beside `l_text` and is no change of the layer's picture. */
  readonly style: EditStep;
  /** What is done to the layer itself. */
  readonly steps: Transformation;
  /** Where and when it is laid, and how it is blended: the parameters beside `fl_layer_apply`. */
  readonly placement: EditStep;
}

/** `t_name`: a transformation that is kept in the catalog. */
export interface NamedStep {
  readonly kind: "named";
  readonly name: string;
}

export type Step = EditStep | VariableStep | ConditionStep | LayerStep | NamedStep;

/** The steps in the order in which they are applied. */
export type Transformation = readonly Step[];

/** A step of a chain that has met its source: nothing is open any more. */
export type LiteralStep = EditStep | LayerStep;

export const editStep = (component: Component, open: readonly OpenParameter[] = []): EditStep => ({
  kind: "edit",
  component,
  open,
});

export const NO_STEP: EditStep = editStep({});

export const isEmptyStep = ({ component, open }: EditStep): boolean =>
  open.length === 0 && Object.keys(component).length === 0;

/** Every step of a chain, those within conditions and layers included. */
export const walkSteps = (transformation: Transformation): readonly Step[] =>
  transformation.flatMap((step): readonly Step[] => {
    if (step.kind === "condition") return [step, ...walkSteps(step.whenMet), ...walkSteps(step.otherwise)];
    return step.kind === "layer" ? [step, ...walkSteps(step.steps)] : [step];
  });
