/** Storyboards: their indexes, computed, and where their sheets lie, which are made when they are looked at. */

import { type DeliveryPlan, FORMATS, storyboardId } from "#media";
import { type DeliveryUrl, formatFile, Problem } from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { storyboardFile } from "./bounded-delivery.ts";
import { type Delivered, factsOf } from "./delivered.ts";
import { handedQuery } from "./manifest-query.ts";
import { sheetFormat } from "./output-format.ts";
import { pictureFolder } from "./rendition-folder.ts";
import { finished, playlistResponse } from "./responses.ts";
import type { EdgeServices } from "./services.ts";

/**
 * @param options `output`: which index; `seconds`: how long it holds
 * @throws Problem `no-picture`, `forbidden`, and `invalid-value` for more tiles than an index holds
 */
export async function deliverIndex(
  request: Request,
  url: DeliveryUrl,
  plan: DeliveryPlan,
  { output, seconds, grant }: { readonly output: string; readonly seconds: number; readonly grant: Grant },
  { access, builds, permits }: EdgeServices,
): Promise<Delivered> {
  grant.bounds.check(storyboardFile(plan));
  const format = FORMATS[output];
  if (format?.kind !== "index") throw new Problem("internal", `.${output} is no index.`);
  const extension = sheetFormat(plan);
  const folder = pictureFolder(url, plan, await builds.current(), storyboardId(extension));
  const query = await handedQuery(folder, {
    token: grant.token,
    // All of its sheets, or no index.
    passFor: () => access.passFor(folder, grant.bounds, undefined),
    permitFor: permits.permitFor,
  });
  const text = format.write(plan, (number) => `${folder}/${formatFile({ kind: "sheet", number, extension })}${query}`);
  const response = await playlistResponse(request, text, { seconds, mediaType: format.mediaType });
  return {
    response: finished(response, { tier: "computed", ...grant }),
    facts: factsOf(url, "playlist", "storyboard", "computed"),
  };
}
