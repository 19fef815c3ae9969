/** Everything that D1 holds. Lifetimes are in docs/storage.md. */

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { OriginBuild, Source } from "#media";
import type { DeliveryType } from "#transformation";
import { bucketColumns, HISTOGRAMS } from "./histograms.ts";

const assetName = {
  cloud: text("cloud").notNull(),
  deliveryType: text("delivery_type").$type<DeliveryType>().notNull(),
  publicId: text("public_id").notNull(),
  /** `video` is whatever is seen or heard, `raw` a subtitle file. */
  resourceType: text("resource_type").$type<"video" | "raw">().notNull().default("video"),
};

/** What a public id stands for at this moment. */
export const assets = sqliteTable(
  "assets",
  {
    ...assetName,
    assetId: text("asset_id").notNull(),
    sourceVersion: text("source_version").notNull(),
    /** Seconds since 1970: what clients put behind `v` in URLs. */
    uploadedAt: integer("uploaded_at").notNull(),
    createdAt: integer("created_at").notNull(),
    originalFilename: text("original_filename"),
    tags: text("tags", { mode: "json" }).$type<readonly string[]>().notNull(),
    context: text("context", { mode: "json" }).$type<Readonly<Record<string, string>>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.deliveryType, table.publicId, table.resourceType] })],
);

/** The bytes behind an asset, now and for a day after they were replaced: players hold playlists that name them. */
export const sources = sqliteTable(
  "sources",
  {
    ...assetName,
    version: text("version").notNull(),
    objectKey: text("object_key").notNull(),
    etag: text("etag").notNull(),
    facts: text("facts", { mode: "json" }).$type<Source>().notNull(),
    storedAt: integer("stored_at").notNull(),
    replacedAt: integer("replaced_at"),
  },
  (table) => [
    primaryKey({ columns: [table.cloud, table.deliveryType, table.publicId, table.version, table.resourceType] }),
    index("sources_replaced").on(table.replacedAt),
  ],
);

/** Uploads that come in chunks, until their last one. */
export const uploads = sqliteTable(
  "uploads",
  {
    cloud: text("cloud").notNull(),
    /** The client's `X-Unique-Upload-Id`. */
    id: text("id").notNull(),
    objectKey: text("object_key").notNull(),
    /** R2's multipart upload. */
    multipartId: text("multipart_id").notNull(),
    /** Length of every chunk but the last. */
    chunkBytes: integer("chunk_bytes").notNull(),
    totalBytes: integer("total_bytes"),
    startedAt: integer("started_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.id] })],
);

export const uploadChunks = sqliteTable(
  "upload_chunks",
  {
    cloud: text("cloud").notNull(),
    uploadId: text("upload_id").notNull(),
    part: integer("part").notNull(),
    etag: text("etag").notNull(),
    bytes: integer("bytes").notNull(),
    /** SHA-256, hexadecimal. */
    digest: text("digest").notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.uploadId, table.part] })],
);

/** What the origin last said of itself; one row. */
export const originBuilds = sqliteTable("origin_builds", {
  id: integer("id").primaryKey(),
  build: text("build", { mode: "json" }).$type<OriginBuild>().notNull(),
  seenAt: integer("seen_at").notNull(),
});

const counted = {
  /** Minutes since 1970. */
  minute: integer("minute").notNull(),
  cloud: text("cloud").notNull(),
  /** Empty where a report of playback names no video of this cloud. */
  publicId: text("public_id").notNull(),
};
const ofRendition = { codec: text("codec").notNull(), rung: text("rung").notNull() };
const ofViewer = { country: text("country").notNull(), device: text("device").notNull() };

/** Deliveries by minute and by what they have in common. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    ...counted,
    product: text("product").notNull(),
    ...ofRendition,
    tier: text("tier").notNull(),
    status: integer("status").notNull(),
    ...ofViewer,
    requests: integer("requests").notNull(),
    bytes: integer("bytes").notNull(),
    encodes: integer("encodes").notNull(),
    encodeMilliseconds: integer("encode_milliseconds").notNull(),
    ...bucketColumns(HISTOGRAMS.encode),
  },
  (table) => [
    primaryKey({
      columns: [
        table.cloud,
        table.minute,
        table.publicId,
        table.product,
        table.codec,
        table.rung,
        table.tier,
        table.status,
        table.country,
        table.device,
      ],
    }),
  ],
);

/** What players have told of playback, by minute and by what it has in common; no session is named. */
export const playback = sqliteTable(
  "playback",
  {
    ...counted,
    mode: text("mode").$type<"request" | "event">().notNull(),
    ...ofRendition,
    ...ofViewer,
    reports: integer("reports").notNull(),
    views: integer("views").notNull(),
    startups: integer("startups").notNull(),
    /** Startups whose time is known, and the sum of their times. */
    timedStartups: integer("timed_startups").notNull(),
    startupMilliseconds: integer("startup_milliseconds").notNull(),
    failedStarts: integer("failed_starts").notNull(),
    fatalErrors: integer("fatal_errors").notNull(),
    errors: integer("errors").notNull(),
    rebuffers: integer("rebuffers").notNull(),
    rebufferMilliseconds: integer("rebuffer_milliseconds").notNull(),
    playedMilliseconds: integer("played_milliseconds").notNull(),
    requestedMilliseconds: integer("requested_milliseconds").notNull(),
    /** Playing time of which the bit rate is known, and the bits of it. */
    ratedMilliseconds: integer("rated_milliseconds").notNull(),
    ratedBits: integer("rated_bits").notNull(),
    /** Reports that told a throughput, and the sum of these in kbit/s. */
    throughputReports: integer("throughput_reports").notNull(),
    throughputKilobits: integer("throughput_kilobits").notNull(),
    droppedFrames: integer("dropped_frames").notNull(),
    ...bucketColumns(HISTOGRAMS.startup),
    ...bucketColumns(HISTOGRAMS.stalled),
    ...bucketColumns(HISTOGRAMS.bitRate),
  },
  (table) => [
    primaryKey({
      columns: [
        table.cloud,
        table.minute,
        table.publicId,
        table.mode,
        table.codec,
        table.rung,
        table.country,
        table.device,
      ],
    }),
  ],
);

/** Batches that have been counted, of deliveries and of playback: a queue may deliver one twice. */
export const deliveryBatches = sqliteTable(
  "delivery_batches",
  { id: text("id").primaryKey(), countedAt: integer("counted_at").notNull() },
  (table) => [index("delivery_batches_counted").on(table.countedAt)],
);

/** Transformations that are kept under a name: what `t_<name>` stands for. */
export const namedTransformations = sqliteTable(
  "named_transformations",
  {
    cloud: text("cloud").notNull(),
    name: text("name").notNull(),
    /** As it is spelled in a URL. */
    definition: text("definition").notNull(),
    allowedForStrict: integer("allowed_for_strict", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.name] })],
);

/** Streaming profiles of a cloud's own: what `sp_<name>` stands for. */
export const streamingProfiles = sqliteTable(
  "streaming_profiles",
  {
    cloud: text("cloud").notNull(),
    name: text("name").notNull(),
    displayName: text("display_name").notNull(),
    /** One transformation a rung, as it is spelled in a URL. */
    representations: text("representations", { mode: "json" }).$type<readonly string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.name] })],
);

/** Keys that verify playback tokens, beside those of the configuration. */
export const playbackKeys = sqliteTable(
  "playback_keys",
  {
    cloud: text("cloud").notNull(),
    /** The `kid` of the tokens that it verifies. */
    id: text("id").notNull(),
    algorithm: text("algorithm").notNull(),
    /** A public key as a JWK; a shared secret sealed, so that a copy of the database forges nothing. */
    verifier: text("verifier").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.id] })],
);

/** Ids of keys whose tokens open nothing any more, of the configuration's as well. */
export const revokedKeys = sqliteTable(
  "revoked_keys",
  { cloud: text("cloud").notNull(), id: text("id").notNull(), revokedAt: integer("revoked_at").notNull() },
  (table) => [primaryKey({ columns: [table.cloud, table.id] })],
);

/** Single tokens, by their `jti`, that open nothing any more. */
export const revokedTokens = sqliteTable(
  "revoked_tokens",
  {
    cloud: text("cloud").notNull(),
    id: text("id").notNull(),
    revokedAt: integer("revoked_at").notNull(),
    /** When the token would have ended by itself, and the row with it. */
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.cloud, table.id] }), index("revoked_tokens_expiring").on(table.expiresAt)],
);
