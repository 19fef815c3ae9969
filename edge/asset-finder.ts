/** Finds what a public id stands for at this moment, asking the database every few seconds at most. */

import type { Catalog, FoundAsset, StoredSource } from "#catalog";
import { type AssetName, encodePublicId, Problem } from "#transformation";
import type { Remembered } from "./remembered.ts";

export interface AssetFinder {
  /** @throws Problem `not-found`, `storage-unavailable` where the database is down and the asset was not asked for here */
  find(name: AssetName): Promise<FoundAsset>;
  /** The bytes that a version names, as long as they are served. */
  findVersion(name: AssetName, version: string): Promise<StoredSource | undefined>;
  /** The same, though this data centre may remember less of it. */
  rereadVersion(name: AssetName, version: string): Promise<StoredSource | undefined>;
  /** After an upload, a deletion, or something learnt of it: forget what this data centre remembers. */
  forget(name: AssetName): Promise<void>;
}

export function assetFinder(
  catalog: Catalog,
  { current, versions }: { current: Remembered<FoundAsset>; versions: Remembered<StoredSource> },
): AssetFinder {
  const pathOf = ({ cloud, deliveryType, publicId, resourceType = "video" }: AssetName) =>
    `${cloud}/${resourceType}/${deliveryType}/${encodePublicId(publicId)}`;
  const findVersion = (name: AssetName, version: string) =>
    versions.recall(`${pathOf(name)}/${version}`, () => catalog.assets.findSource(name, version));
  return {
    async find(name) {
      const asset = await current.recall(pathOf(name), () => catalog.assets.findAsset(name));
      if (!asset)
        throw new Problem(
          "not-found",
          `There is no ${name.resourceType === "raw" ? "file" : "video"} "${name.publicId.slice(0, 120)}" of type ${name.deliveryType}.`,
          { parameter: "public_id" },
        );
      return asset;
    },
    findVersion,
    async rereadVersion(name, version) {
      await versions.forget(`${pathOf(name)}/${version}`);
      return findVersion(name, version);
    },
    forget: (name) => current.forget(pathOf(name)),
  };
}
