/** What has been made: kept in the data centre's cache and in R2, never changed under its path. */

import { Problem, type RenditionUrl } from "#transformation";
import { hex } from "./access/hash.ts";
import type { Tier } from "./delivered.ts";
import {
  askedRange,
  type FileFacts,
  fileHeaders,
  fileResponse,
  isContinued,
  isKnown,
  type ReadFile,
  unchanged,
} from "./file-response.ts";
import { cacheControl, IMMUTABLE_SECONDS } from "./responses.ts";

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
  /**
   * Keeps an object unless its address has one already; answers when it can be found.
   * @throws Problem `storage-unavailable` where the store takes nothing
   */
  keep(address: string, url: RenditionUrl, product: NewProduct): Promise<void>;
  /** What this data centre remembers of what is derived from products, as `find` answers. */
  findRemembered(request: Request): Promise<Response | undefined>;
  /** Remembers such an object in the data centre's cache only, and answers with it as `find` would. */
  remember(request: Request, bytes: Uint8Array<ArrayBuffer>, facts: FileFacts): Promise<Response>;
  /** Serves an object that no store has taken, and keeps it in the data centre's cache only. */
  lend(request: Request, product: NewProduct): Promise<Response>;
  /** A playlist that this data centre remembers. */
  findText(request: Request): Promise<string | undefined>;
  /** Remembers a playlist in the data centre's cache only: it is computed anew wherever it is missing. */
  keepText(request: Request, text: string): void;
}

/**
 * The key in R2: the version first, so that a source's products can be found together; the path hashed, since it may
 * be longer than a key and hold any character.
 */
export async function productKey(
  path: string,
  { sourceVersion, recipe }: Pick<RenditionUrl, "sourceVersion" | "recipe">,
): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(path));
  return `${sourceVersion}/${recipe}/${hex(digest).slice(0, 40)}`;
}

/** What R2 holds of a version of some bytes. */
export interface MadeProducts {
  /** Whether everything was listed; beyond the bound more may be there than is said. */
  readonly complete: boolean;
  /** Numbers of the segments in a rendition's folder that are there. */
  segmentsIn(folder: string, segments: number): Promise<readonly number[]>;
}

/** Listings, a thousand objects each, and segments that are looked up: bounds of a question, not of what is kept. */
const MAX_LISTINGS = 10;
const MAX_SEGMENTS = 3000;

/** Lists what has been made of a version. */
export async function madeProducts(bucket: R2Bucket, sourceVersion: string, recipe: string): Promise<MadeProducts> {
  const keys = new Set<string>();
  let cursor: string | undefined;
  for (let listing = 0; listing < MAX_LISTINGS; listing++) {
    const page = await bucket.list({ prefix: `${sourceVersion}/${recipe}/`, ...(cursor !== undefined && { cursor }) });
    for (const { key } of page.objects) keys.add(key);
    cursor = page.truncated ? page.cursor : undefined;
    if (cursor === undefined) break;
  }
  return {
    complete: cursor === undefined,
    async segmentsIn(folder, segments) {
      const numbers = Array.from({ length: Math.min(segments, MAX_SEGMENTS) }, (_, number) => number);
      if (keys.size === 0) return [];
      const known = await Promise.all(
        numbers.map(async (number) => keys.has(await productKey(`${folder}/${number}.m4s`, { sourceVersion, recipe }))),
      );
      return numbers.filter((number) => known[number]);
    },
  };
}

/** The address that a data centre's cache knows an object by: tokens and tracking parameters are no part of it. */
function cacheAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

const factsOf = (object: R2Object, mediaType = object.httpMetadata?.contentType): FileFacts => ({
  mediaType: mediaType ?? "application/octet-stream",
  bytes: object.size,
  etag: object.httpEtag,
  uploaded: object.uploaded,
});

function forever(headers: Headers): Headers {
  headers.set("cache-control", cacheControl(IMMUTABLE_SECONDS, { immutable: true }));
  return headers;
}

const digestOf = async (bytes: Uint8Array): Promise<string> =>
  hex(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));

/**
 * The bytes of an object in R2, where they are what was put there; undefined for an object that is damaged, or that
 * breaks off while it is read. It must never get into a cache.
 */
async function soundBytes(object: R2ObjectBody): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const bytes = new Uint8Array(await object.arrayBuffer());
    const { digest = "" } = object.customMetadata ?? {};
    if (bytes.length === object.size && (digest === "" || digest === (await digestOf(bytes)))) return bytes;
  } catch (error) {
    console.error("an object cannot be read", object.key, error);
  }
  return undefined;
}

const stored = (bytes: Uint8Array<ArrayBuffer>, facts: FileFacts): Response =>
  new Response(bytes, { headers: forever(fileHeaders(facts)) });

export function productStore(
  bucket: R2Bucket,
  cache: Cache,
  waitUntil: (work: Promise<unknown>) => void,
): ProductStore {
  /** Ranges are the cache's work, so that no byte passes through here; conditions are ours: caches differ in them. */
  async function match(request: Request): Promise<Response | undefined> {
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
  }

  return {
    async find(request, url) {
      const cached = await match(request);
      if (cached) return { response: cached, tier: "edge" };
      const key = await productKey(new URL(request.url).pathname, url);
      // A store that cannot be read is as good as none: what is missing is made again.
      const object = await bucket.get(key).catch(unread);
      if (!object) return undefined;
      if (object.size > WHOLE_IN_MEMORY_BYTES) {
        const response = await largeResponse(request, bucket, object);
        return response && { response, tier: "store" };
      }
      // In one piece, once: a tee holds the client's first bytes back.
      const bytes = await soundBytes(object);
      if (!bytes) {
        // Or it would be in the way of the one that is made in its place, whose bytes are the ones that it had.
        await bucket.delete(key).catch(unread);
        return undefined;
      }
      await cache.put(cacheAddress(request.url), stored(bytes, factsOf(object)));
      const response = (await match(request)) ?? stored(bytes, factsOf(object));
      return { response, tier: "store" };
    },

    async keep(address, url, { bytes, mediaType }) {
      const { pathname } = new URL(address);
      // Whoever comes second has encoded for nothing, but changes nothing: bytes never change under a key.
      const options = {
        httpMetadata: { contentType: mediaType },
        customMetadata: { path: pathname.slice(0, 1500), digest: await digestOf(bytes) },
        onlyIf: { etagDoesNotMatch: "*" },
      };
      const object = await bucket.put(await productKey(pathname, url), bytes, options).catch((error: unknown) => {
        console.error("the store takes nothing", error);
        throw new Problem("storage-unavailable", "What was made cannot be stored.", { retryAfterSeconds: 5 });
      });
      if (!object || bytes.length > WHOLE_IN_MEMORY_BYTES) return;
      // For all who wait in this data centre; others find it in R2.
      await cache.put(address, stored(bytes as Uint8Array<ArrayBuffer>, factsOf(object, mediaType)));
    },

    findRemembered: match,

    async remember(request, bytes, facts) {
      await cache.put(cacheAddress(request.url), stored(bytes, facts));
      return (await match(request)) ?? stored(bytes, facts);
    },

    async lend(request, { bytes, mediaType }) {
      const address = cacheAddress(request.url);
      const etag = `"${(await digestOf(bytes)).slice(0, 32)}"`;
      const facts: FileFacts = { mediaType, bytes: bytes.length, etag, uploaded: new Date() };
      const whole = () => stored(bytes as Uint8Array<ArrayBuffer>, facts);
      await cache.put(address, whole());
      return (await match(request)) ?? whole();
    },

    async findText(request) {
      const response = await cache.match(cacheAddress(request.url));
      return response?.text();
    },

    keepText(request, text) {
      const headers = { "cache-control": cacheControl(IMMUTABLE_SECONDS), "content-type": "text/plain" };
      waitUntil(cache.put(cacheAddress(request.url), new Response(text, { headers })));
    },
  };
}

function unread(error: unknown): null {
  console.error("the store cannot be reached", error);
  return null;
}

/** Larger objects (clips) are passed through from R2: an isolate has 128 MB. */
export const WHOLE_IN_MEMORY_BYTES = 24 * 2 ** 20;

/** Streams a large object, or the range of it that is asked for; undefined where it is gone. */
async function largeResponse(request: Request, bucket: R2Bucket, object: R2ObjectBody): Promise<Response | undefined> {
  const isWhole =
    request.method === "GET" &&
    !["range", "if-none-match", "if-modified-since"].some((name) => request.headers.has(name));
  if (!isWhole) await object.body.cancel();
  const read: ReadFile = async (range) => {
    if (isWhole) return object.body;
    return (await bucket.get(object.key, range && { range }))?.body ?? null;
  };
  const response = await fileResponse(request, factsOf(object), read);
  return response && new Response(response.body, { status: response.status, headers: forever(response.headers) });
}
