/** Where the file lies that a delivery URL leads to: a still, a clip, sound, or the one sheet of a storyboard. */

import { type DeliveryPlan, onOneSheet, storyboardId, wholeRenditionId } from "#media";
import type { DeliveryUrl, RenditionUrl } from "#transformation";

/** @throws Problem what keeps the file from being made, as far as its name tells */
export function fileAddress(url: DeliveryUrl, plan: DeliveryPlan, extension: string, recipe: string): RenditionUrl {
  const asset = { ...url, sourceVersion: plan.source.version, recipe };
  return plan.encoding.isStoryboard
    ? {
        ...asset,
        transformation: onOneSheet(plan).key,
        rendition: storyboardId(extension),
        file: { kind: "sheet", number: 0, extension },
      }
    : {
        ...asset,
        transformation: plan.keys.whole,
        rendition: wholeRenditionId(plan, extension),
        file: { kind: "whole", extension },
      };
}
