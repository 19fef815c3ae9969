/** Asks the coalescer of a source for an object, and tells it when the client has gone. */

import { type Glance, type GlanceJob, isCopying } from "#media";
import { Problem, problemFrom } from "#transformation";
import type { Spender } from "./budgets/spender.ts";
import type { EncodeCoalescer, Refused } from "./encode-coalescer.ts";
import type { JobRequest } from "./origin-client.ts";
import type { NewProduct } from "./product-store.ts";

export interface EncodeReport {
  readonly tier: "encoded" | "copied" | "joined";
  readonly queueMilliseconds: number;
  readonly encodeMilliseconds: number;
  /** The object itself, where the store did not take it, or did not give it. */
  readonly unstored?: NewProduct;
}

/** What is wanted, and on whose budget it is made where it is not being made for somebody else. */
export interface EncodeOrder {
  readonly sourceVersion: string;
  readonly address: string;
  readonly request: JobRequest;
  readonly spender?: Spender | undefined;
  /** It was made a moment ago, and is not to be found: it is made again, and comes with the answer. */
  readonly isLost?: boolean;
}

/** A glance that is wanted, and on whose budget it is taken where nobody takes it already. */
export interface GlanceOrder {
  readonly sourceVersion: string;
  readonly job: GlanceJob;
  readonly spender?: Spender | undefined;
}

export interface Encodes {
  /**
   * Answers when the object at the address can be found in the store, or with it where the store takes nothing.
   * @throws Problem as the origin or the store gives it
   */
  make(order: EncodeOrder, signal: AbortSignal): Promise<EncodeReport>;
  /**
   * Looks at a source, once for all who ask meanwhile. It is not kept.
   * @throws Problem as the origin gives it
   */
  look(order: GlanceOrder): Promise<Glance>;
}

export const encodes = (
  coalescers: DurableObjectNamespace<EncodeCoalescer>,
  waitUntil: (work: Promise<unknown>) => void,
): Encodes => ({
  async make(order, signal) {
    const coalescer = coalescers.getByName(order.sourceVersion);
    const waiter = crypto.randomUUID();
    const leave = (): void => waitUntil(coalescer.leave(order.address, waiter));
    signal.addEventListener("abort", leave, { once: true });
    try {
      const made = await coalescer.encode(order, waiter);
      if ("problem" in made) throw revived(made);
      return {
        tier: made.joined ? "joined" : isCopying(order.request.job) ? "copied" : "encoded",
        queueMilliseconds: made.queueMilliseconds,
        encodeMilliseconds: made.encodeMilliseconds,
        ...(made.unstored && { unstored: made.unstored }),
      };
    } finally {
      signal.removeEventListener("abort", leave);
    }
  },
  async look(order) {
    const looked = await coalescers.getByName(order.sourceVersion).look(order);
    if ("problem" in looked) throw revived(looked);
    return looked.glance;
  },
});

const revived = ({ problem }: Refused): Problem =>
  problemFrom(JSON.parse(problem)) ?? new Problem("internal", "The object could not be made.");
