/** Products in the Cache API of each data centre, before R2: the layout that is all to be seen locally. */

import { type DataCentreCache, dataCentreCache } from "./data-centre-cache.ts";
import type { FileFacts } from "./file-response.ts";
import {
  digestOf,
  factsOf,
  findObject,
  largeResponse,
  productKey,
  putObject,
  WHOLE_IN_MEMORY_BYTES,
  wholeResponse,
} from "./product-bucket.ts";
import type { ProductStore } from "./product-store.ts";

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

export function cacheApiStore(
  bucket: R2Bucket,
  cache: Cache,
  waitUntil: (work: Promise<unknown>) => void,
): ProductStore {
  const here = dataCentreCache(cache);
  return {
    ...rememberedProducts(here, waitUntil),

    async find(request, url) {
      const cached = await here.match(request);
      if (cached) return { response: cached, tier: "edge" };
      const found = await findObject(bucket, await productKey(new URL(request.url).pathname, url));
      if (!found) return undefined;
      if ("large" in found) {
        const response = await largeResponse(request, bucket, found.large);
        return response && { response, tier: "store" };
      }
      await here.put(request.url, found.bytes, found.facts);
      return { response: (await here.match(request)) ?? wholeResponse(found.bytes, found.facts), tier: "store" };
    },

    async keep(address, url, product) {
      const object = await putObject(bucket, new URL(address).pathname, url, product);
      const { bytes, mediaType } = product;
      if (!object || bytes.length > WHOLE_IN_MEMORY_BYTES) return;
      // For all who wait in this data centre; others find it in R2.
      await here.put(address, bytes as Uint8Array<ArrayBuffer>, factsOf(object, mediaType));
    },
  };
}
