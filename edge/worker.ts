/** The Worker's entry: requests, what was counted from the queue, and the hourly round. */

import type { CountBatch } from "#catalog";
import { answer } from "./app.ts";
import type { AppraisalOrder } from "./appraisal-order.ts";
import { appraiseSources, isOfAppraisals } from "./appraisals.ts";
import type { Env } from "./config.ts";
import { countBatches } from "./counting/counting.ts";
import { payForDemand } from "./demand/purchase-round.ts";
import { keepHouse } from "./housekeeping.ts";
import { servicesFrom } from "./services.ts";

export { BudgetKeeper } from "./budgets/budget-keeper.ts";
export { EncodeCoalescer } from "./encode-coalescer.ts";
export { PlaybackSession } from "./playback/playback-session.ts";
export { Products } from "./workers-cache-store.ts";

export default {
  fetch: answer,

  async queue(batch, env, context) {
    const services = servicesFrom(env, context);
    if (isOfAppraisals(batch)) return appraiseSources(batch.messages, services);
    const { messages } = batch as MessageBatch<CountBatch>;
    await countBatches(messages, services.catalog.counts, Math.floor(services.now()));
  },

  async scheduled(_, env, context) {
    const services = servicesFrom(env, context);
    await keepHouse(services, env.PRODUCTS);
    await payForDemand(services);
  },
} satisfies ExportedHandler<Env, CountBatch | AppraisalOrder>;
