/** Tells what a URL would deliver, without making it: `fl_getinfo`. */

import { type DeliveryPlan, informationOf } from "#media";
import { canonicalTransformation, type DeliveryUrl, pickParameters } from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { type Delivered, factsOf } from "./delivered.ts";
import { outputOf } from "./output-format.ts";
import { finished, playlistResponse } from "./responses.ts";

/** The URL whose output is spoken of. */
const withoutFlag = ({ extension, ...url }: DeliveryUrl, { encoding }: DeliveryPlan): DeliveryUrl => ({
  ...url,
  // The answer's own name, unless an index is spoken of.
  ...(extension !== undefined && (extension !== "json" || encoding.isStoryboard) && { extension }),
  transformation: canonicalTransformation(
    url.transformation.map((step) =>
      step.kind === "edit" ? pickParameters(step, ({ name }) => name !== "information") : step,
    ),
  ),
});

/**
 * @param options `seconds`: how long the answer holds
 * @throws Problem whatever delivering the URL would throw before anything is made
 */
export async function deliverInformation(
  request: Request,
  url: DeliveryUrl,
  plan: DeliveryPlan,
  { seconds, grant }: { readonly seconds: number; readonly grant: Grant },
): Promise<Delivered> {
  const information = informationOf(plan, outputOf(withoutFlag(url, plan), plan));
  const response = await playlistResponse(request, JSON.stringify(information), {
    seconds,
    mediaType: "application/json",
  });
  return {
    response: finished(response, { tier: "computed", ...grant }),
    facts: factsOf(url, "information", "information", "computed"),
  };
}
