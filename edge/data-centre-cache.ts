/** The Cache API of a data centre: objects by their addresses, and what a request asks of them. */

import { askedRange, type FileFacts, underConditions } from "./file-response.ts";
import { digestOf, wholeResponse } from "./product-bucket.ts";
import type { ProductStore } from "./product-store.ts";
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
    return found && underConditions(request, found, () => cache.match(address));
  },
  put: (url, bytes, facts) => cache.put(cacheAddress(url), wholeResponse(bytes, facts)),
  text: async (request) => (await cache.match(cacheAddress(request.url)))?.text(),
  async putText(request, text) {
    const headers = { "cache-control": cacheControl(IMMUTABLE_SECONDS), "content-type": "text/plain" };
    await cache.put(cacheAddress(request.url), new Response(text, { headers }));
  },
});

/** What lies in the data centre's cache alone, in either layout: it is derived, or no store has taken it. */
export function rememberedProducts(
  cache: DataCentreCache,
  waitUntil: (work: Promise<unknown>) => void,
): Omit<ProductStore, "find" | "keep"> {
  const remember = async (request: Request, bytes: Uint8Array<ArrayBuffer>, facts: FileFacts): Promise<Response> => {
    await cache.put(request.url, bytes, facts);
    return (await cache.match(request)) ?? wholeResponse(bytes, facts);
  };
  return {
    findRemembered: cache.match,
    remember,
    async lend(request, { bytes, mediaType }) {
      const etag = `"${(await digestOf(bytes)).slice(0, 32)}"`;
      const facts = { mediaType, bytes: bytes.length, etag, uploaded: new Date() };
      return remember(request, bytes as Uint8Array<ArrayBuffer>, facts);
    },
    findText: cache.text,
    keepText: (request, text) => waitUntil(cache.putText(request, text)),
  };
}
