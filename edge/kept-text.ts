/** Texts under keys (playlists, subtitles, chapters): computed in a moment, and remembered by the data centre's cache. */

import type { RenditionUrl } from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { type Delivered, type DeliveryFacts, factsOf } from "./delivered.ts";
import { finished, IMMUTABLE_SECONDS, playlistResponse } from "./responses.ts";
import type { EdgeServices } from "./services.ts";

/** Written anew wherever it is not remembered. */
export async function deliverText(
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  services: EdgeServices,
  text: {
    readonly product: DeliveryFacts["product"];
    readonly mediaType?: string;
    readonly write: () => Promise<string>;
    /** What this client gets of what is kept for all. */
    readonly opened?: (text: string) => Promise<string>;
  },
): Promise<Delivered> {
  const { product, mediaType, write, opened = async (kept) => kept } = text;
  const found = await services.products.findText(request);
  const kept = found ?? (await write());
  if (found === undefined) services.products.keepText(request, kept);
  const tier = found === undefined ? "computed" : "edge";
  const options = { seconds: IMMUTABLE_SECONDS, immutable: true, ...(mediaType !== undefined && { mediaType }) };
  const response = await playlistResponse(request, await opened(kept), options);
  return { response: finished(response, { tier, ...grant }), facts: factsOf(url, product, url.rendition, tier) };
}
