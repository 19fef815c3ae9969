/** Says in words what a chain asks for: every parameter, its value, and what it does. */

import { formatArithmetics, formatCondition } from "./expression.ts";
import { formatLayer } from "./layer.ts";
import { type AnyParameter, PARAMETER_LIST } from "./parameters/index.ts";
import type { EditStep, Step, Transformation } from "./step.ts";
import { formatTemplate } from "./template.ts";

/** One parameter of a chain, as it is understood. */
export interface ExplainedParameter {
  readonly key: string;
  /** Spelled canonically. */
  readonly value: string;
  readonly summary: string;
  /** Position of the step in the chain, counted from 1; of steps within others, all positions from the outside. */
  readonly step: string;
  /** `expression` is decided when the chain meets its source; `usual` says what holds anyway. */
  readonly from: "url" | "expression" | "usual";
}

const ENTRY_OF_KEY = new Map(PARAMETER_LIST.map((entry) => [entry.key, entry]));

const literal = (entry: AnyParameter, value: unknown, step: string): ExplainedParameter => ({
  key: entry.key,
  value: entry.value.format(value),
  summary: entry.summary,
  step,
  from: entry.isDefault?.(value) ? "usual" : "url",
});

function explainEdit({ component, open }: EditStep, step: string): readonly ExplainedParameter[] {
  return [
    ...PARAMETER_LIST.filter((entry) => component[entry.name] !== undefined).map((entry) =>
      literal(entry, component[entry.name], step),
    ),
    ...open.map(({ key, template }) => ({
      key,
      value: formatTemplate(template),
      summary: ENTRY_OF_KEY.get(key)?.summary ?? "An effect whose name is decided when the chain meets its source.",
      step,
      from: "expression" as const,
    })),
  ];
}

function explainStep(step: Step, at: string): readonly ExplainedParameter[] {
  const said = (key: string, value: string, summary: string): ExplainedParameter => ({
    key,
    value,
    summary,
    step: at,
    from: "url",
  });
  switch (step.kind) {
    case "edit":
      return explainEdit(step, at);
    case "variable":
      return [said(`$${step.name}`, formatArithmetics(step.value), "A variable, for the steps that follow.")];
    case "named":
      return [said("t", step.name, "A transformation that is kept under this name.")];
    case "condition":
      return [
        said("if", formatCondition(step.condition), "Decides when the chain meets its source."),
        ...explainSteps(step.whenMet, `${at}.then.`),
        ...explainSteps(step.otherwise, `${at}.else.`),
      ];
    case "layer":
      return [
        said(
          step.under ? "u" : "l",
          formatLayer(step.layer),
          step.under ? "Laid under the picture." : "Laid over the picture.",
        ),
        ...explainEdit(step.style, at),
        ...explainSteps(step.steps, `${at}.`),
        ...explainEdit(step.placement, at),
      ];
  }
}

const explainSteps = (transformation: Transformation, prefix: string): readonly ExplainedParameter[] =>
  transformation.flatMap((step, index) => explainStep(step, `${prefix}${index + 1}`));

/** Every parameter of a chain, in its order. */
export const explainTransformation = (transformation: Transformation): readonly ExplainedParameter[] =>
  explainSteps(transformation, "");
