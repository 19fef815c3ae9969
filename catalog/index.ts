/** The door of this room: everything that D1 holds, behind ports that speak of assets, uploads and deliveries. */

import { drizzle } from "drizzle-orm/d1";
import { type AccessCatalog, accessCatalog } from "./access.ts";
import { type AssetCatalog, assetCatalog } from "./assets.ts";
import { type DemandCatalog, demandCatalog } from "./demand.ts";
import { type CountCatalog, countCatalog } from "./ledger.ts";
import { LEDGERS, type LedgerCount, type LedgerName } from "./ledgers.ts";
import { type NameCatalog, nameCatalog } from "./names.ts";
import { type OriginBuildCatalog, originBuildCatalog } from "./origin-builds.ts";
import { type UploadCatalog, uploadCatalog } from "./uploads.ts";

export interface Catalog {
  readonly access: AccessCatalog;
  readonly assets: AssetCatalog;
  readonly uploads: UploadCatalog;
  readonly originBuilds: OriginBuildCatalog;
  /** All that is counted by minute. */
  readonly counts: { readonly [N in LedgerName]: CountCatalog<LedgerCount<N>> };
  /** What was delivered of rungs. */
  readonly demand: DemandCatalog;
  readonly names: NameCatalog;
}

export function openCatalog(d1: D1Database): Catalog {
  const db = drizzle(d1);
  return {
    access: accessCatalog(db),
    assets: assetCatalog(db),
    uploads: uploadCatalog(db),
    originBuilds: originBuildCatalog(db),
    counts: {
      deliveries: countCatalog(db, d1, LEDGERS.deliveries),
      playback: countCatalog(db, d1, LEDGERS.playback),
    },
    demand: demandCatalog(db),
    names: nameCatalog(db),
  };
}

export type { AccessCatalog, AccessRecords, PlaybackKey, RevokedKey, RevokedToken } from "./access.ts";
export { type Asset, type AssetCatalog, type FoundAsset, REPLACED_SECONDS, type StoredSource } from "./assets.ts";
export type { DemandCatalog, DemandQuery, VideoDemand } from "./demand.ts";
export { HISTOGRAMS, observed } from "./histograms.ts";
export type { Batch, CountCatalog, CountQuery, CountRow, IntervalName, Ledger, Metric } from "./ledger.ts";
export { INTERVAL_MINUTES } from "./ledger.ts";
export type { CountBatch, DeliveryCount, LedgerCount, LedgerName, PlaybackCount, PlaybackCounters } from "./ledgers.ts";
export { LEDGER_FIELDS, LEDGERS } from "./ledgers.ts";
export type { CustomProfile, NameCatalog, NamedTransformation, Names } from "./names.ts";
export type { OriginBuildCatalog } from "./origin-builds.ts";
export type { ChunkedUpload, UploadCatalog, UploadChunk } from "./uploads.ts";
