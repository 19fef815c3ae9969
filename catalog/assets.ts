/** Assets and the sources behind them. */

import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { Source } from "#media";
import type { AssetName } from "#transformation";
import type { Database } from "./database.ts";
import { assets, sources } from "./schema.ts";

export interface Asset extends AssetName {
  readonly assetId: string;
  /** Seconds since 1970. */
  readonly uploadedAt: number;
  readonly createdAt: number;
  readonly originalFilename: string | null;
  readonly tags: readonly string[];
  readonly context: Readonly<Record<string, string>>;
}

/** A source where it lies. */
export interface StoredSource {
  readonly source: Source;
  readonly objectKey: string;
  readonly etag: string;
}

export type FoundAsset = Asset & StoredSource;

/** How long the bytes of a replaced or deleted asset stay for those who are watching them. */
export const REPLACED_SECONDS = 24 * 3600;

export interface AssetCatalog {
  findAsset(name: AssetName): Promise<FoundAsset | undefined>;
  /** The source of a version: the current one, or one that was replaced less than a day ago. */
  findSource(name: AssetName, version: string): Promise<StoredSource | undefined>;
  /** Makes an upload what its public id stands for; what it stood for before is replaced. */
  putAsset(asset: Asset, stored: StoredSource): Promise<void>;
  /** Adds to what is known of a source what was learnt of it later; the rest of it stays. */
  keepFacts(name: AssetName, version: string, learnt: Pick<Source, "glance" | "appraisal">): Promise<void>;
  /** Answers whether there was such an asset. */
  deleteAsset(name: AssetName, at: number): Promise<boolean>;
  /** The latest uploads of a cloud. */
  listAssets(cloud: string, limit: number): Promise<readonly FoundAsset[]>;
  /** Sources that nobody can be watching any more, taken out of the catalog. */
  takeReplaced(
    before: number,
    limit: number,
  ): Promise<readonly { readonly objectKey: string; readonly version: string }[]>;
}

const named = (
  table: typeof assets | typeof sources,
  { cloud, deliveryType, publicId, resourceType = "video" }: AssetName,
) =>
  and(
    eq(table.cloud, cloud),
    eq(table.deliveryType, deliveryType),
    eq(table.publicId, publicId),
    eq(table.resourceType, resourceType),
  );

const joined = and(
  eq(sources.cloud, assets.cloud),
  eq(sources.deliveryType, assets.deliveryType),
  eq(sources.publicId, assets.publicId),
  eq(sources.resourceType, assets.resourceType),
  eq(sources.version, assets.sourceVersion),
);

type Row = { assets: typeof assets.$inferSelect; sources: typeof sources.$inferSelect };

const foundFrom = ({ assets: { resourceType, ...asset }, sources: stored }: Row): FoundAsset => ({
  ...asset,
  ...(resourceType === "raw" && { resourceType }),
  source: stored.facts,
  objectKey: stored.objectKey,
  etag: stored.etag,
});

export const assetCatalog = (db: Database): AssetCatalog => ({
  async findAsset(name) {
    const [row] = await db.select().from(assets).innerJoin(sources, joined).where(named(assets, name)).limit(1);
    return row && foundFrom(row);
  },

  async findSource(name, version) {
    const [row] = await db
      .select()
      .from(sources)
      .where(and(named(sources, name), eq(sources.version, version)))
      .limit(1);
    return row && { source: row.facts, objectKey: row.objectKey, etag: row.etag };
  },

  async putAsset(asset, { source, objectKey, etag }) {
    const { cloud, deliveryType, publicId, resourceType = "video" } = asset;
    const name = { cloud, deliveryType, publicId, resourceType };
    const row = {
      ...name,
      version: source.version,
      objectKey,
      etag,
      facts: source,
      storedAt: asset.uploadedAt,
      replacedAt: null,
    };
    const entry = { ...asset, ...name, sourceVersion: source.version };
    await db.batch([
      db
        .update(sources)
        .set({ replacedAt: asset.uploadedAt })
        .where(and(named(sources, name), isNull(sources.replacedAt))),
      db
        .insert(sources)
        .values(row)
        .onConflictDoUpdate({
          target: [sources.cloud, sources.deliveryType, sources.publicId, sources.version, sources.resourceType],
          set: { objectKey, etag, facts: source, storedAt: asset.uploadedAt, replacedAt: null },
        }),
      db
        .insert(assets)
        .values(entry)
        .onConflictDoUpdate({
          target: [assets.cloud, assets.deliveryType, assets.publicId, assets.resourceType],
          // An asset keeps its identity and its birthday when its bytes are replaced.
          set: {
            sourceVersion: source.version,
            uploadedAt: asset.uploadedAt,
            originalFilename: asset.originalFilename,
            tags: asset.tags,
            context: asset.context,
          },
        }),
    ]);
  },

  async keepFacts(name, version, learnt) {
    await db
      .update(sources)
      .set({ facts: sql`json_patch(${sources.facts}, ${JSON.stringify(learnt)})` })
      .where(and(named(sources, name), eq(sources.version, version)));
  },

  async deleteAsset(name, at) {
    const [, deleted] = await db.batch([
      db
        .update(sources)
        .set({ replacedAt: at })
        .where(and(named(sources, name), isNull(sources.replacedAt))),
      db.delete(assets).where(named(assets, name)).returning({ publicId: assets.publicId }),
    ]);
    return deleted.length > 0;
  },

  async listAssets(cloud, limit) {
    const rows = await db
      .select()
      .from(assets)
      .innerJoin(sources, joined)
      .where(eq(assets.cloud, cloud))
      .orderBy(desc(assets.uploadedAt))
      .limit(limit);
    return rows.map(foundFrom);
  },

  async takeReplaced(before, limit) {
    const due = db.select({ id: sql`rowid` }).from(sources).where(lt(sources.replacedAt, before)).limit(limit);
    return db
      .delete(sources)
      .where(sql`rowid in ${due}`)
      .returning({ objectKey: sources.objectKey, version: sources.version });
  },
});
