/**
 * Products behind Workers Cache: an entrypoint of its own gives them out of R2, and Cloudflare's tiered cache stands before
 * that entrypoint. Access, negotiation and counting stay before the cache, in the Worker's default entrypoint.
 */

import { WorkerEntrypoint } from "cloudflare:workers";
import { isRenditionPath, parseRenditionUrl } from "#transformation";
import { rememberedProducts } from "./cache-api-store.ts";
import type { Env } from "./config.ts";
import { dataCentreCache } from "./data-centre-cache.ts";
import { askedRange, fileResponse, isContinued, isKnown, unchanged } from "./file-response.ts";
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
      const cut = async () => cutHere(request, found, bucket, await productKey(new URL(request.url).pathname, url));
      return { response: await asAsked(request, found, whole, cut), tier };
    },

    async keep(address, url, product) {
      await putObject(bucket, new URL(address).pathname, url, product);
    },
  };
}

/** An answer of the cache, or of the entrypoint behind it, as the request's conditions and its range want it. */
async function asAsked(
  request: Request,
  found: Response,
  whole: () => Promise<Response>,
  cut: () => Promise<Response | undefined>,
): Promise<Response> {
  if (isKnown(request, found.headers)) {
    await found.body?.cancel();
    return unchanged(found.headers);
  }
  if (request.method === "HEAD") {
    await found.body?.cancel();
    return new Response(null, { headers: found.headers });
  }
  const isPart = found.status !== 200;
  if (isPart && isContinued(request, found.headers)) return found;
  if (isPart) {
    await found.body?.cancel();
    return whole();
  }
  if (!askedRange(request)) return found;
  return (await cut()) ?? whole();
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
