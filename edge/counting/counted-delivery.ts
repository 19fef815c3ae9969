/** Delivers, says what it is, and counts: the delivery itself, and what the player tells with its request (CMCD). */

import { type DeliveryCount, HISTOGRAMS, observed } from "#catalog";
import { isRenditionPath } from "#transformation";
import { staticServerData } from "../cmsd.ts";
import { deliver } from "../deliver.ts";
import type { DeliveryFacts } from "../delivered.ts";
import { cmcdOf } from "../playback/cmcd.ts";
import { firstKnown, namesAt } from "../playback/reported-video.ts";
import { failedStart, requestCount } from "../playback/request-count.ts";
import type { EdgeServices } from "../services.ts";
import { rungAndCodec, viewerOf } from "./viewer.ts";

export async function countedDelivery(request: Request, services: EdgeServices): Promise<Response> {
  const report = request.method === "GET" ? cmcdOf(request) : undefined;
  try {
    const { response, facts } = await deliver(request, services);
    describePart(response.headers, facts);
    const count = deliveryCount(request, response, facts, services.now());
    services.counters.add("deliveries", count);
    if (report) services.counters.add("playback", requestCount(report, count));
    return response;
  } catch (error) {
    if (report) services.waitUntil(countFailure(request, services));
    throw error;
  }
}

/** Parts of streams say what they are, and are nothing to be found by search: pages are, and posters. */
function describePart(headers: Headers, facts: DeliveryFacts): void {
  const told = staticServerData(facts);
  if (told === undefined) return;
  headers.set("cmsd-static", told);
  headers.set("x-robots-tag", "noindex");
}

function deliveryCount(
  request: Request,
  response: Response,
  { cloud, publicId, product, rendition, tier, encodeMilliseconds }: DeliveryFacts,
  now: number,
): DeliveryCount {
  return {
    minute: Math.floor(now / 60),
    cloud,
    publicId,
    product,
    tier,
    ...rungAndCodec(rendition),
    status: response.status,
    ...viewerOf(request),
    requests: 1,
    bytes: request.method === "HEAD" ? 0 : Number(response.headers.get("content-length") ?? 0),
    encodes: tier === "encoded" ? 1 : 0,
    encodeMilliseconds: Math.round(encodeMilliseconds),
    ...(tier === "encoded" && observed(HISTOGRAMS.encode, encodeMilliseconds)),
  };
}

/** A stream that was refused, or failed, before it began. */
async function countFailure(request: Request, services: EdgeServices): Promise<void> {
  const { pathname } = new URL(request.url);
  if (isRenditionPath(pathname) || !/\.(?:m3u8|mpd)$/.test(pathname)) return;
  const publicId = await firstKnown(await namesAt(pathname), services);
  const place = { minute: Math.floor(services.now() / 60), cloud: services.config.cloud, publicId };
  services.counters.add("playback", failedStart({ ...place, ...viewerOf(request) }));
}
