/** Remote files as assets: fetched when they are first asked for, ordinary from then on, under names made of their addresses. */

import {
  type AssetLayer,
  type AssetName,
  type DeliveryUrl,
  isFetchPath,
  type Layer,
  Problem,
  parseDeliveryUrl,
  parseFetchUrl,
  type Step,
  type Transformation,
} from "#transformation";
import { hex } from "../access/hash.ts";
import type { EdgeServices } from "../services.ts";
import { takeRemote } from "../upload/remote-upload.ts";

/** A delivery whose asset may have to be fetched. */
export interface RemoteDelivery extends DeliveryUrl {
  readonly remote?: string;
}

/** The name that a remote file is kept under: no upload by hand is likely to have it, and the same address gives the same. */
async function publicIdOf(remote: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(remote));
  return `remote/${hex(digest).slice(0, 40)}`;
}

/** Reads a delivery URL of either kind; throws as `parseDeliveryUrl` does. */
export async function deliveryUrlOf(path: string): Promise<RemoteDelivery> {
  if (!isFetchPath(path)) return parseDeliveryUrl(path);
  const url = parseFetchUrl(path);
  return { ...url, deliveryType: "upload", publicId: await publicIdOf(url.remote) };
}

/** Fetches the asset of a delivery, where it is remote and not here yet; throws `not-permitted`, and as `takeRemote` does. */
export async function storeRemote(url: RemoteDelivery, services: EdgeServices): Promise<void> {
  if (url.remote !== undefined) await storeOnce(url.remote, url, url, services);
}

async function storeOnce(
  remote: string,
  name: AssetName,
  { signature }: Pick<DeliveryUrl, "signature">,
  services: EdgeServices,
): Promise<void> {
  const isKnown = await services.assets.find(name).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Problem && error.code === "not-found") return false;
      throw error;
    },
  );
  if (isKnown) return;
  if (services.config.isStrict && signature === undefined)
    throw new Problem("not-permitted", "This cloud fetches what signed URLs name only.", { parameter: "signature" });
  await takeRemote(remote, name, services);
}

/** A chain whose remote layers are assets; each is fetched where it is not here yet. */
export async function withStoredLayers(
  chain: Transformation,
  url: Pick<DeliveryUrl, "cloud" | "signature">,
  services: EdgeServices,
): Promise<Transformation> {
  const steps: Step[] = [];
  for (const step of chain) {
    if (step.kind === "layer")
      steps.push({
        ...step,
        layer: await storedLayer(step.layer, url, services),
        steps: await withStoredLayers(step.steps, url, services),
      });
    else if (step.kind === "condition")
      steps.push({
        ...step,
        whenMet: await withStoredLayers(step.whenMet, url, services),
        otherwise: await withStoredLayers(step.otherwise, url, services),
      });
    else steps.push(step);
  }
  return steps;
}

async function storedLayer(
  layer: Layer,
  url: Pick<DeliveryUrl, "cloud" | "signature">,
  services: EdgeServices,
): Promise<Layer> {
  if (layer.kind !== "fetch") return layer;
  const publicId = await publicIdOf(layer.url);
  await storeOnce(layer.url, { cloud: url.cloud, deliveryType: "upload", publicId }, url, services);
  const stored: AssetLayer = { kind: "asset", media: layer.media, publicId };
  return stored;
}
