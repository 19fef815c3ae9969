/** The door of this room: everything that D1 holds, behind ports that speak of assets, uploads and deliveries. */

import { drizzle } from "drizzle-orm/d1";
import { type AccessCatalog, accessCatalog } from "./access.ts";
import { type AssetCatalog, assetCatalog } from "./assets.ts";
import { type DeliveryCatalog, deliveryCatalog } from "./deliveries.ts";
import { type NameCatalog, nameCatalog } from "./names.ts";
import { type OriginBuildCatalog, originBuildCatalog } from "./origin-builds.ts";
import { type UploadCatalog, uploadCatalog } from "./uploads.ts";

export interface Catalog {
  readonly access: AccessCatalog;
  readonly assets: AssetCatalog;
  readonly uploads: UploadCatalog;
  readonly originBuilds: OriginBuildCatalog;
  readonly deliveries: DeliveryCatalog;
  readonly names: NameCatalog;
}

export function openCatalog(d1: D1Database): Catalog {
  const db = drizzle(d1);
  return {
    access: accessCatalog(db),
    assets: assetCatalog(db),
    uploads: uploadCatalog(db),
    originBuilds: originBuildCatalog(db),
    deliveries: deliveryCatalog(db, d1),
    names: nameCatalog(db),
  };
}

export type { AccessCatalog, AccessRecords, PlaybackKey, RevokedKey, RevokedToken } from "./access.ts";
export { type Asset, type AssetCatalog, type FoundAsset, REPLACED_SECONDS, type StoredSource } from "./assets.ts";
export type { DeliveryBatch, DeliveryCatalog, DeliveryCount, DeliveryQuery } from "./deliveries.ts";
export { DIMENSIONS, type DimensionName, INTERVAL_MINUTES, type IntervalName, METRICS } from "./delivery-metrics.ts";
export type { CustomProfile, NameCatalog, NamedTransformation, Names } from "./names.ts";
export type { OriginBuildCatalog } from "./origin-builds.ts";
export type { ChunkedUpload, UploadCatalog, UploadChunk } from "./uploads.ts";
