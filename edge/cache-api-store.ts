/** Products in the Cache API of each data centre, before R2: the layout that is all to be seen locally. */

import { dataCentreCache, rememberedProducts } from "./data-centre-cache.ts";
import {
  factsOf,
  findObject,
  largeResponse,
  productKey,
  putObject,
  WHOLE_IN_MEMORY_BYTES,
  wholeResponse,
} from "./product-bucket.ts";
import type { ProductStore } from "./product-store.ts";

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
