/** The plan behind a delivery URL: its asset, the names and the layers that its chain speaks of, and what comes of all. */

import type { FoundAsset, Names } from "#catalog";
import { type DeliveryPlan, isUnseen, type Kept, needsGlance, planDelivery } from "#media";
import { type AssetName, type DeliveryUrl, entryOf, type Transformation, walkSteps } from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { spenderOf } from "./budgets/spender.ts";
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

/** A film and what is laid over it, each with what is seen of it. */
async function lookedAt(
  url: DeliveryUrl,
  { found, stored }: { readonly found: FoundAsset; readonly stored: readonly StoredLayer[] },
  grant: Grant | undefined,
  services: EdgeServices,
): Promise<{ readonly asset: FoundAsset; readonly layers: readonly StoredLayer[] }> {
  const { cloud } = url;
  const spender = await spenderOf(cloud, grant?.allowance, services.config.budgets);
  const layerName = ({ publicId, resourceType }: StoredLayer): AssetName => ({
    ...{ cloud, deliveryType: "upload", publicId, resourceType },
  });
  const [asset, ...layers] = await Promise.all([
    looked(url, found, spender, services),
    ...stored.map((layer) => looked(layerName(layer), layer, spender, services)),
  ]);
  return { asset, layers };
}

/**
 * @param grant what its viewer may do; absent where an administrator asks
 * @throws Problem `not-found`, and whatever planning throws; `not-permitted` and `budget-spent` where it takes a look at the film
 */
export async function plannedDelivery(
  url: DeliveryUrl,
  grant: Grant | undefined,
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
  if (isChosen && grant && [found, ...stored].some(({ source }) => isUnseen(source)))
    services.permits.checkDelivery(url, names);
  const { asset, layers } = isChosen
    ? await lookedAt(url, { found, stored }, grant, services)
    : { asset: found, layers: stored };
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
