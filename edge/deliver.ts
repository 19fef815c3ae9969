/** The story of one delivery, top to bottom: what is asked, may it be had, is it there, how is it made. */

import type { FoundAsset } from "#catalog";
import { askedOf, checkLimits, type DeliveryPlan, isProgressive, wholeRenditionId } from "#media";
import {
  type DeliveryUrl,
  formatRenditionFolder,
  formatRenditionUrl,
  isRenditionPath,
  Problem,
  parseRenditionUrl,
  type RenditionUrl,
} from "#transformation";
import { credentialsOf } from "./access/credentials.ts";
import type { Grant } from "./access/delivery-access.ts";
import { longFile, originalFile, wholeFile } from "./bounded-delivery.ts";
import { spenderOf } from "./budgets/spender.ts";
import { sharesMade } from "./degrading.ts";
import { type DeliveryFacts, factsOf, productOf } from "./delivery-facts.ts";
import { paidFor } from "./demand/paid-renditions.ts";
import type { EncodeOrder, EncodeReport } from "./encodes.ts";
import { fileJob, jobFor } from "./jobs.ts";
import { deliverOriginal } from "./originals.ts";
import { automaticStill, dispositionOf, mayBeOriginal, outputOf } from "./output-format.ts";
import { plannedDelivery } from "./planned-delivery.ts";
import { openedPlaylist } from "./playlist-query.ts";
import { windowedPlaylist } from "./playlist-window.ts";
import { mediaPlaylistFor, multivariantFor, NEGOTIATED_BY } from "./playlists.ts";
import { deliverProgressive } from "./progressive.ts";
import { deliveryUrlOf, storeRemote } from "./remote/remote-assets.ts";
import { cacheControl, finished, IMMUTABLE_SECONDS, playlistResponse } from "./responses.ts";
import type { EdgeServices } from "./services.ts";
import { type FetchTrack, offeredSubtitles, subtitleSegmentFor } from "./subtitles.ts";

export interface Delivered {
  readonly response: Response;
  readonly facts: DeliveryFacts;
}

/** These change when the video is replaced, the multivariant playlist also with what the origin can do. */
const MULTIVARIANT_SECONDS = 10;
const WHOLE_SECONDS = 60;

export async function deliver(request: Request, services: EdgeServices): Promise<Delivered> {
  const { pathname, searchParams } = new URL(request.url);
  const permit = searchParams.get("permit") ?? undefined;
  const credentials = credentialsOf(request);

  if (isRenditionPath(pathname)) {
    const url = parseRenditionUrl(pathname);
    const grant = await services.access.checkRendition(url, credentials, services.now());
    if (url.file.kind === "playlist") return deliverMediaPlaylist(request, url, grant, permit, services);
    if (url.file.kind === "cues")
      return deliverCues(request, { url, number: url.file.number }, { grant, permit }, services);
    return findOrMake(request, url, grant, services, async () => {
      await services.permits.checkRendition(formatRenditionFolder(url), permit);
      return jobFor(url, services);
    });
  }

  const url = await deliveryUrlOf(pathname);
  const options = { original: mayBeOriginal(url), now: services.now() };
  const grant = await services.access.checkDelivery(url, credentials, options);
  await storeRemote(url, services);
  const { asset, plan, names } = await plannedDelivery(url, services);
  const output = outputOf(url, plan);
  grant.bounds.check({ chain: url.transformation });
  if (output === "original") {
    grant.bounds.check(originalFile(asset));
    return {
      response: await deliverOriginal(request, asset, grant, services),
      facts: factsOf(url, "original", "original", "copied"),
    };
  }
  services.permits.checkDelivery(url, names);
  checkLimits(services.config.limits, askedOf(plan, output, await services.builds.current()));
  if (output === "m3u8") return deliverMultivariant(request, url, plan, grant, services);
  if (isProgressive(plan, output)) {
    grant.bounds.check(longFile(plan));
    return deliverLong(request, url, { plan, asset }, grant, services);
  }
  const chosen = automaticStill(url, output, request.headers.get("accept") ?? "");
  grant.bounds.check(wholeFile(plan, chosen ?? output));
  const delivered = await deliverWhole(request, url, plan, asset, chosen ?? output, grant, services);
  const disposition = dispositionOf(url, chosen ?? output);
  if (chosen !== undefined) delivered.response.headers.set("vary", "accept");
  if (disposition !== undefined) delivered.response.headers.set("content-disposition", disposition);
  return delivered;
}

async function deliverMultivariant(
  request: Request,
  url: DeliveryUrl,
  plan: DeliveryPlan,
  grant: Grant,
  services: EdgeServices,
): Promise<Delivered> {
  const subtitles = await offeredSubtitles(url, plan, services);
  const build = await services.builds.current();
  const isPaidFor = await paidFor(url, plan, build, services);
  const shares = services.builds.isSilent() ? await sharesMade(url, plan, build, services) : undefined;
  const streamed = { plan, subtitles, isPaidFor, shares };
  const { playlist, runs } = multivariantFor(request, url, streamed, build, grant.bounds);
  const options = { seconds: MULTIVARIANT_SECONDS, vary: NEGOTIATED_BY };
  const opened = await openedPlaylist(playlist, {
    token: grant.token,
    passFor: (folder) => services.access.passFor(folder, grant.bounds, runs.get(folder)),
    permitFor: services.permits.permitFor,
  });
  const response = await playlistResponse(request, opened, options);
  return {
    response: finished(response, { tier: "computed", ...grant }),
    facts: factsOf(url, "multivariant", "multivariant", "computed"),
  };
}

async function deliverMediaPlaylist(
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  permit: string | undefined,
  services: EdgeServices,
): Promise<Delivered> {
  const found = await services.products.findText(request);
  const playlist = found ?? (await mediaPlaylistFor(url, services));
  if (found === undefined) services.products.keepText(request, playlist);
  const tier = found === undefined ? "computed" : "edge";
  const options = { seconds: IMMUTABLE_SECONDS, immutable: true };
  // All that a media playlist names lies in its own folder.
  const handed = { token: grant.token, passFor: async () => grant.pass, permitFor: async () => permit };
  const opened = await openedPlaylist(windowedPlaylist(playlist, grant.run), handed);
  const response = await playlistResponse(request, opened, options);
  return { response: finished(response, { tier, ...grant }), facts: factsOf(url, "playlist", url.rendition, tier) };
}

/** A segment of subtitles: written wherever it is missing. */
async function deliverCues(
  request: Request,
  { url, number }: { url: RenditionUrl; number: number },
  { grant, permit }: { grant: Grant; permit: string | undefined },
  services: EdgeServices,
): Promise<Delivered> {
  const fetchTrack: FetchTrack = async (track) => {
    const whole = new Request(new URL(formatRenditionUrl(track), request.url), { signal: request.signal });
    const { response } = await findOrMake(whole, track, grant, services, async () => {
      await services.permits.checkRendition(formatRenditionFolder(url), permit);
      return jobFor(track, services);
    });
    return response.text();
  };
  const found = await services.products.findText(request);
  const text = found ?? (await subtitleSegmentFor(url, number, fetchTrack, services));
  if (found === undefined) services.products.keepText(request, text);
  const tier = found === undefined ? "computed" : "edge";
  const options = { seconds: IMMUTABLE_SECONDS, immutable: true, mediaType: "text/vtt; charset=utf-8" };
  const response = await playlistResponse(request, text, options);
  return { response: finished(response, { tier, ...grant }), facts: factsOf(url, "segment", url.rendition, tier) };
}

/** An init section, a segment, a still or a clip: found in a cache, or made once for everybody. */
async function findOrMake(
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  services: EdgeServices,
  job: () => ReturnType<typeof jobFor>,
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

/** A long film as one file: segments in their places, each made when it is read. */
async function deliverLong(
  request: Request,
  url: DeliveryUrl,
  { plan, asset }: { plan: DeliveryPlan; asset: FoundAsset },
  grant: Grant,
  services: EdgeServices,
): Promise<Delivered> {
  const fetchPart = async (part: RenditionUrl): Promise<Uint8Array> => {
    const whole = new Request(new URL(formatRenditionUrl(part), request.url), { signal: request.signal });
    const { response } = await findOrMake(whole, part, grant, services, () => jobFor(part, services));
    return new Uint8Array(await response.arrayBuffer());
  };
  return {
    response: await deliverProgressive(request, { url, plan, asset }, grant, services, fetchPart),
    facts: factsOf(url, "clip", "progressive-h264", "computed"),
  };
}

/** A still or a clip lies under an address of its own; the delivery URL leads there. */
async function deliverWhole(
  request: Request,
  url: DeliveryUrl,
  plan: DeliveryPlan,
  asset: FoundAsset,
  format: string,
  grant: Grant,
  services: EdgeServices,
): Promise<Delivered> {
  const { recipe } = await services.builds.current();
  const own: RenditionUrl = {
    ...url,
    transformation: plan.keys.whole,
    sourceVersion: asset.source.version,
    recipe,
    rendition: wholeRenditionId(plan, format),
    file: { kind: "whole", extension: format },
  };
  const inner = new Request(new URL(formatRenditionUrl(own), request.url), request);
  const { response, facts } = await findOrMake(inner, own, grant, services, async () => ({
    job: await fileJob(plan, own, asset, format, services),
  }));
  response.headers.set("cache-control", cacheControl(WHOLE_SECONDS, grant));
  return { response, facts };
}
