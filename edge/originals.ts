/** Delivers the uploaded file itself, by ranges, straight from its bucket. */

import type { FoundAsset } from "#catalog";
import { containerNamed } from "#media";
import { Problem } from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { rangeResponse } from "./product-store.ts";
import { cacheControl, finished } from "./responses.ts";
import type { EdgeServices } from "./services.ts";

const ORIGINAL_SECONDS = 60;

export async function deliverOriginal(
  request: Request,
  asset: FoundAsset,
  grant: Grant,
  services: EdgeServices,
): Promise<Response> {
  const object = await services.sources.head(asset.objectKey);
  if (!object) throw new Problem("not-found", "The uploaded file is gone.");
  const facts = {
    mediaType: containerNamed(asset.source.container)?.mediaType ?? "application/octet-stream",
    bytes: object.size,
    etag: object.httpEtag,
    uploaded: object.uploaded,
  };
  const response = await answer(request, services.sources, object, facts);
  response.headers.set("cache-control", cacheControl(ORIGINAL_SECONDS));
  return finished(response, { tier: "copied", ...grant });
}

async function answer(
  request: Request,
  bucket: R2Bucket,
  object: R2Object,
  facts: Parameters<typeof rangeResponse>[3],
): Promise<Response> {
  const headers = {
    "content-type": facts.mediaType,
    "content-length": String(facts.bytes),
    "accept-ranges": "bytes",
    etag: facts.etag,
  };
  if (request.headers.get("if-none-match") === facts.etag)
    return new Response(null, { status: 304, headers: { etag: facts.etag } });
  if (request.method === "HEAD") return new Response(null, { headers });
  if (request.headers.has("range")) return rangeResponse(request, bucket, object, facts);
  const whole = await bucket.get(object.key);
  if (!whole) throw new Problem("not-found", "The uploaded file is gone.");
  return new Response(whole.body, { headers });
}
