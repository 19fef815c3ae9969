/** Products in R2, which both layouts end in: each under the digest of its path, whole or not at all. */

import { Problem, type RenditionUrl } from "#transformation";
import { hex } from "./access/hash.ts";
import { type FileFacts, fileHeaders, fileResponse, type ReadFile } from "./file-response.ts";
import type { NewProduct } from "./product-store.ts";
import { cacheControl, IMMUTABLE_SECONDS } from "./responses.ts";

/** Larger objects (clips) are passed through: an isolate has 128 MB. */
export const WHOLE_IN_MEMORY_BYTES = 24 * 2 ** 20;

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

export const factsOf = (object: R2Object, mediaType = object.httpMetadata?.contentType): FileFacts => ({
  mediaType: mediaType ?? "application/octet-stream",
  bytes: object.size,
  etag: object.httpEtag,
  uploaded: object.uploaded,
});

/** Headers of what never changes. */
export function forever(headers: Headers): Headers {
  headers.set("cache-control", cacheControl(IMMUTABLE_SECONDS, { immutable: true }));
  return headers;
}

export const digestOf = async (bytes: Uint8Array): Promise<string> =>
  hex(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));

/** What R2 has under a key: small enough to be checked as a whole, or to be passed through. */
export type FoundObject =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly facts: FileFacts }
  | { readonly large: R2ObjectBody };

/** A store that cannot be read is as good as none: what is missing is made again. */
export async function findObject(bucket: R2Bucket, key: string): Promise<FoundObject | undefined> {
  const object = await bucket.get(key).catch(unread);
  if (!object) return undefined;
  if (object.size > WHOLE_IN_MEMORY_BYTES) return { large: object };
  // In one piece, once: a tee holds the client's first bytes back.
  const bytes = await soundBytes(object);
  if (bytes) return { bytes, facts: factsOf(object) };
  // Or it would be in the way of the one that is made in its place, whose bytes are the ones that it had.
  await bucket.delete(key).catch(unread);
  return undefined;
}

/**
 * Puts an object where there is none yet; undefined where there is one. Whoever comes second has encoded for nothing, but
 * changes nothing: bytes never change under a key.
 * @throws Problem `storage-unavailable`
 */
export async function putObject(
  bucket: R2Bucket,
  path: string,
  url: RenditionUrl,
  { bytes, mediaType }: NewProduct,
): Promise<R2Object | undefined> {
  const options = {
    httpMetadata: { contentType: mediaType },
    customMetadata: { path: path.slice(0, 1500), digest: await digestOf(bytes) },
    onlyIf: { etagDoesNotMatch: "*" },
  };
  const object = await bucket.put(await productKey(path, url), bytes, options).catch((error: unknown) => {
    console.error("the store takes nothing", error);
    throw new Problem("storage-unavailable", "What was made cannot be stored.", { retryAfterSeconds: 5 });
  });
  return object ?? undefined;
}

/** Streams a large object, or the range of it that is asked for; undefined where it is gone. */
export async function largeResponse(
  request: Request,
  bucket: R2Bucket,
  object: R2ObjectBody,
): Promise<Response | undefined> {
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

/** A small object as a whole. */
export const wholeResponse = (bytes: Uint8Array<ArrayBuffer>, facts: FileFacts): Response =>
  new Response(bytes, { headers: forever(fileHeaders(facts)) });

/**
 * The bytes of an object, where they are what was put there; undefined for an object that is damaged, or that breaks off
 * while it is read. It must never get into a cache.
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

function unread(error: unknown): null {
  console.error("the store cannot be reached", error);
  return null;
}
