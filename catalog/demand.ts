/** Demand: what was delivered of the rungs of videos, read from the counted deliveries. */

import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import type { RungDemand } from "#media";
import type { Database } from "./database.ts";
import { deliveries } from "./schema.ts";

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

export interface DemandCatalog {
  /** Demand for rungs, the largest first. */
  read(query: DemandQuery): Promise<readonly VideoDemand[]>;
}

/** More rungs than a ladder has. */
const MAX_DEMANDS = 100;

export const demandCatalog = (db: Database): DemandCatalog => ({
  async read({ cloud, publicId, from, to, limit = MAX_DEMANDS }) {
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
});
