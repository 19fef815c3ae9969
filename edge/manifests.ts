/** Manifests: computed from a plan in a moment, for whoever asks, with what this client is offered. */

import {
  allFiled,
  allOffered,
  audioRenditions,
  type DeliveryPlan,
  type Filed,
  fullestOf,
  fullStream,
  isSubtitleId,
  keptUp,
  LICENSE_ID,
  mediaPlaylist,
  negotiate,
  type Offer,
  type OriginBuild,
  type Presentation,
  type Protection,
  presentationOf,
  type SegmentRun,
  type StreamFormat,
  secondsOf,
  type VideoRendition,
  withoutExceeding,
} from "#media";
import {
  type AssetName,
  compare,
  type DeliveryUrl,
  type Encoding,
  formatRenditionFolder,
  Problem,
  parseRational,
  type Rational,
  type RenditionUrl,
} from "#transformation";
import type { Bounds } from "./access/bounds.ts";
import { hex } from "./access/hash.ts";
import { allowsKeyframes, highRangeWithin, runsWithin, videoWithin } from "./bounded-delivery.ts";
import type { MadeShares } from "./degrading.ts";
import { queriesFor } from "./manifest-query.ts";
import { plannedRendition } from "./planned-rendition.ts";
import { pictureFolder } from "./rendition-folder.ts";
import { sealingFor } from "./sealing/sealing-policy.ts";
import type { EdgeServices } from "./services.ts";
import { type OfferedSubtitles, plannedSubtitles } from "./subtitles.ts";

/** Request headers that decide what is offered. */
export const NEGOTIATED_BY = "accept, user-agent, sec-ch-ua";

/** The codec that the URL asks for, or those that the client plays, and which fact decided. */
export function codecOffer(request: Request, plan: DeliveryPlan): Offer {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const caps = new URL(request.url).searchParams.get("caps") ?? undefined;
  const client = { caps, accept: header("accept"), userAgent: header("user-agent"), brands: header("sec-ch-ua") };
  const offer = negotiate(client);
  const { videoCodec } = plan.encoding;
  if (videoCodec === "h264" || videoCodec === "h265" || videoCodec === "av1")
    return { ...offer, codecs: [videoCodec], because: "url" };
  if (videoCodec !== undefined && videoCodec !== "auto" && videoCodec !== "none")
    throw new Problem("unsupported-format", `Streams are coded as h264, h265 or av1, not ${videoCodec}.`, {
      parameter: "vc",
      nearest: "vc_auto",
    });
  return offer;
}

function checkSound({ audioCodec = "aac" }: Encoding): void {
  if (audioCodec !== "aac" && audioCodec !== "none")
    throw new Problem("unsupported-format", `The sound of streams is coded as aac, not ${audioCodec}.`, {
      parameter: "ac",
      nearest: "ac_aac",
    });
}

/** Where a stream begins for those who do not choose: `?start=12.5`, a link to a moment that leaves the film whole. */
function startOf(request: Request, { grid }: DeliveryPlan): Rational | undefined {
  const text = new URL(request.url).searchParams.get("start");
  if (text === null) return undefined;
  const seconds = parseRational(text);
  if (seconds && seconds.num >= 0 && compare(seconds, secondsOf(grid.frames, grid.frameRate)) < 0) return seconds;
  throw new Problem("invalid-value", "start is a number of seconds before the end of the stream, such as 12.5.", {
    parameter: "start",
  });
}

/** What a client is offered: the rungs of the profile, in the codecs that it plays and that the origin keeps up with. */
function offeredTo(
  request: Request,
  name: AssetName,
  { plan, subtitles, title, bounds, isPaidFor, shares }: Streamed,
  build: OriginBuild,
): Presentation {
  const { codecs, highRange } = codecOffer(request, plan);
  checkSound(plan.encoding);
  const playable = videoWithin(plan, codecs, bounds);
  const beside = highRange ? highRangeWithin(plan, codecs, bounds) : [];
  const plans = new Map(playable.map((offered) => [offered.rendition, offered.plan]));
  const shareOf = (rendition: VideoRendition): number =>
    shares?.[pictureFolder(name, plans.get(rendition) ?? plan, build, rendition.id)] ?? 0;
  const video = [playable, beside].flatMap((planned) => {
    const renditions = planned.map(({ rendition }) => rendition);
    const made = withoutExceeding(keptUp(plan, renditions, build, isPaidFor));
    const kept = new Set(shares ? fullestOf(made, shareOf) : made);
    return planned.filter(({ rendition }) => kept.has(rendition));
  });
  // Says why there is none.
  if (playable.length === 0) fullStream(plan, codecs[0] ?? "h264");
  if (plan.canvas && video.length === 0) {
    const detail = `This origin cannot make ${codecs.join(", ")} of this video fast enough to be watched; leave out vc_ or ask for h264.`;
    throw new Problem("unsupported-parameter", detail, { parameter: "vc" });
  }
  if (video.length === 0 && audioRenditions(plan).length === 0)
    throw new Problem("no-sound", "Neither picture nor sound is left.", { parameter: "ac" });
  const startsAt = startOf(request, plan);
  const notes = { ...(title !== undefined && { title }), ...(startsAt && { startsAt }) };
  return withoutForbidden(presentationOf(plan, video, subtitles, { notes, runOf: runsWithin(bounds) }), bounds);
}

/** Key pictures may be larger than what is left of the pictures. */
const withoutForbidden = ({ ladders, ...presentation }: Presentation, bounds: Bounds): Presentation => ({
  ...presentation,
  ladders: ladders.map(({ keyframes, ...ladder }) => ({
    ...ladder,
    keyframes: keyframes && allowsKeyframes(keyframes.rendition, bounds) ? keyframes : undefined,
  })),
});

/** What is streamed. */
export interface Streamed {
  readonly plan: DeliveryPlan;
  readonly subtitles: readonly OfferedSubtitles[];
  /** What the viewer's token leaves of it. */
  readonly bounds: Bounds;
  /** What whoever uploaded it calls it. */
  readonly title?: string | undefined;
  /** Whether a rendition is there in full, though it is too slow to be made while it is watched. */
  readonly isPaidFor: (rendition: VideoRendition) => boolean;
  /** How much of each folder is there, while nothing can be made; absent otherwise. */
  readonly shares?: MadeShares | undefined;
}

/** The manifest for a request, naming renditions by their keys, each with what opens it. */
export async function manifestFor(
  request: Request,
  url: DeliveryUrl,
  streamed: Streamed & {
    readonly format: StreamFormat;
    readonly token: string | undefined;
    readonly build: OriginBuild;
  },
  services: EdgeServices,
): Promise<string> {
  const { plan, format, token, bounds, build } = streamed;
  const folderOf = ({ rendition, key }: Filed): RenditionFolder => {
    const sealing = sealingFor(services.config, url, rendition.id);
    return {
      ...url,
      ...(sealing && { sealing }),
      transformation: key,
      sourceVersion: plan.source.version,
      recipe: build.recipe,
      rendition: rendition.id,
    };
  };
  const protection = await protectionOf(folderOf, services);
  const presentation = { ...offeredTo(request, url, streamed, build), ...(protection && { protection }) };
  const pathOf = (filed: Filed): string => formatRenditionFolder(folderOf(filed));
  const runs = new Map<string, SegmentRun | undefined>([
    ...allFiled(presentation).map((filed) => [pathOf(filed), undefined] as const),
    ...allOffered(presentation).map((offered) => [pathOf(offered), offered.run] as const),
  ]);
  const queries = await queriesFor([...runs.keys()], {
    token,
    passFor: (folder) => services.access.passFor(folder, bounds, runs.get(folder)),
    permitFor: services.permits.permitFor,
  });
  return format.manifest(presentation, (filed, file) => {
    const folder = pathOf(filed);
    // Players resolve the address of a license against their page, and others against the manifest.
    const { origin } = filed === protection?.license ? new URL(request.url) : { origin: "" };
    return `${origin}${folder}/${file}${queries.get(folder) ?? ""}`;
  });
}

type RenditionFolder = Omit<RenditionUrl, "file">;

/** The key of an encrypted stream whose players ask for it by an id; undefined for all others. */
async function protectionOf(
  folderOf: (filed: Filed) => RenditionFolder,
  { contentKeys }: EdgeServices,
): Promise<Protection | undefined> {
  const license: Filed = { rendition: { id: LICENSE_ID }, key: [] };
  const folder = folderOf(license);
  if (folder.sealing !== "cbcs") return undefined;
  const { id } = await contentKeys.keyFor(formatRenditionFolder(folder));
  return { keyId: hex(id.buffer), license };
}

/** A rendition's media playlist; its URIs are relative, so that it is the same wherever it is served. */
export async function mediaPlaylistFor(url: RenditionUrl, services: EdgeServices): Promise<string> {
  const { plan, rendition } = isSubtitleId(url.rendition)
    ? await plannedSubtitles(url, services)
    : await plannedRendition(url, services);
  return mediaPlaylist(plan, rendition, url.sealing);
}
