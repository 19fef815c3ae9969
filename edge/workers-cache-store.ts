/**
 * Products behind Workers Cache: an entrypoint of its own gives them out of R2, and Cloudflare's tiered cache stands before
 * that entrypoint. Access, negotiation and counting stay before the cache, in the Worker's default entrypoint.
 */

import { WorkerEntrypoint } from "cloudflare:workers";
import { isRenditionPath, parseRenditionUrl } from "#transformation";
import type { Env } from "./config.ts";
import { dataCentreCache, rememberedProducts } from "./data-centre-cache.ts";
import { askedRange, fileResponse, underConditions } from "./file-response.ts";
import {
  findObject,
  forever,
  largeResponse,
  productKey,
  putObject,
  WHOLE_IN_MEMORY_BYTES,
  wholeResponse,
} from "./product-bucket.ts";
import type { ProductStore } from "./product-store.ts";

/** Keys of Workers Cache hold no host; requests need one. */
const INTERNAL = "http://products.edgereel.internal";

/** What is missing now may be made in a moment. */
const missing = (): Response => new Response(null, { status: 404, headers: { "cache-control": "no-store" } });

/** What Workers Cache stands before: always whole, since the cache cuts ranges itself and keeps nothing that is cut. */
export class Products extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!isRenditionPath(pathname)) return missing();
    const found = await findObject(this.env.PRODUCTS, await productKey(pathname, parseRenditionUrl(pathname)));
    if (!found) return missing();
    if (!("large" in found)) return wholeResponse(found.bytes, found.facts);
    return (await largeResponse(new Request(request.url), this.env.PRODUCTS, found.large)) ?? missing();
  }
}

/** @param products the entrypoint, by loopback: `ctx.exports.Products` */
export function workersCacheStore(
  products: Pick<Fetcher, "fetch">,
  bucket: R2Bucket,
  cache: Cache,
  waitUntil: (work: Promise<unknown>) => void,
): ProductStore {
  const here = dataCentreCache(cache);
  return {
    ...rememberedProducts(here, waitUntil),

    async find(request, url) {
      // Neither token nor cookie nor condition: whoever asks gets the same.
      const address = `${INTERNAL}${new URL(request.url).pathname}`;
      const range = askedRange(request) && request.headers.get("range");
      const found = await products.fetch(address, range ? { headers: { range } } : {});
      if (!found.ok && found.status !== 416) {
        await found.body?.cancel();
        // Or no store has taken it.
        const lent = await here.match(request);
        return lent && { response: lent, tier: "edge" };
      }
      const tier = found.headers.get("cf-cache-status") === "HIT" ? "edge" : "store";
      const whole = () => products.fetch(address);
      const asked = (await underConditions(request, found, whole)) ?? found;
      const isUncut = asked === found && found.status === 200 && askedRange(request);
      if (!isUncut) return { response: asked, tier };
      const key = await productKey(new URL(request.url).pathname, url);
      return { response: (await cutHere(request, found, bucket, key)) ?? (await whole()), tier };
    },

    async keep(address, url, product) {
      await putObject(bucket, new URL(address).pathname, url, product);
    },
  };
}

/** Where no cache stood before the entrypoint, or the object is new to it: what came is whole, and cut here. */
async function cutHere(
  request: Request,
  found: Response,
  bucket: R2Bucket,
  key: string,
): Promise<Response | undefined> {
  const { headers } = found;
  if (Number(headers.get("content-length")) > WHOLE_IN_MEMORY_BYTES) {
    await found.body?.cancel();
    const object = await findObject(bucket, key);
    return object && "large" in object ? largeResponse(request, bucket, object.large) : undefined;
  }
  const bytes = new Uint8Array(await found.arrayBuffer());
  const facts = {
    mediaType: headers.get("content-type") ?? "",
    bytes: bytes.length,
    etag: headers.get("etag") ?? "",
    uploaded: new Date(headers.get("last-modified") ?? 0),
  };
  const response = await fileResponse(request, facts, async (range) => {
    const part = range ? bytes.subarray(range.offset, range.offset + range.length) : bytes;
    return new Response(part).body;
  });
  return response && new Response(response.body, { status: response.status, headers: forever(response.headers) });
}
