/** The doors of analytics: each ledger's counts, by any of its dimensions and by time. */

import { Hono } from "hono";
import { LEDGERS, type LedgerName } from "#catalog";
import { Problem } from "#transformation";
import { NO_STORE, opened } from "../admin-door.ts";
import type { Env } from "../config.ts";
import { analyticsQuery } from "./analytics-query.ts";

export const analyticsRoutes = new Hono<{ Bindings: Env }>();

const timeOf = (minute: number): string => new Date(minute * 60_000).toISOString();

const isLedger = (name: string): name is LedgerName => Object.hasOwn(LEDGERS, name);

analyticsRoutes.get("/:cloud/analytics/:of", async (context) => {
  const { catalog, config, now } = await opened(context, "analytics:read");
  const of = context.req.param("of");
  if (!isLedger(of)) throw new Problem("not-found", `Analytics are of ${Object.keys(LEDGERS).join(" or ")}.`);
  const ledger = LEDGERS[of];
  const query = analyticsQuery(ledger, config.cloud, new URL(context.req.url).searchParams, now());
  const rows = await catalog.counts[of].read(query);
  const metrics = Object.entries(ledger.metrics).map(([name, { title, unit }]) => [name, { title, unit }]);
  const answer = {
    from: timeOf(query.from),
    to: timeOf(query.to),
    interval: query.interval ?? null,
    group_by: [...new Set([...ledger.apart, ...query.groupBy])],
    metrics: Object.fromEntries(metrics),
    rows,
  };
  return context.json(answer, 200, NO_STORE);
});
