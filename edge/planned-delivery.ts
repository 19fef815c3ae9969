/** The plan behind a delivery URL: its asset, the names and the layers that its chain speaks of, and what comes of all. */

import type { FoundAsset, Names } from "#catalog";
import { type DeliveryPlan, type Kept, planDelivery } from "#media";
import { type DeliveryUrl, entryOf, type Transformation, walkSteps } from "#transformation";
import { knownLayers, layersOf } from "./layers.ts";
import { keptBeside } from "./name-finder.ts";
import type { EdgeServices } from "./services.ts";

/** How deeply kept transformations are looked into for layers; planning refuses deeper ones. */
const MAX_DEPTH = 4;

/** A chain and those that are kept under the names in it. */
const withNamed = (chain: Transformation, kept: Kept, depth = 0): Transformation => [
  ...chain,
  ...(depth >= MAX_DEPTH
    ? []
    : walkSteps(chain).flatMap((step) =>
        step.kind === "named" ? withNamed(entryOf(kept.transformations, step.name) ?? [], kept, depth + 1) : [],
      )),
];

/** @throws Problem `not-found`, and whatever planning throws */
export async function plannedDelivery(
  url: DeliveryUrl,
  services: EdgeServices,
): Promise<{ readonly asset: FoundAsset; readonly plan: DeliveryPlan; readonly names: Names }> {
  const [asset, names] = await Promise.all([
    services.assets.find(url),
    services.names.namesFor(url.cloud, url.transformation),
  ]);
  const kept = keptBeside(asset, names);
  const layers = await layersOf({ ...url, transformation: withNamed(url.transformation, kept) }, services);
  return { asset, names, plan: planDelivery(url.transformation, asset.source, { ...kept, ...knownLayers(layers) }) };
}
