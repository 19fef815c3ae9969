/** Objects of an address: found in a cache, or made once for everybody who asks. */

import { formatRenditionUrl, Problem, type RenditionUrl } from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { spenderOf } from "./budgets/spender.ts";
import { type Delivered, factsOf, productOf } from "./delivered.ts";
import type { EncodeOrder, EncodeReport } from "./encodes.ts";
import type { JobRequest } from "./origin-client.ts";
import { finished } from "./responses.ts";
import type { EdgeServices } from "./services.ts";

/** An init section, a segment, a still or a clip. */
export async function findOrMake(
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  services: EdgeServices,
  job: () => Promise<JobRequest>,
): Promise<Delivered> {
  const product = productOf(url);
  const kept = await services.products.find(request, url);
  if (kept) {
    const { response, tier } = kept;
    return { response: finished(response, { tier, ...grant }), facts: factsOf(url, product, url.rendition, tier) };
  }
  const order = {
    sourceVersion: url.sourceVersion,
    address: new URL(formatRenditionUrl(url), request.url).href,
    request: await job(),
    spender: await spenderOf(url.cloud, grant.allowance, services.config.budgets),
  };
  const found = await services.builds.heeding(
    async () => (await made(request, url, order, services)) ?? made(request, url, { ...order, isLost: true }, services),
  );
  if (!found) throw new Problem("storage-unavailable", "What was made is not to be found.", { retryAfterSeconds: 1 });
  const { response, report } = found;
  const { tier, queueMilliseconds, encodeMilliseconds } = report;
  const timings = { queue: queueMilliseconds, encode: encodeMilliseconds };
  return {
    response: finished(response, { tier, timings, ...grant }),
    facts: factsOf(url, product, url.rendition, tier, tier === "encoded" ? encodeMilliseconds : 0),
  };
}

interface MadeObject {
  readonly response: Response;
  readonly report: EncodeReport;
}

/** Has an object made, and finds it; undefined where somebody has made it a moment ago and it is lost again. */
async function made(
  request: Request,
  url: RenditionUrl,
  order: EncodeOrder,
  { encodes, products }: EdgeServices,
): Promise<MadeObject | undefined> {
  const report = await encodes.make(order, request.signal);
  if (report.unstored) return { response: await products.lend(request, report.unstored), report };
  const found = await products.find(request, url);
  return found && { response: found.response, report };
}
