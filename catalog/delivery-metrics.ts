/** DELIVERIES: what deliveries are told apart by, and what is counted of them. One entry a name. */

import { type SQL, sql } from "drizzle-orm";
import { bucketSums, HISTOGRAMS } from "./histograms.ts";
import { type Ledger, total } from "./ledger.ts";
import { percentiles } from "./percentiles.ts";
import { deliveries } from "./schema.ts";

/** NULL where there is nothing that could have a share. */
function share(condition: SQL): SQL<number | null> {
  const { requests } = deliveries;
  return sql`round(1.0 * sum(case when ${condition} then ${requests} else 0 end) / sum(${requests}), 6)`;
}

export const DELIVERIES = {
  table: deliveries,
  dimensions: {
    public_id: deliveries.publicId,
    product: deliveries.product,
    codec: deliveries.codec,
    rung: deliveries.rung,
    tier: deliveries.tier,
    status: deliveries.status,
    country: deliveries.country,
    device: deliveries.device,
  },
  apart: [],
  metrics: {
    requests: { title: "Requests", unit: "requests", expression: total(deliveries.requests) },
    bytes: { title: "Bytes delivered", unit: "bytes", expression: total(deliveries.bytes) },
    encodes: { title: "Encodes caused", unit: "encodes", expression: total(deliveries.encodes) },
    encode_seconds: {
      title: "Time spent encoding",
      unit: "seconds",
      expression: sql<number>`${total(deliveries.encodeMilliseconds)} / 1000.0`,
    },
    ...percentiles({
      metric: "encode_seconds",
      title: "Time of an encode",
      unit: "seconds",
      histogram: HISTOGRAMS.encode,
      sums: bucketSums(HISTOGRAMS.encode, deliveries),
      scale: 0.001,
      digits: 3,
    }),
    cache_ratio: {
      title: "Share answered from a cache",
      unit: "ratio",
      expression: share(sql`${deliveries.tier} in ('edge', 'store')`),
    },
    error_ratio: { title: "Share of errors", unit: "ratio", expression: share(sql`${deliveries.status} >= 400`) },
  },
} as const satisfies Ledger;
