/** Deliveries counted into minutes, and read again by any dimension and interval. */

import { and, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { RungDemand } from "#media";
import type { Database } from "./database.ts";
import { DIMENSIONS, type DimensionName, INTERVAL_MINUTES, type IntervalName, METRICS } from "./delivery-metrics.ts";
import { deliveries, deliveryBatches } from "./schema.ts";

/** One line of a batch: what some deliveries of a minute have in common, and how many they were. */
export type DeliveryCount = typeof deliveries.$inferSelect;

/** What an isolate sends from time to time. */
export interface DeliveryBatch {
  /** Makes counting idempotent: a queue may deliver a batch more than once. */
  readonly id: string;
  readonly counts: readonly DeliveryCount[];
}

export interface DeliveryQuery {
  readonly cloud: string;
  /** Minutes since 1970; `to` is not included. */
  readonly from: number;
  readonly to: number;
  readonly groupBy: readonly DimensionName[];
  readonly interval?: IntervalName | undefined;
}

/** Which demand is asked for: of one video, or of those of which most was delivered. */
export interface DemandQuery {
  readonly cloud: string;
  readonly publicId?: string;
  /** Minutes since 1970; `to` is not included. */
  readonly from: number;
  readonly to: number;
  /** Lines at most. */
  readonly limit?: number;
}

/** What was delivered of a rung of a video in H.264. */
export interface VideoDemand extends RungDemand {
  readonly publicId: string;
}

export type DeliveryRow = Readonly<Record<string, string | number | null>>;

export interface DeliveryCatalog {
  /** Counts batches, each exactly once, all or none. */
  count(batches: readonly DeliveryBatch[], at: number): Promise<void>;
  read(query: DeliveryQuery): Promise<readonly DeliveryRow[]>;
  /** Demand for rungs, the largest first. */
  demand(query: DemandQuery): Promise<readonly VideoDemand[]>;
  /** Drops what is older than its lifetime. */
  expire(now: number): Promise<void>;
}

const KEY_COLUMNS = [
  "minute",
  "cloud",
  "public_id",
  "product",
  "codec",
  "rung",
  "tier",
  "status",
  "country",
  "device",
] as const;
const COUNTER_COLUMNS = ["requests", "bytes", "encodes", "encode_milliseconds"] as const;

const columns = [...KEY_COLUMNS, ...COUNTER_COLUMNS];

/** One statement a batch, whatever its size: bound parameters are limited to a hundred (D1). */
const COUNT_BATCH = `INSERT INTO deliveries (${columns.join(", ")})
SELECT ${columns.map((_, index) => `json_extract(value, '$[${index}]')`).join(", ")} FROM json_each(?1)
WHERE NOT EXISTS (SELECT 1 FROM delivery_batches WHERE id = ?2)
ON CONFLICT DO UPDATE SET ${COUNTER_COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;

const NOTE_BATCH = "INSERT OR IGNORE INTO delivery_batches (id, counted_at) VALUES (?1, ?2)";

const inColumnOrder = (count: DeliveryCount) => [
  count.minute,
  count.cloud,
  count.publicId,
  count.product,
  count.codec,
  count.rung,
  count.tier,
  count.status,
  count.country,
  count.device,
  count.requests,
  count.bytes,
  count.encodes,
  count.encodeMilliseconds,
];

/** More rungs than a ladder has. */
const MAX_DEMANDS = 100;

const KEPT_MINUTES = 400 * 1440;
/** Longer than a queue can hold a message back. */
const KEPT_BATCH_SECONDS = 15 * 86_400;

export const deliveryCatalog = (db: Database, d1: D1Database): DeliveryCatalog => ({
  async count(batches, at) {
    if (batches.length === 0) return;
    await d1.batch(
      batches.flatMap(({ id, counts }) => [
        d1.prepare(COUNT_BATCH).bind(JSON.stringify(counts.map(inColumnOrder)), id),
        d1.prepare(NOTE_BATCH).bind(id, at),
      ]),
    );
  },

  async read({ cloud, from, to, groupBy, interval }) {
    const length = interval && INTERVAL_MINUTES[interval];
    // Seconds since 1970 of the interval's start.
    const time =
      length && sql<number>`(${deliveries.minute} / ${sql.raw(String(length))}) * ${sql.raw(String(length * 60))}`;
    const dimensions: Record<string, SQL<unknown>> = Object.fromEntries(
      groupBy.map((name) => [name, sql`${DIMENSIONS[name]}`]),
    );
    const grouping = [...(time ? [time] : []), ...Object.values(dimensions)];
    const metrics: Record<string, SQL<unknown>> = Object.fromEntries(
      Object.entries(METRICS).map(([name, metric]) => [name, metric.expression]),
    );
    const selected = { ...(time && { time }), ...dimensions, ...metrics };
    const rows = db
      .select(selected)
      .from(deliveries)
      .where(and(eq(deliveries.cloud, cloud), gte(deliveries.minute, from), lt(deliveries.minute, to)))
      .$dynamic();
    const grouped = grouping.length > 0 ? rows.groupBy(...grouping).orderBy(...grouping) : rows;
    return (await grouped) as unknown as readonly DeliveryRow[];
  },

  async demand({ cloud, publicId, from, to, limit = MAX_DEMANDS }) {
    const bytes = sql<number>`sum(${deliveries.bytes})`;
    return db
      .select({
        publicId: deliveries.publicId,
        rung: deliveries.rung,
        requests: sql<number>`sum(${deliveries.requests})`,
        bytes,
      })
      .from(deliveries)
      .where(
        and(
          eq(deliveries.cloud, cloud),
          gte(deliveries.minute, from),
          lt(deliveries.minute, to),
          eq(deliveries.product, "segment"),
          eq(deliveries.codec, "h264"),
          ...(publicId === undefined ? [] : [eq(deliveries.publicId, publicId)]),
        ),
      )
      .groupBy(deliveries.publicId, deliveries.rung)
      .orderBy(desc(bytes))
      .limit(limit);
  },

  async expire(now) {
    await db.batch([
      db.delete(deliveries).where(lt(deliveries.minute, Math.floor(now / 60) - KEPT_MINUTES)),
      db.delete(deliveryBatches).where(lt(deliveryBatches.countedAt, now - KEPT_BATCH_SECONDS)),
    ]);
  },
});
