/** The Cache API of a data centre: objects by their addresses, and what a request asks of them. */

import { askedRange, type FileFacts, isContinued, isKnown, unchanged } from "./file-response.ts";
import { wholeResponse } from "./product-bucket.ts";
import { cacheControl, IMMUTABLE_SECONDS } from "./responses.ts";

export interface DataCentreCache {
  /** As a whole, as the range or as the 304 that the request asks for. */
  match(request: Request): Promise<Response | undefined>;
  put(url: string, bytes: Uint8Array<ArrayBuffer>, facts: FileFacts): Promise<void>;
  text(request: Request): Promise<string | undefined>;
  putText(request: Request, text: string): Promise<void>;
}

/** The address that an object is known by: tokens and tracking parameters are no part of it. */
function cacheAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

export const dataCentreCache = (cache: Cache): DataCentreCache => ({
  // Ranges are the cache's work, so that no byte passes through here; conditions are ours: caches differ in them.
  async match(request) {
    const address = cacheAddress(request.url);
    const range = askedRange(request) && request.headers.get("range");
    const found = await cache.match(range ? new Request(address, { headers: { range } }) : address);
    if (!found) return undefined;
    if (isKnown(request, found.headers)) {
      await found.body?.cancel();
      return unchanged(found.headers);
    }
    if (range && !isContinued(request, found.headers)) {
      await found.body?.cancel();
      return cache.match(address);
    }
    return request.method === "HEAD" ? new Response(null, found) : found;
  },
  put: (url, bytes, facts) => cache.put(cacheAddress(url), wholeResponse(bytes, facts)),
  text: async (request) => (await cache.match(cacheAddress(request.url)))?.text(),
  async putText(request, text) {
    const headers = { "cache-control": cacheControl(IMMUTABLE_SECONDS), "content-type": "text/plain" };
    await cache.put(cacheAddress(request.url), new Response(text, { headers }));
  },
});
