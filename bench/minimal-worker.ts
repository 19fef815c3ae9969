/** A Worker that does nothing but serve from its cache: what any edge on this platform costs at least. */

import { convertV4MiniflareOptions, Miniflare } from "miniflare";

/** What is posted is kept; everything else is looked up. */
const SCRIPT = `export default {
  async fetch(request) {
    const hit = await caches.default.match(request);
    if (hit) return hit;
    const { body, headers } = request;
    await caches.default.put(request.url, new Response(body, { headers: {
      "cache-control": "public, max-age=31536000, immutable",
      "content-length": headers.get("content-length"),
      "content-type": "video/mp4",
    } }));
    return new Response();
  },
};`;

export interface MinimalWorker {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  /** Puts a body into the cache under an address. */
  put(address: string, body: Buffer<ArrayBuffer>): Promise<void>;
  stop(): Promise<void>;
}

export async function startMinimalWorker(): Promise<MinimalWorker> {
  const options = { modules: true as const, script: SCRIPT, compatibilityDate: "2026-11-17" };
  const miniflare = new Miniflare(convertV4MiniflareOptions({ ...options, logRequests: false }));
  return {
    base: (await miniflare.ready).origin,
    put: async (address, body) => {
      const response = await fetch(address, { method: "POST", body });
      if (!response.ok) throw new Error(await response.text());
    },
    stop: () => miniflare.dispose(),
  };
}
