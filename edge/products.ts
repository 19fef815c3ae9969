/** Which layout keeps the products of this deployment. */

import { cacheApiStore } from "./cache-api-store.ts";
import type { EdgeConfig, Env } from "./config.ts";
import type { ProductStore } from "./product-store.ts";
import { workersCacheStore } from "./workers-cache-store.ts";

/** @param context of a request or of a Durable Object: its `exports` are the Worker's own entrypoints, by loopback */
export function productsOf(
  { PRODUCTS }: Pick<Env, "PRODUCTS">,
  { cacheLayout }: Pick<EdgeConfig, "cacheLayout">,
  context: { waitUntil(work: Promise<unknown>): void; readonly exports?: unknown },
  cache: Cache,
): ProductStore {
  const waitUntil = (work: Promise<unknown>): void => context.waitUntil(work);
  if (cacheLayout === "cache-api") return cacheApiStore(PRODUCTS, cache, waitUntil);
  const { Products } = context.exports as { readonly Products: Fetcher };
  return workersCacheStore(Products, PRODUCTS, cache, waitUntil);
}
