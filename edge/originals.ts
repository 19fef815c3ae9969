/** Delivers the uploaded file itself, by ranges, straight from its bucket. */

import type { FoundAsset } from "#catalog";
import { containerNamed, SUBTITLE_FORMATS } from "#media";
import { Problem, parseRawUrl } from "#transformation";
import { credentialsOf } from "./access/credentials.ts";
import type { Grant } from "./access/delivery-access.ts";
import { fileResponse, type ReadFile } from "./file-response.ts";
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
  if (!object) throw gone();
  const facts = {
    mediaType: mediaTypeOf(asset.source.container),
    bytes: object.size,
    etag: object.httpEtag,
    uploaded: object.uploaded,
  };
  const read: ReadFile = async (range) =>
    (await services.sources.get(asset.objectKey, range && { range }))?.body ?? null;
  const response = await fileResponse(request, facts, read);
  if (!response) throw gone();
  response.headers.set("cache-control", cacheControl(ORIGINAL_SECONDS));
  return finished(response, { tier: "copied", ...grant });
}

const mediaTypeOf = (container: string): string =>
  containerNamed(container)?.mediaType ??
  SUBTITLE_FORMATS.find(({ name }) => name === container)?.mediaType ??
  "application/octet-stream";

/** A raw file, for whoever may have it. */
export async function deliverRaw(request: Request, services: EdgeServices): Promise<Response> {
  const url = parseRawUrl(new URL(request.url).pathname);
  const options = { original: true, now: services.now() };
  const grant = await services.access.checkDelivery(url, credentialsOf(request), options);
  grant.bounds.check({ chain: [], spans: "whole" });
  return deliverOriginal(request, await services.assets.find(url), grant, services);
}

const gone = (): Problem => new Problem("not-found", "The uploaded file is gone.");
