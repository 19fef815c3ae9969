/** Finds what a public id stands for at this moment, asking the database every few seconds at most. */

import type { Catalog, FoundAsset } from "#catalog";
import { type AssetName, encodePublicId, Problem } from "#transformation";

/** How long a data centre may go on with what it knows after an upload elsewhere has replaced it. */
const REMEMBERED_SECONDS = 5;

export interface AssetFinder {
  /** @throws Problem `not-found` */
  find(name: AssetName): Promise<FoundAsset>;
  /** After an upload or a deletion: forget what this data centre remembers. */
  forget(name: AssetName): Promise<void>;
}

export function assetFinder(catalog: Catalog, cache: Cache, waitUntil: (work: Promise<unknown>) => void): AssetFinder {
  // An address of no other kind begins so.
  const addressOf = ({ cloud, deliveryType, publicId, resourceType = "video" }: AssetName) =>
    `http://assets.edgereel.internal/${cloud}/${resourceType}/${deliveryType}/${encodePublicId(publicId)}`;
  return {
    async find(name) {
      const remembered = await cache.match(addressOf(name));
      if (remembered) return remembered.json<FoundAsset>();
      const asset = await catalog.assets.findAsset(name);
      if (!asset)
        throw new Problem(
          "not-found",
          `There is no ${name.resourceType === "raw" ? "file" : "video"} "${name.publicId.slice(0, 120)}" of type ${name.deliveryType}.`,
          { parameter: "public_id" },
        );
      const headers = { "cache-control": `public, max-age=${REMEMBERED_SECONDS}`, "content-type": "application/json" };
      waitUntil(cache.put(addressOf(name), new Response(JSON.stringify(asset), { headers })));
      return asset;
    },
    async forget(name) {
      await cache.delete(addressOf(name));
    },
  };
}
