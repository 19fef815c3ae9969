/** Which assets a transformation names beside the one that it is applied to: its layers. */

import type { AssetLayer } from "./layer.ts";
import type { Step, Transformation } from "./step.ts";

function within(step: Step): readonly AssetLayer[] {
  switch (step.kind) {
    case "condition":
      return [...namedAssets(step.whenMet), ...namedAssets(step.otherwise)];
    case "layer":
      return [...(step.layer.kind === "asset" ? [step.layer] : []), ...namedAssets(step.steps)];
    default:
      return [];
  }
}

/** The layers of a chain and of its layers, each as often as it is named. */
export const namedAssets = (transformation: Transformation): readonly AssetLayer[] => transformation.flatMap(within);
