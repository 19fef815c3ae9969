/** Delivers encrypted segments, and the keys that open them. */

import { formatRenditionFolder, type RenditionUrl, type Sealing } from "#transformation";
import type { Grant } from "../access/delivery-access.ts";
import { type Delivered, factsOf } from "../delivered.ts";
import { plannedRendition } from "../planned-rendition.ts";
import { finished } from "../responses.ts";
import type { EdgeServices } from "../services.ts";
import { SEALERS } from "./seal-segment.ts";

/** A segment that is encrypted, by its address. */
export interface SealedSegment extends RenditionUrl {
  readonly sealing: Sealing;
  readonly file: Extract<RenditionUrl["file"], { kind: "segment" }>;
}

export const isSealedSegment = (url: RenditionUrl): url is SealedSegment =>
  url.sealing !== undefined && url.file.kind === "segment";

/**
 * R2 holds the segment in clear, the data centre's cache also what is sent: a hit is passed on as it is.
 * @param findClear the same segment in clear, found or made
 */
export async function deliverSealedSegment(
  request: Request,
  url: SealedSegment,
  grant: Grant,
  services: EdgeServices,
  findClear: () => Promise<Delivered>,
): Promise<Delivered> {
  const remembered = await services.products.findRemembered(request);
  const facts = factsOf(url, "segment", url.rendition, "edge");
  if (remembered) return { response: finished(remembered, { tier: "edge", ...grant }), facts };
  const clear = await findClear();
  const { tier, encodeMilliseconds } = clear.facts;
  const key = await services.contentKeys.keyFor(formatRenditionFolder(url));
  const segment = new Uint8Array(await clear.response.arrayBuffer());
  const bytes = await SEALERS[url.sealing](segment, key, url.file.number);
  const { headers } = clear.response;
  const sealed = await services.products.remember(request, bytes, {
    mediaType: headers.get("content-type") ?? "video/mp4",
    bytes: bytes.length,
    etag: (headers.get("etag") ?? '""').replace(/"$/, `-${url.sealing}"`),
    uploaded: new Date(headers.get("last-modified") ?? 0),
  });
  const timings = tier === "encoded" ? { encode: encodeMilliseconds } : {};
  return { response: finished(sealed, { tier, timings, ...grant }), facts: { ...facts, tier, encodeMilliseconds } };
}

/** @throws Problem `not-found` for a folder that no playlist names */
export async function deliverKey(url: RenditionUrl, grant: Grant, services: EdgeServices): Promise<Delivered> {
  await plannedRendition(url, services);
  const key = await services.contentKeys.keyFor(formatRenditionFolder(url));
  const headers = { "content-type": "application/octet-stream", "cache-control": "no-store" };
  return {
    response: finished(new Response(key, { headers }), { tier: "computed", ...grant }),
    facts: factsOf(url, "key", url.rendition, "computed"),
  };
}
