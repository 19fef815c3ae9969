/** The Worker's entry: requests, what was counted from the queue, and the hourly round. */

import type { CountBatch } from "#catalog";
import { app } from "./app.ts";
import type { Env } from "./config.ts";
import { keepHouse } from "./housekeeping.ts";
import { servicesFrom } from "./services.ts";

export { BudgetKeeper } from "./budgets/budget-keeper.ts";
export { EncodeCoalescer } from "./encode-coalescer.ts";
export { PlaybackSession } from "./playback/playback-session.ts";

export default {
  fetch: app.fetch,

  async queue(batch, env, context) {
    const { catalog, now } = servicesFrom(env, context);
    const batches = batch.messages.map(({ body }) => body);
    const at = Math.floor(now());
    await catalog.counts.deliveries.count(
      batches.filter((each) => each.of === "deliveries"),
      at,
    );
    await catalog.counts.playback.count(
      batches.filter((each) => each.of === "playback"),
      at,
    );
  },

  async scheduled(_, env, context) {
    await keepHouse(servicesFrom(env, context), env.PRODUCTS);
  },
} satisfies ExportedHandler<Env, CountBatch>;
