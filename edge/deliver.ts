/** The story of one delivery, top to bottom: what is asked, may it be had, is it there, how is it made. */

import {
  audioRenditions, type DeliveryPlan, FORMATS, fullRenditions, keptUp, keyframeRendition, ladderRenditions, mediaPlaylist,
  multivariantPlaylist, negotiate, type OriginBuild, planDelivery, profileHolds, type Rendition, segmentJob, clipJob, initJob, stillJob,
  wholeRenditionId,
} from "#media";
import type { FoundAsset, StoredSource } from "#catalog";
import {
  type DeliveryUrl, formatRenditionFolder, formatRenditionUrl, isRenditionPath, parseDeliveryUrl, parseRenditionUrl, Problem, type RenditionUrl,
} from "#transformation";
import type { Grant } from "./access/delivery-access.ts";
import { deliverOriginal } from "./originals.ts";
import { mayBeOriginal, outputOf } from "./output-format.ts";
import { authorizedPlaylist } from "./playlist-token.ts";
import type { JobRequest, MediaJob } from "./origin-client.ts";
import { cacheControl, finished, IMMUTABLE_SECONDS, playlistResponse, type Tier, type Timings } from "./responses.ts";
import type { EdgeServices } from "./services.ts";

/** What a delivery is counted as. */
export interface DeliveryFacts {
  readonly cloud: string;
  readonly publicId: string;
  readonly product: "multivariant" | "playlist" | "init" | "segment" | "still" | "clip" | "original";
  readonly rendition: string;
  readonly tier: Tier;
  readonly encodeMilliseconds: number;
}

export interface Delivered {
  readonly response: Response;
  readonly facts: DeliveryFacts;
}

/** Segments that the origin is told of beyond the one that is asked for: twelve seconds. */
const LOOK_AHEAD = 3;

/** A multivariant playlist changes when its video is replaced or the origin's abilities do. */
const MULTIVARIANT_SECONDS = 10;
const WHOLE_SECONDS = 60;

export async function deliver(request: Request, services: EdgeServices): Promise<Delivered> {
  const { pathname, searchParams } = new URL(request.url);
  const token = searchParams.get("token") ?? undefined;
  if (isRenditionPath(pathname)) {
    const url = parseRenditionUrl(pathname);
    const grant = await services.access.checkRendition(url, token, services.now());
    return url.file.kind === "playlist" ? deliverMediaPlaylist(request, url, grant, services) : deliverProduct(request, url, grant, services);
  }
  const url = parseDeliveryUrl(pathname);
  const grant = await services.access.checkDelivery(url, token, { original: mayBeOriginal(url), now: services.now() });
  const asset = await services.assets.find(url);
  const output = outputOf(url, asset);
  if (output === "original") return { response: await deliverOriginal(request, asset, grant, services), facts: factsOf(url, "original", "original", "copied") };
  const plan = planDelivery(url.transformation, asset.source);
  if (output === "m3u8") return deliverMultivariant(request, url, plan, asset, grant, services);
  return deliverWhole(request, url, plan, asset, output, grant, services);
}

const factsOf = (url: { cloud: string; publicId: string }, product: DeliveryFacts["product"], rendition: string, tier: Tier, encodeMilliseconds = 0): DeliveryFacts => ({
  cloud: url.cloud, publicId: url.publicId, product, rendition, tier, encodeMilliseconds,
});

/** Where a plan's renditions lie: their folders are their keys. */
const folderOf = (url: DeliveryUrl, plan: DeliveryPlan, recipe: string, rendition: Rendition): string =>
  formatRenditionFolder({
    ...url,
    transformation: rendition.kind === "audio" ? plan.keys.sound : plan.keys.picture,
    sourceVersion: plan.source.version,
    recipe,
    rendition: rendition.id,
  });

/** What a client is offered: the rungs of its profile, in the codecs that it plays and that the origin keeps up with. */
function offered(request: Request, url: DeliveryUrl, plan: DeliveryPlan, build: OriginBuild) {
  const { profile, videoCodec } = plan.encoding;
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const caps = new URL(request.url).searchParams.get("caps") ?? undefined;
  const { codecs } = videoCodec === undefined || videoCodec === "auto" || videoCodec === "none"
    ? negotiate({ caps, accept: header("accept"), userAgent: header("user-agent"), brands: header("sec-ch-ua") })
    : { codecs: [videoCodec] };
  const all = profile ? ladderRenditions(plan).filter(({ rung }) => rung === undefined || profileHolds(profile, rung)) : fullRenditions(plan);
  // A source below the profile's lowest rung still plays, at its own size.
  const fitting = all.length > 0 ? all : fullRenditions(plan);
  const video = keptUp(plan, fitting, build).filter(({ codec }) => codecs.includes(codec));
  const audio = audioRenditions(plan);
  if (plan.canvas && video.length === 0) {
    const wanted = codecs.join(", ");
    throw new Problem("unsupported-parameter", `This origin cannot make ${wanted} of this video fast enough to be watched; leave out vc_ or ask for h264.`, { parameter: "vc" });
  }
  if (video.length === 0 && audio.length === 0) throw new Problem("no-sound", "Neither picture nor sound is left.", { parameter: "ac" });
  return { video, audio, keyframes: keyframeRendition(plan) };
}

async function deliverMultivariant(request: Request, url: DeliveryUrl, plan: DeliveryPlan, asset: FoundAsset, grant: Grant, services: EdgeServices): Promise<Delivered> {
  const build = await services.builds.current();
  const playlist = multivariantPlaylist(offered(request, url, plan, build), (rendition, file) => `${folderOf(url, plan, build.recipe, rendition)}/${file}`);
  const response = await playlistResponse(request, authorizedPlaylist(playlist, grant.token), {
    seconds: MULTIVARIANT_SECONDS,
    vary: "accept, user-agent",
  });
  return { response: finished(response, { tier: "computed", ...grant }), facts: factsOf(asset, "multivariant", "multivariant", "computed") };
}

async function deliverMediaPlaylist(request: Request, url: RenditionUrl, grant: Grant, services: EdgeServices): Promise<Delivered> {
  const known = await services.products.find(new Request(request.url), url);
  const playlist = known ? await known.response.text() : await computeMediaPlaylist(request, url, services);
  const tier = known?.tier ?? "computed";
  const response = await playlistResponse(request, authorizedPlaylist(playlist, grant.token), { seconds: IMMUTABLE_SECONDS, immutable: true });
  return { response: finished(response, { tier, ...grant }), facts: factsOf(url, "playlist", url.rendition, tier) };
}

async function computeMediaPlaylist(request: Request, url: RenditionUrl, services: EdgeServices): Promise<string> {
  const { plan, rendition } = await planRendition(url, services);
  const playlist = mediaPlaylist(plan, rendition, (_, file) => file);
  await services.products.keepText(request, playlist, "application/vnd.apple.mpegurl");
  return playlist;
}

/** The plan behind a rendition's address; refuses whatever no playlist of ours can have named. */
async function planRendition(url: RenditionUrl, services: EdgeServices): Promise<{ plan: DeliveryPlan; rendition: Rendition; stored: StoredSource }> {
  const stored = await services.catalog.assets.findSource(url, url.sourceVersion);
  const build = await services.builds.current();
  if (!stored || url.recipe !== build.recipe) throw new Problem("not-found", "This version of the video is not served any more; load its playlist again.");
  const plan = planDelivery(url.transformation, stored.source);
  const keyframes = keyframeRendition(plan);
  const renditions: readonly Rendition[] = [
    ...keptUp(plan, ladderRenditions(plan), build),
    ...keptUp(plan, fullRenditions(plan), build),
    ...audioRenditions(plan),
    ...(keyframes ? [keyframes] : []),
  ];
  const rendition = renditions.find(({ id }) => id === url.rendition);
  // The transformation must be all that touches the rendition, or one object would have many keys.
  const key = rendition?.kind === "audio" ? plan.keys.sound : plan.keys.picture;
  if (!rendition || formatRenditionUrl({ ...url, transformation: key }) !== formatRenditionUrl(url)) throw new Problem("not-found", "No playlist of ours names this address.");
  return { plan, rendition, stored };
}

/** An init section, a segment, or a whole file: found in a cache, or made once for everybody. */
async function deliverProduct(request: Request, url: RenditionUrl, grant: Grant, services: EdgeServices, make = () => jobFor(url, services)): Promise<Delivered> {
  const product = url.file.kind === "whole" ? (url.rendition.startsWith("still-") ? "still" : "clip") : url.file.kind === "init" ? "init" : "segment";
  const found = await services.products.find(request, url);
  if (found) return { response: finished(found.response, { tier: found.tier, ...grant }), facts: factsOf(url, product, url.rendition, found.tier) };

  const address = new URL(request.url).origin + formatRenditionUrl(url);
  const report = await services.encodes.make(url.sourceVersion, address, await make(), request.signal);
  const made = await services.products.find(request, url);
  if (!made) throw new Problem("internal", "What was made could not be kept.");
  const timings: Timings = { queue: report.queueMilliseconds, encode: report.encodeMilliseconds };
  const encodeMilliseconds = report.tier === "encoded" ? report.encodeMilliseconds : 0;
  return { response: finished(made.response, { tier: report.tier, timings, ...grant }), facts: factsOf(url, product, url.rendition, report.tier, encodeMilliseconds) };
}

async function jobFor(url: RenditionUrl, services: EdgeServices): Promise<JobRequest> {
  if (url.file.kind === "whole") return wholeJobFor(url, services);
  const { plan, rendition, stored } = await planRendition(url, services);
  const source = { ...(await services.signSource({ ...stored.source, objectKey: stored.objectKey })), container: stored.source.container };
  const jobAt = (number: number) =>
    segmentJob(plan, rendition, number, { recipe: url.recipe, key: formatRenditionUrl({ ...url, file: { kind: "segment", number } }), source });
  if (url.file.kind === "init") {
    const init = initJob(plan, rendition, { recipe: url.recipe, key: formatRenditionUrl(url), source });
    if (init) return { job: init };
  }
  const number = url.file.kind === "segment" ? url.file.number : 0;
  const job = jobAt(number);
  if (!job) throw new Problem("not-found", "The rendition has no such segment.");
  const next = rendition.kind === "keyframes" ? [] : Array.from({ length: LOOK_AHEAD }, (_, step) => jobAt(number + 1 + step));
  return { job, lookAhead: next.filter((ahead) => ahead !== undefined) };
}

/** Stills and clips under their own address, which only edgereel itself writes: the delivery URL leads here. */
async function wholeJobFor(url: RenditionUrl, services: EdgeServices): Promise<JobRequest> {
  const stored = await services.catalog.assets.findSource(url, url.sourceVersion);
  const { recipe } = await services.builds.current();
  const plan = stored && planDelivery(url.transformation, stored.source);
  const isOurs = plan && url.file.kind === "whole" && url.recipe === recipe && wholeRenditionId(plan, url.file.extension) === url.rendition;
  if (!isOurs || url.file.kind !== "whole" || formatRenditionUrl({ ...url, transformation: plan.keys.whole }) !== formatRenditionUrl(url)) {
    throw new Problem("not-found", "There is nothing at this address.");
  }
  return { job: await wholeJob(plan, url, stored, url.file.extension, services) };
}

async function wholeJob(plan: DeliveryPlan, url: RenditionUrl, stored: StoredSource, format: string, services: EdgeServices): Promise<MediaJob> {
  const source = { ...(await services.signSource({ ...stored.source, objectKey: stored.objectKey })), container: stored.source.container };
  const context = { recipe: url.recipe, key: formatRenditionUrl(url), source };
  return FORMATS[format]?.kind === "still" ? stillJob(plan, format, context) : clipJob(plan, format, context);
}

async function deliverWhole(request: Request, url: DeliveryUrl, plan: DeliveryPlan, asset: FoundAsset, format: string, grant: Grant, services: EdgeServices): Promise<Delivered> {
  const { recipe } = await services.builds.current();
  const product: RenditionUrl = {
    ...url,
    transformation: plan.keys.whole,
    sourceVersion: asset.source.version,
    recipe,
    rendition: wholeRenditionId(plan, format),
    file: { kind: "whole", extension: format },
  };
  const inner = new Request(new URL(formatRenditionUrl(product), request.url), request);
  const { response, facts } = await deliverProduct(inner, product, grant, services, async () => ({ job: await wholeJob(plan, product, asset, format, services) }));
  // The object never changes, but what the delivery URL leads to does, when the video is replaced.
  response.headers.set("cache-control", cacheControl(WHOLE_SECONDS, grant));
  return { response, facts };
}
