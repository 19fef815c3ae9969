/** Asks the coalescer of a source for an object, and tells it when the client has gone. */

import { isCopying } from "#media";
import { Problem, problemFrom } from "#transformation";
import type { Spender } from "./budgets/spender.ts";
import type { EncodeCoalescer } from "./encode-coalescer.ts";
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

export interface Encodes {
  /**
   * Answers when the object at the address can be found in the store, or with it where the store takes nothing.
   * @throws Problem as the origin or the store gives it
   */
  make(order: EncodeOrder, signal: AbortSignal): Promise<EncodeReport>;
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
      if (!made.kept)
        throw problemFrom(JSON.parse(made.problem)) ?? new Problem("internal", "The object could not be made.");
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
});
