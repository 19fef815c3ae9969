/** DIMENSIONS and METRICS: what deliveries are told apart by, and what is counted of them. One entry a name. */

import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { deliveries } from "./schema.ts";

/** What a batch may be grouped by; the name in the API is the column's. */
export const DIMENSIONS = {
  public_id: deliveries.publicId,
  product: deliveries.product,
  codec: deliveries.codec,
  rung: deliveries.rung,
  tier: deliveries.tier,
  status: deliveries.status,
  country: deliveries.country,
  device: deliveries.device,
} as const;

export type DimensionName = keyof typeof DIMENSIONS;

interface Metric {
  readonly title: string;
  readonly unit: string;
  readonly expression: SQL<number | null>;
}

/** A sum of nothing is nothing; SQL says NULL. */
const total = (column: SQLWrapper) => sql<number>`coalesce(sum(${column}), 0)`;

/** NULL where there is nothing that could have a share. */
function share(condition: SQL): SQL<number | null> {
  const { requests } = deliveries;
  return sql`round(1.0 * sum(case when ${condition} then ${requests} else 0 end) / sum(${requests}), 6)`;
}

export const METRICS = {
  requests: { title: "Requests", unit: "requests", expression: total(deliveries.requests) },
  bytes: { title: "Bytes delivered", unit: "bytes", expression: total(deliveries.bytes) },
  encodes: { title: "Encodes caused", unit: "encodes", expression: total(deliveries.encodes) },
  encode_seconds: {
    title: "Time spent encoding",
    unit: "seconds",
    expression: sql<number>`${total(deliveries.encodeMilliseconds)} / 1000.0`,
  },
  cache_ratio: {
    title: "Share answered from a cache",
    unit: "ratio",
    expression: share(sql`${deliveries.tier} in ('edge', 'store')`),
  },
  error_ratio: { title: "Share of errors", unit: "ratio", expression: share(sql`${deliveries.status} >= 400`) },
} as const satisfies Record<string, Metric>;

export const INTERVAL_MINUTES = { minute: 1, hour: 60, day: 1440 } as const;
export type IntervalName = keyof typeof INTERVAL_MINUTES;
