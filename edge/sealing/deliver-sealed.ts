/** Delivers encrypted segments, and the keys that open them. */

import { LICENSE_ID } from "#media";
import { Problem, type RenditionUrl, type Sealing } from "#transformation";
import type { Grant } from "../access/delivery-access.ts";
import { base64url } from "../access/hash.ts";
import { type Delivered, factsOf } from "../delivered.ts";
import { plannedRendition, servedSource, unnamed } from "../planned-rendition.ts";
import { finished } from "../responses.ts";
import type { EdgeServices } from "../services.ts";
import { SEALERS } from "./sealers.ts";

/** A part of a stream that is encrypted, by its address. */
export type SealedUrl = RenditionUrl & { readonly sealing: Sealing };

/** Whether an object is not sent as it is kept. */
export const isSealed = (url: RenditionUrl): url is SealedUrl =>
  url.sealing !== undefined &&
  (url.file.kind === "segment" || (url.file.kind === "init" && SEALERS[url.sealing].init !== undefined));

async function sealed(bytes: Uint8Array<ArrayBuffer>, url: SealedUrl, { contentKeys }: EdgeServices) {
  const { keyFolder, segment, init } = SEALERS[url.sealing];
  const key = await contentKeys.keyFor(keyFolder(url));
  return url.file.kind === "segment" ? segment(bytes, key, url, url.file.number) : (init?.(bytes, key) ?? bytes);
}

/**
 * R2 holds the object in clear, the data centre's cache also what is sent: a hit is passed on as it is.
 * @param findClear the same object in clear, found or made
 */
export async function deliverSealed(
  request: Request,
  url: SealedUrl,
  grant: Grant,
  services: EdgeServices,
  findClear: () => Promise<Delivered>,
): Promise<Delivered> {
  const facts = factsOf(url, url.file.kind === "init" ? "init" : "segment", url.rendition, "edge");
  const remembered = await services.products.findRemembered(request);
  if (remembered) return { response: finished(remembered, { tier: "edge", ...grant }), facts };
  const clear = await findClear();
  const { tier, encodeMilliseconds } = clear.facts;
  const bytes = await sealed(new Uint8Array(await clear.response.arrayBuffer()), url, services);
  const { headers } = clear.response;
  const response = await services.products.remember(request, bytes, {
    mediaType: headers.get("content-type") ?? "video/mp4",
    bytes: bytes.length,
    etag: (headers.get("etag") ?? '""').replace(/"$/, `-${url.sealing}"`),
    uploaded: new Date(headers.get("last-modified") ?? 0),
  });
  const timings = tier === "encoded" ? { encode: encodeMilliseconds } : {};
  return { response: finished(response, { tier, timings, ...grant }), facts: { ...facts, tier, encodeMilliseconds } };
}

/** @throws Problem `not-found` for a folder that no playlist names */
export async function deliverKey(url: RenditionUrl, grant: Grant, services: EdgeServices): Promise<Delivered> {
  if (url.sealing === undefined) throw unnamed();
  await plannedRendition(url, services);
  const { bytes } = await services.contentKeys.keyFor(SEALERS[url.sealing].keyFolder(url));
  return keyAnswer(new Response(bytes, { headers: { "content-type": "application/octet-stream" } }), url, grant);
}

/** What is secret is kept by nobody. */
function keyAnswer(response: Response, url: RenditionUrl, grant: Grant): Delivered {
  response.headers.set("cache-control", "no-store");
  return {
    response: finished(response, { tier: "computed", ...grant }),
    facts: factsOf(url, "key", url.rendition, "computed"),
  };
}

/**
 * The key of a video to a player that asks for it by its id, as Clear Key asks (Encrypted Media Extensions 9.1.3).
 * @throws Problem `invalid-query` for what is no such question, `not-found` for other keys and other addresses
 */
export async function deliverLicense(
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  services: EdgeServices,
): Promise<Delivered> {
  if (url.sealing !== "cbcs" || url.rendition !== LICENSE_ID || url.transformation.length > 0) throw unnamed();
  await servedSource(url, services);
  const asked = (await request.json().catch(() => undefined)) as { kids?: unknown } | undefined;
  if (!Array.isArray(asked?.kids))
    throw new Problem("invalid-query", "A license is asked for by POST, with a JSON object of kids and type.");
  const { id, bytes } = await services.contentKeys.keyFor(SEALERS[url.sealing].keyFolder(url));
  if (!asked.kids.includes(base64url(id))) throw new Problem("not-found", "This video has no such key.");
  const key = { kty: "oct", kid: base64url(id), k: base64url(bytes) };
  return keyAnswer(Response.json({ keys: [key], type: "temporary" }), url, grant);
}
