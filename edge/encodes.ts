/** Asks the coalescer of a source for an object, and tells it when the client has gone. */

import { Problem, problemFrom } from "#transformation";
import type { Spender } from "./budgets/spender.ts";
import type { EncodeCoalescer } from "./encode-coalescer.ts";
import type { JobRequest } from "./origin-client.ts";
import type { NewProduct } from "./product-store.ts";

export interface EncodeReport {
  readonly tier: "encoded" | "joined";
  readonly queueMilliseconds: number;
  readonly encodeMilliseconds: number;
  /** The object itself, where the store did not take it. */
  readonly unstored?: NewProduct;
}

export interface Encodes {
  /**
   * Answers when the object at the address can be found in the store, or with it where the store takes nothing.
   * @param spender on whose budget it is made, where it is not there already or being made for somebody else
   * @throws Problem as the origin or the store gives it
   */
  make(
    sourceVersion: string,
    address: string,
    request: JobRequest,
    spender: Spender | undefined,
    signal: AbortSignal,
  ): Promise<EncodeReport>;
}

export const encodes = (
  coalescers: DurableObjectNamespace<EncodeCoalescer>,
  waitUntil: (work: Promise<unknown>) => void,
): Encodes => ({
  async make(sourceVersion, address, request, spender, signal) {
    const coalescer = coalescers.getByName(sourceVersion);
    const waiter = crypto.randomUUID();
    const leave = (): void => waitUntil(coalescer.leave(address, waiter));
    signal.addEventListener("abort", leave, { once: true });
    try {
      const made = await coalescer.encode(address, request, waiter, spender);
      if (!made.kept)
        throw problemFrom(JSON.parse(made.problem)) ?? new Problem("internal", "The object could not be made.");
      return {
        tier: made.joined ? "joined" : "encoded",
        queueMilliseconds: made.queueMilliseconds,
        encodeMilliseconds: made.encodeMilliseconds,
        ...(made.unstored && { unstored: made.unstored }),
      };
    } finally {
      signal.removeEventListener("abort", leave);
    }
  },
});
