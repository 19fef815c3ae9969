/** What has been made: kept in the data centre's cache and in R2, never changed under its path. */

import { Problem, type RenditionUrl } from "#transformation";
import { hex } from "./access/hash.ts";
import { cacheControl, IMMUTABLE_SECONDS, type Tier } from "./responses.ts";

/** A made object that is to be kept. */
export interface NewProduct {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface FoundProduct {
  readonly response: Response;
  readonly tier: Extract<Tier, "edge" | "store">;
}

/** The segment store of both layouts: this one is Cache API before R2. */
export interface ProductStore {
  /**
   * The object under a path, as a whole, as the range or as the 304 that the request asks for. A hit in the data
   * centre's cache touches nothing else.
   */
  find(request: Request, url: RenditionUrl): Promise<FoundProduct | undefined>;
  /** Keeps an object unless its address has one already; answers when it can be found. */
  keep(address: string, url: RenditionUrl, product: NewProduct): Promise<void>;
  /** A playlist that this data centre remembers. */
  findText(request: Request): Promise<string | undefined>;
  /** Remembers a playlist in the data centre's cache only: it is computed anew wherever it is missing. */
  keepText(request: Request, text: string): void;
}

/**
 * The key in R2: the version first, so that a source's products can be found together; the path hashed, since it may
 * be longer than a key and hold any character.
 */
export async function productKey(path: string, { sourceVersion, recipe }: RenditionUrl): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(path));
  return `${sourceVersion}/${recipe}/${hex(digest).slice(0, 40)}`;
}

/** The cache's own request: tokens and tracking parameters are no part of it, nor is the method. */
function cacheRequest(request: Request): Request {
  const { origin, pathname } = new URL(request.url);
  const headers = new Headers();
  for (const name of ["range", "if-none-match", "if-range", "if-modified-since"]) {
    const value = request.headers.get(name);
    if (value !== null && request.method === "GET") headers.set(name, value);
  }
  return new Request(`${origin}${pathname}`, { headers });
}

const stored = (
  body: ReadableStream | Uint8Array<ArrayBuffer>,
  facts: { mediaType: string; bytes: number; etag: string; uploaded: Date },
): Response =>
  new Response(body, {
    headers: {
      "content-type": facts.mediaType,
      "content-length": String(facts.bytes),
      etag: facts.etag,
      "last-modified": facts.uploaded.toUTCString(),
      "accept-ranges": "bytes",
      "cache-control": cacheControl(IMMUTABLE_SECONDS, { immutable: true }),
    },
  });

export function productStore(
  bucket: R2Bucket,
  cache: Cache,
  waitUntil: (work: Promise<unknown>) => void,
): ProductStore {
  async function match(request: Request): Promise<Response | undefined> {
    const response = await cache.match(cacheRequest(request));
    // A HEAD is answered from the whole object, without its body.
    return response && request.method === "HEAD" ? new Response(null, response) : response;
  }

  return {
    async find(request, url) {
      const cached = await match(request);
      if (cached) return { response: cached, tier: "edge" };
      const { origin, pathname } = new URL(request.url);
      const object = await bucket.get(await productKey(pathname, url));
      if (!object) return undefined;
      const facts = {
        mediaType: object.httpMetadata?.contentType ?? "application/octet-stream",
        bytes: object.size,
        etag: object.httpEtag,
        uploaded: object.uploaded,
      };
      if (object.size > WHOLE_IN_MEMORY_BYTES)
        return { response: await largeResponse(request, bucket, object, facts), tier: "store" };
      // In one piece, once: a tee holds the client's first bytes back.
      const bytes = new Uint8Array(await object.arrayBuffer());
      await cache.put(`${origin}${pathname}`, stored(bytes, facts));
      const response = (await match(request)) ?? stored(bytes, facts);
      return { response, tier: "store" };
    },

    async keep(address, url, { bytes, mediaType }) {
      const { pathname } = new URL(address);
      // Whoever comes second has encoded for nothing, but changes nothing: bytes never change under a key.
      const object = await bucket.put(await productKey(pathname, url), bytes, {
        httpMetadata: { contentType: mediaType },
        customMetadata: { path: pathname.slice(0, 1500) },
        onlyIf: { etagDoesNotMatch: "*" },
      });
      if (!object || bytes.length > WHOLE_IN_MEMORY_BYTES) return;
      const facts = { mediaType, bytes: bytes.length, etag: object.httpEtag, uploaded: object.uploaded };
      // For all who wait in this data centre; others find it in R2.
      await cache.put(address, stored(bytes as Uint8Array<ArrayBuffer>, facts));
    },

    async findText(request) {
      const response = await cache.match(cacheRequest(new Request(request.url)));
      return response?.text();
    },

    keepText(request, text) {
      const headers = { "cache-control": cacheControl(IMMUTABLE_SECONDS), "content-type": "text/plain" };
      waitUntil(cache.put(cacheRequest(new Request(request.url)), new Response(text, { headers })));
    },
  };
}

/** Larger objects (clips) are passed through from R2: an isolate has 128 MB. */
const WHOLE_IN_MEMORY_BYTES = 24 * 2 ** 20;

/** Streams a large object, or the range of it that is asked for. */
async function largeResponse(
  request: Request,
  bucket: R2Bucket,
  object: R2ObjectBody,
  facts: Parameters<typeof stored>[1],
): Promise<Response> {
  if (request.method === "HEAD") {
    await object.body.cancel();
    return new Response(null, stored(new Uint8Array(), facts));
  }
  if (!request.headers.has("range")) return stored(object.body, facts);
  await object.body.cancel();
  return rangeResponse(request, bucket, object, facts);
}

/** A range of an object in R2; 416 where it has no such range. */
export async function rangeResponse(
  request: Request,
  bucket: R2Bucket,
  object: R2Object,
  facts: Parameters<typeof stored>[1],
): Promise<Response> {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
  const start = first === "" ? Math.max(0, object.size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? object.size - 1 : Math.min(Number(last), object.size - 1);
  const headers = new Headers(stored(new Uint8Array(), facts).headers);
  if ((first === "" && last === "") || start > end) {
    headers.set("content-range", `bytes */${object.size}`);
    headers.delete("content-length");
    return new Response(null, { status: 416, headers });
  }
  const part = await bucket.get(object.key, { range: { offset: start, length: end - start + 1 } });
  if (!part) throw new Problem("not-found", "The object is gone.");
  headers.set("content-range", `bytes ${start}-${end}/${object.size}`);
  headers.set("content-length", String(end - start + 1));
  return new Response(part.body, { status: 206, headers });
}
