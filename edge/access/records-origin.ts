/** Where copies of keys and revocations come from: the data centre's cache, and behind it D1. */

import type { Catalog } from "#catalog";
import { type RecordsCopy, type RecordsOrigin, STALE_SECONDS } from "./access-records.ts";

/** Secrets lie in it sealed, as they lie in D1. */
export function recordsOrigin(cloud: string, catalog: Catalog, cache: Cache, now: () => number): RecordsOrigin {
  // An address of no other kind begins so.
  const address = `http://keys.edgereel.internal/${cloud}`;
  return {
    read: () => catalog.access.records(cloud, Math.floor(now())),
    async nearby() {
      return (await cache.match(address))?.json<RecordsCopy>();
    },
    // Longer than it is fresh: it is what a new isolate goes on with while D1 cannot be read.
    async keepNearby(copy) {
      const headers = { "cache-control": `public, max-age=${STALE_SECONDS}`, "content-type": "application/json" };
      await cache.put(address, new Response(JSON.stringify(copy), { headers }));
    },
    async forgetNearby() {
      await cache.delete(address);
    },
  };
}
