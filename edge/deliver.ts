/** The story of one delivery, top to bottom: what is asked, may it be had, is it there, how is it made. */

import type { FoundAsset } from "#catalog";
import { askedOf, checkLimits, type DeliveryPlan, FORMATS, isProgressive, type StreamFormat } from "#media";
import {
  type DeliveryUrl,
  formatRenditionFolder,
  formatRenditionUrl,
  isRenditionPath,
  parseRenditionUrl,
  type RenditionUrl,
} from "#transformation";
import { credentialsOf } from "./access/credentials.ts";
import type { Grant } from "./access/delivery-access.ts";
import { longFile, originalFile, wholeFile } from "./bounded-delivery.ts";
import { chaptersFor } from "./chapters.ts";
import { fullerPlan, sharesMade } from "./degrading.ts";
import { type Delivered, factsOf } from "./delivered.ts";
import { paidFor } from "./demand/paid-renditions.ts";
import { fileAddress } from "./file-address.ts";
import { findOrMake } from "./find-or-make.ts";
import { deliverInformation } from "./information.ts";
import { fileJob, jobFor } from "./jobs.ts";
import { deliverText } from "./kept-text.ts";
import { layersOf } from "./layers.ts";
import { openedPlaylist } from "./manifest-query.ts";
import { manifestFor, mediaPlaylistFor, NEGOTIATED_BY } from "./manifests.ts";
import { deliverOriginal } from "./originals.ts";
import { automaticStill, dispositionOf, mayBeOriginal, outputOf } from "./output-format.ts";
import { plannedDelivery } from "./planned-delivery.ts";
import { windowedPlaylist } from "./playlist-window.ts";
import { deliverProgressive } from "./progressive.ts";
import { deliveryUrlOf, storeRemote } from "./remote/remote-assets.ts";
import { cacheControl, finished, playlistResponse } from "./responses.ts";
import { deliverKey, deliverLicense, deliverSealed, isSealed } from "./sealing/deliver-sealed.ts";
import { checkSealedOutput, checkSealedRendition, inClear } from "./sealing/sealing-policy.ts";
import type { EdgeServices } from "./services.ts";
import { deliverIndex } from "./storyboards.ts";
import { type FetchTrack, offeredSubtitles, openedFile, subtitlesFor } from "./subtitles.ts";

/** These change when the video is replaced, manifests also with what the origin can do. */
const MANIFEST_SECONDS = 10;
const WHOLE_SECONDS = 60;

export async function deliver(request: Request, services: EdgeServices): Promise<Delivered> {
  const { pathname, searchParams } = new URL(request.url);
  const permit = searchParams.get("permit") ?? undefined;
  const credentials = credentialsOf(request);

  if (isRenditionPath(pathname)) {
    const url = parseRenditionUrl(pathname);
    const grant = await services.access.checkRendition(url, credentials, services.now());
    checkSealedRendition(services.config, url);
    if (url.file.kind === "playlist") return deliverMediaPlaylist(request, url, grant, permit, services);
    if (url.file.kind === "cues")
      return deliverCues(request, { url, number: url.file.number }, { grant, permit }, services);
    if (url.file.kind === "chapters") return deliverChapters(request, url, grant, services);
    if (url.file.kind === "key") return deliverKey(url, grant, services);
    if (url.file.kind === "license") return deliverLicense(request, url, grant, services);
    const clear = inClear(url);
    const found = (asked: Request) =>
      findOrMake(asked, clear, grant, services, async () => {
        await services.permits.checkRendition(formatRenditionFolder(url), permit);
        return jobFor(clear, services);
      });
    if (!isSealed(url)) return found(url.sealing ? requestFor(clear, request, request) : request);
    return deliverSealed(request, url, grant, services, () => found(requestFor(clear, request)));
  }

  const url = await deliveryUrlOf(pathname);
  const options = { original: mayBeOriginal(url), now: services.now() };
  const grant = await services.access.checkDelivery(url, credentials, options);
  await storeRemote(url, services);
  const { asset, plan, names } = await plannedDelivery(url, grant, services);
  grant.bounds.check({ chain: url.transformation });
  if (plan.encoding.isDescribed) return deliverInformation(request, url, plan, { seconds: MANIFEST_SECONDS, grant });
  const output = outputOf(url, plan);
  checkSealedOutput(services.config, url, output);
  if (output === "original") {
    grant.bounds.check(originalFile(asset));
    return {
      response: await deliverOriginal(request, asset, grant, services),
      facts: factsOf(url, "original", "original", "copied"),
    };
  }
  services.permits.checkDelivery(url, names);
  checkLimits(services.config.limits, askedOf(plan, output, await services.builds.current()));
  const format = FORMATS[output];
  if (format?.kind === "index")
    return deliverIndex(request, url, plan, { output, seconds: MANIFEST_SECONDS, grant }, services);
  if (format?.kind === "stream") return deliverManifest(request, url, { asset, plan, output, format }, grant, services);
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

/** A request for another object in the name of whoever makes one: for all of it, or on the conditions of `like`. */
const requestFor = (url: RenditionUrl, { url: base, signal }: Request, like?: Request): Request =>
  new Request(new URL(formatRenditionUrl(url), base), like ?? { signal });

/** What a stream begins with: a multivariant playlist, or a media presentation description. */
async function deliverManifest(
  request: Request,
  url: DeliveryUrl,
  { asset, plan, output, format }: { asset: FoundAsset; plan: DeliveryPlan; output: string; format: StreamFormat },
  grant: Grant,
  services: EdgeServices,
): Promise<Delivered> {
  const subtitles = await offeredSubtitles(url, plan, services);
  // `caption` is what Cloudinary's media library calls it by.
  const title = asset.context["title"] ?? asset.context["caption"];
  const build = await services.builds.current();
  const shares = services.builds.isSilent() ? await sharesMade(url, plan, build, services) : undefined;
  const shown = shares ? fullerPlan(url, plan, build, shares) : plan;
  const known = { plan: shown, subtitles, title, shares, isPaidFor: await paidFor(url, shown, build, services) };
  const streamed = { ...known, format, build, token: grant.token, bounds: grant.bounds };
  const manifest = await manifestFor(request, url, streamed, services);
  const options = { seconds: MANIFEST_SECONDS, vary: NEGOTIATED_BY, mediaType: format.mediaType };
  const response = await playlistResponse(request, manifest, options);
  return {
    response: finished(response, { tier: "computed", ...grant }),
    facts: factsOf(url, "multivariant", output, "computed"),
  };
}

async function deliverMediaPlaylist(
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  permit: string | undefined,
  services: EdgeServices,
): Promise<Delivered> {
  // All that a media playlist names lies in its own folder.
  const handed = { token: grant.token, passFor: async () => grant.pass, permitFor: async () => permit };
  return deliverText(request, url, grant, services, {
    product: "playlist",
    write: () => mediaPlaylistFor(url, services),
    opened: (playlist) => openedPlaylist(windowedPlaylist(playlist, grant.run), handed),
  });
}

const deliverChapters = (
  request: Request,
  url: RenditionUrl,
  grant: Grant,
  services: EdgeServices,
): Promise<Delivered> =>
  deliverText(request, url, grant, services, {
    product: "playlist",
    mediaType: "application/json",
    write: () => chaptersFor(url, services),
  });

/** A segment of subtitles, or all of them: written wherever it is missing. */
async function deliverCues(
  request: Request,
  { url, number }: { url: RenditionUrl; number: number | undefined },
  { grant, permit }: { grant: Grant; permit: string | undefined },
  services: EdgeServices,
): Promise<Delivered> {
  const fetchTrack: FetchTrack = async (track) => {
    const { response } = await findOrMake(requestFor(track, request), track, grant, services, async () => {
      await services.permits.checkRendition(formatRenditionFolder(url), permit);
      return jobFor(track, services);
    });
    return response.text();
  };
  return deliverText(request, url, grant, services, {
    product: "segment",
    mediaType: "text/vtt; charset=utf-8",
    write: () => subtitlesFor(url, number, fetchTrack, services),
    ...(number === undefined && { opened: (file: string) => openedFile(url, file, grant.run, services) }),
  });
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
    const { response } = await findOrMake(requestFor(part, request), part, grant, services, () =>
      jobFor(part, services),
    );
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
  const own = fileAddress(url, plan, format, recipe);
  const { response, facts } = await findOrMake(requestFor(own, request, request), own, grant, services, async () => {
    if (own.file.kind === "sheet") return jobFor(own, services);
    const planned = { plan, stored: asset, layers: await layersOf(own, services) };
    return { job: await fileJob(planned, own, format, services) };
  });
  response.headers.set("cache-control", cacheControl(WHOLE_SECONDS, grant));
  return { response, facts };
}
