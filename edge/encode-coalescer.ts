/**
 * One Durable Object a source: whoever misses an object of it asks here, so that the world encodes it once. It holds
 * nothing but what is under way, or was a moment ago; losing it costs a second encode at most.
 */

import { DurableObject } from "cloudflare:workers";
import { Problem, parseRenditionUrl } from "#transformation";
import { configFrom, type Env } from "./config.ts";
import { type JobRequest, originClient } from "./origin-client.ts";
import { productStore } from "./product-store.ts";

/** What became of a request for an object: it is in the store, or a problem document says why not. */
export type Encoded =
  | {
      readonly kept: true;
      readonly joined: boolean;
      readonly queueMilliseconds: number;
      readonly encodeMilliseconds: number;
    }
  | { readonly kept: false; readonly problem: string };

interface Running {
  readonly result: Promise<Encoded>;
  readonly abort: AbortController;
  readonly waiters: Set<string>;
}

/** Work that nobody waits for is ended after this, for a viewer who reloads. */
const GRACE_MILLISECONDS = 2000;

/** How long what was made is known here: whoever looked into the store just before it was there comes too late to join. */
const REMEMBERED_MILLISECONDS = 5000;

export class EncodeCoalescer extends DurableObject<Env> {
  readonly #running = new Map<string, Running>();

  /** Makes the object at an address unless it is being made; answers when it can be found in the store. */
  async encode(address: string, request: JobRequest, waiter: string): Promise<Encoded> {
    const known = this.#running.get(address);
    const running = known ?? this.#start(address, request);
    running.waiters.add(waiter);
    const result = await running.result;
    running.waiters.delete(waiter);
    return result.kept ? { ...result, joined: known !== undefined } : result;
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

  #start(address: string, request: JobRequest): Running {
    const abort = new AbortController();
    const result = this.#make(address, request, abort.signal);
    const running = { result, abort, waiters: new Set<string>() };
    this.#running.set(address, running);
    // The work outlives whoever asked first.
    this.ctx.waitUntil(this.#forget(address, result));
    return running;
  }

  async #forget(address: string, result: Promise<Encoded>): Promise<void> {
    const { kept } = await result;
    if (kept) await scheduler.wait(REMEMBERED_MILLISECONDS);
    this.#running.delete(address);
  }

  async #make(address: string, request: JobRequest, signal: AbortSignal): Promise<Encoded> {
    try {
      const made = await originClient(configFrom(this.env), () => Date.now() / 1000).make(request, signal);
      const store = productStore(this.env.PRODUCTS, caches.default, (work) => this.ctx.waitUntil(work));
      await store.keep(address, parseRenditionUrl(new URL(address).pathname), made);
      return {
        kept: true,
        joined: false,
        queueMilliseconds: made.queueMilliseconds,
        encodeMilliseconds: made.encodeMilliseconds,
      };
    } catch (error) {
      // Errors lose their class on the way between isolates.
      if (error instanceof Problem) return { kept: false, problem: JSON.stringify(error) };
      console.error("defect", error);
      return { kept: false, problem: JSON.stringify(new Problem("internal", "The object could not be made.")) };
    }
  }
}
