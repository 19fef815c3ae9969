/**
 * One Durable Object a source: whoever misses an object of it asks here, so that the world encodes it once. It holds
 * nothing but what is under way, or was a moment ago; losing it costs a second encode at most.
 */

import { DurableObject } from "cloudflare:workers";
import type { Glance } from "#media";
import { Problem, parseRenditionUrl } from "#transformation";
import { BudgetRefusal, budgetedEncodes } from "./budgets/budgeted-encode.ts";
import { knownVariants } from "./budgets/known-variants.ts";
import { configFrom, type Env } from "./config.ts";
import type { EncodeOrder, GlanceOrder } from "./encodes.ts";
import { originClient } from "./origin-client.ts";
import { WHOLE_IN_MEMORY_BYTES } from "./product-bucket.ts";
import type { NewProduct } from "./product-store.ts";
import { productsOf } from "./products.ts";

/** What became of a request for an object: it is in the store, or a problem document says why not. */
export type Encoded =
  | {
      readonly joined: boolean;
      readonly queueMilliseconds: number;
      readonly encodeMilliseconds: number;
      /** The object itself, where the store did not take it, or did not give it. */
      readonly unstored?: NewProduct;
    }
  | Refused;

export interface Refused {
  readonly problem: string;
  /** Whether it is the refusal of one viewer's token: another viewer may cause what this one may not. */
  readonly isOfToken: boolean;
}

/** What became of a glance. */
export type Looked = { readonly glance: Glance } | Refused;

interface Running {
  readonly result: Promise<Encoded>;
  readonly abort: AbortController;
  readonly waiters: Set<string>;
  isMade: boolean;
}

/** Work that nobody waits for is ended after this, for a viewer who reloads. */
const GRACE_MILLISECONDS = 2000;

/** How long what was made is known here: whoever looked into the store just before it was there comes too late to join. */
const REMEMBERED_MILLISECONDS = 5000;

export class EncodeCoalescer extends DurableObject<Env> {
  readonly #running = new Map<string, Running>();
  #looking: Promise<Looked> | undefined;
  readonly #origin = originClient(configFrom(this.env), () => Date.now() / 1000);
  readonly #budgeted = budgetedEncodes(this.env.BUDGETS, knownVariants(this.env.PRODUCTS), (work) =>
    this.ctx.waitUntil(work),
  );

  /**
   * Makes the object at an address unless it is being made; answers when it can be found in the store. Whoever causes
   * it pays for it, and whoever joins does not.
   */
  async encode(order: EncodeOrder, waiter: string): Promise<Encoded> {
    for (;;) {
      const known = this.#joinable(order);
      const running = known ?? this.#start(order);
      running.waiters.add(waiter);
      const result = await running.result;
      const isStillHere = running.waiters.delete(waiter);
      if (!("problem" in result)) return { ...result, joined: known !== undefined };
      // What another viewer's token could not pay is tried again on this one's. By now nothing is running any more.
      if (!known || !result.isOfToken || !isStillHere) return result;
    }
  }

  /** Looks at the source, or joins whoever does; who causes it pays for it. */
  async look(order: GlanceOrder): Promise<Looked> {
    for (;;) {
      const known = this.#looking;
      const looking = known ?? this.#look(order);
      this.#looking = looking;
      const result = await looking;
      if (this.#looking === looking) this.#looking = undefined;
      if (!known || !("problem" in result) || !result.isOfToken) return result;
    }
  }

  async #look({ job, spender }: GlanceOrder): Promise<Looked> {
    try {
      const { bytes } = await this.#budgeted.make({ job, spender }, () => this.#origin.make({ job }));
      return { glance: JSON.parse(new TextDecoder().decode(bytes)) as Glance };
    } catch (error) {
      return refused(error);
    }
  }

  /** A waiter has gone; when the last one has, so does the encode. */
  async leave(address: string, waiter: string): Promise<void> {
    const running = this.#running.get(address);
    if (!running) return;
    running.waiters.delete(waiter);
    if (running.waiters.size > 0) return;
    await scheduler.wait(GRACE_MILLISECONDS);
    if (running.waiters.size === 0) running.abort.abort();
  }

  /** The work that an order may join. */
  #joinable({ address, isLost }: EncodeOrder): Running | undefined {
    const known = this.#running.get(address);
    return isLost && known?.isMade ? undefined : known;
  }

  #start(order: EncodeOrder): Running {
    const abort = new AbortController();
    const result = this.#make(order, abort.signal);
    const running = { result, abort, waiters: new Set<string>(), isMade: false };
    this.#running.set(order.address, running);
    // The work outlives whoever asked first.
    this.ctx.waitUntil(this.#forget(order.address, running));
    return running;
  }

  async #forget(address: string, running: Running): Promise<void> {
    const made = await running.result;
    running.isMade = true;
    // Bytes are not held any longer than somebody waits for them.
    if (!("problem" in made || made.unstored)) await scheduler.wait(REMEMBERED_MILLISECONDS);
    if (this.#running.get(address) === running) this.#running.delete(address);
  }

  async #make({ address, request, spender, isLost = false }: EncodeOrder, signal: AbortSignal): Promise<Encoded> {
    try {
      const url = parseRenditionUrl(new URL(address).pathname);
      const made = await this.#budgeted.make({ url, job: request.job, spender }, () =>
        this.#origin.make(request, signal),
      );
      const store = productsOf(this.env, configFrom(this.env), this.ctx, caches.default);
      const { bytes, mediaType, queueMilliseconds, encodeMilliseconds } = made;
      const result = { joined: false, queueMilliseconds, encodeMilliseconds };
      const isStored = await store.keep(address, url, made).then(
        () => true,
        // What is small enough goes to whoever waits; the next data centre has it made again.
        (error: unknown) => (bytes.length > WHOLE_IN_MEMORY_BYTES ? Promise.reject(error) : false),
      );
      return isStored && !isLost ? result : { ...result, unstored: { bytes, mediaType } };
    } catch (error) {
      return refused(error);
    }
  }
}

/** Errors lose their class on the way between isolates. */
function refused(error: unknown): Refused {
  if (error instanceof BudgetRefusal) return { problem: JSON.stringify(error.problem), isOfToken: error.isOfToken };
  const isDefect = !(error instanceof Problem);
  if (isDefect) console.error("defect", error);
  const problem = isDefect ? new Problem("internal", "The object could not be made.") : error;
  return { problem: JSON.stringify(problem), isOfToken: false };
}
