/** Makes things on a budget: reserves what one may cost, refuses what there is no budget for, settles what it has cost. */

import { isCopying } from "#media";
import type { RenditionUrl } from "#transformation";
import type { Made, MediaJob } from "../origin-client.ts";
import type { BudgetKeeper } from "./budget-keeper.ts";
import { budgetSpent, NO_COST } from "./encode-budget.ts";
import type { KnownVariants } from "./known-variants.ts";
import type { Spender } from "./spender.ts";

export interface BudgetedEncodes {
  /** @throws BudgetRefusal, and whatever making it throws */
  make(
    order: {
      /** Absent of what is no part of any variant. */
      readonly url?: RenditionUrl;
      readonly job: MediaJob;
      readonly spender: Spender | undefined;
    },
    make: () => Promise<Made>,
  ): Promise<Made>;
}

/** A refusal, and whether another viewer may have better luck. */
export class BudgetRefusal extends Error {
  readonly problem: ReturnType<typeof budgetSpent>;
  readonly isOfToken: boolean;

  constructor(refusal: Parameters<typeof budgetSpent>[0]) {
    super("a budget is spent");
    this.problem = budgetSpent(refusal);
    this.isOfToken = refusal.holder === "token";
  }
}

/** A codec is only offered where a segment takes less than its playing time; sound and copies take far less, always. */
const LIGHT_SHARE = 0.1;

/** A clip has a minute of picture at most, a still has one frame: what a file or a glance takes nobody knows before it is made. */
const WHOLE_SECONDS = 5;

/** The seconds of encoding that are kept free for a job until it is known what it takes: many may begin at once. */
function reservedSeconds(job: MediaJob): number {
  if (job.kind === "init") return 0;
  if (job.kind !== "segment") return WHOLE_SECONDS;
  const { samples, sampleTicks } = job.expected;
  return ((samples * sampleTicks) / job.timescale) * (job.media === "audio" || isCopying(job) ? LIGHT_SHARE : 1);
}

export const budgetedEncodes = (
  keepers: DurableObjectNamespace<BudgetKeeper>,
  variants: KnownVariants,
  waitUntil: (work: Promise<unknown>) => void,
): BudgetedEncodes => ({
  async make({ url, job, spender }, make) {
    if (!spender) return make();
    const keeper = keepers.getByName(spender.cloud);
    const encodeSeconds = reservedSeconds(job);
    const reserve = async (isNew: boolean): Promise<void> => {
      const refusal = await keeper.reserve(spender, { encodeSeconds, newVariants: isNew ? 1 : 0 });
      if (refusal) throw new BudgetRefusal(refusal);
    };
    await (url ? variants.admit(url, reserve) : reserve(false));
    const settle = (seconds: number): void =>
      waitUntil(keeper.settle(spender, { ...NO_COST, encodeSeconds: seconds - encodeSeconds }));
    const startedAt = Date.now();
    try {
      const made = await make();
      settle(made.encodeMilliseconds / 1000);
      return made;
    } catch (error) {
      // What failed or was given up has cost something, or those who always give up would never pay.
      settle(Math.min(encodeSeconds, (Date.now() - startedAt) / 1000));
      throw error;
    }
  },
});
