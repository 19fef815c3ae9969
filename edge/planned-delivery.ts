/** The plan behind a delivery URL: its asset, the names and the layers that its chain speaks of, and what comes of all. */

import type { FoundAsset, Names } from "#catalog";
import { type DeliveryPlan, type Kept, needsGlance, planDelivery } from "#media";
import { type DeliveryUrl, entryOf, type Transformation, walkSteps } from "#transformation";
import { looked } from "./glances.ts";
import { knownLayers, layersOf, type StoredLayer } from "./layers.ts";
import { keptBeside } from "./name-finder.ts";
import { withStoredLayers } from "./remote/remote-assets.ts";
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

const lookedLayer = (cloud: string, layer: StoredLayer, services: EdgeServices): Promise<StoredLayer> =>
  looked(
    { cloud, deliveryType: "upload", publicId: layer.publicId, resourceType: layer.resourceType },
    layer,
    services,
  );

/** @throws Problem `not-found`, and whatever planning throws */
export async function plannedDelivery(
  url: DeliveryUrl,
  services: EdgeServices,
): Promise<{ readonly asset: FoundAsset; readonly plan: DeliveryPlan; readonly names: Names }> {
  const [found, names] = await Promise.all([
    services.assets.find(url),
    services.names.namesFor(url.cloud, url.transformation),
  ]);
  const beside = keptBeside(found, names);
  const own = await withStoredLayers(url.transformation, url, services);
  const kept = { ...beside, transformations: await storedNames(beside, url, services) };
  const transformation = withNamed(own, kept);
  const stored = await layersOf({ ...url, transformation }, services);
  const isChosen = [transformation, ...Object.values(kept.profiles).flat()].some(needsGlance);
  const asset = isChosen ? await looked(url, found, services) : found;
  const layers = isChosen ? await Promise.all(stored.map((layer) => lookedLayer(url.cloud, layer, services))) : stored;
  return { asset, names, plan: planDelivery(own, asset.source, { ...kept, ...knownLayers(layers) }) };
}

/** Kept transformations, of which those that the chain comes to name remote layers no more. */
async function storedNames(beside: Kept, url: DeliveryUrl, services: EdgeServices): Promise<Kept["transformations"]> {
  const named = new Set(
    walkSteps(withNamed(url.transformation, beside)).flatMap((step) => (step.kind === "named" ? [step.name] : [])),
  );
  const stored = Object.entries(beside.transformations).map(
    async ([name, chain]) => [name, named.has(name) ? await withStoredLayers(chain, url, services) : chain] as const,
  );
  return Object.fromEntries(await Promise.all(stored));
}
