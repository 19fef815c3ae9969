/**
 * What D1 has said, remembered by the data centre: it is asked every few seconds at most, and what it said last goes on
 * to hold while it cannot be read.
 */

import { Problem } from "#transformation";

/** How long a data centre may usually go on with what it knows after a change elsewhere. */
const FRESH_SECONDS = 5;

/** How long it may where D1 does not answer. */
const STALE_SECONDS = 86_400;

export interface Remembered<T> {
  /**
   * @param name of what is asked for, as a path
   * @param read asks D1; undefined, which is not remembered, for what is not there
   * @throws Problem `storage-unavailable` where D1 cannot be read and nothing is remembered
   */
  recall(name: string, read: () => Promise<T | undefined>): Promise<T | undefined>;
  /** After a change: forget what this data centre remembers. */
  forget(name: string): Promise<void>;
}

interface Copy<T> {
  readonly readAt: number;
  readonly value: T;
}

/** A row that cannot be read, or a mistake of ours: neither is over when the database is back. */
const isDefect = (error: unknown): boolean =>
  [SyntaxError, TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind);

/** @param kind a host of its own: an address of no other kind begins so */
export function remembered<T>(
  kind: string,
  cache: Cache,
  now: () => number,
  waitUntil: (work: Promise<unknown>) => void,
  freshSeconds = FRESH_SECONDS,
): Remembered<T> {
  const addressOf = (name: string) => `http://${kind}.edgereel.internal/${name}`;
  const keep = (name: string, copy: Copy<T>): void => {
    const headers = { "cache-control": `public, max-age=${STALE_SECONDS}`, "content-type": "application/json" };
    waitUntil(cache.put(addressOf(name), new Response(JSON.stringify(copy), { headers })));
  };
  return {
    async recall(name, read) {
      const copy = await (await cache.match(addressOf(name)))?.json<Copy<T>>();
      const age = copy ? now() - copy.readAt : Number.POSITIVE_INFINITY;
      // A clock that was set back makes nothing younger.
      if (copy && age >= 0 && age < freshSeconds) return copy.value;
      try {
        const value = await read();
        if (value !== undefined) keep(name, { readAt: now(), value });
        else if (copy) await cache.delete(addressOf(name));
        return value;
      } catch (error) {
        if (error instanceof Problem || isDefect(error)) throw error;
        console.error("the database cannot be read", error);
        if (copy) return copy.value;
        throw new Problem("storage-unavailable", "The catalog cannot be read.", { retryAfterSeconds: 2 });
      }
    },
    async forget(name) {
      await cache.delete(addressOf(name));
    },
  };
}
