/** Playlists: computed from a plan in a moment, for whoever asks, with what this client is offered. */

import {
  audioRenditions,
  type DeliveryPlan,
  fullestOf,
  fullStream,
  isSubtitleId,
  keptUp,
  keyframeRendition,
  mediaPlaylist,
  multivariantPlaylist,
  negotiate,
  type Offer,
  type OriginBuild,
  type Presentation,
  type Rendition,
  type SegmentRun,
  type SubtitleRendition,
  type VideoRendition,
} from "#media";
import {
  type AssetName,
  type DeliveryUrl,
  type Encoding,
  formatRenditionFolder,
  Problem,
  type RenditionUrl,
  type Transformation,
} from "#transformation";
import type { Bounds } from "./access/bounds.ts";
import { allowsKeyframes, runsWithin, videoWithin } from "./bounded-delivery.ts";
import type { MadeShares } from "./degrading.ts";
import { plannedRendition } from "./planned-rendition.ts";
import { pictureFolder } from "./rendition-folder.ts";
import type { EdgeServices } from "./services.ts";
import { type OfferedSubtitles, plannedSubtitles } from "./subtitles.ts";

/** Request headers that decide what is offered. */
export const NEGOTIATED_BY = "accept, user-agent, sec-ch-ua";

/** The codec that the URL asks for, or those that the client plays, and which fact decided. */
export function codecOffer(request: Request, plan: DeliveryPlan): Offer {
  const { videoCodec } = plan.encoding;
  if (videoCodec === "h264" || videoCodec === "h265" || videoCodec === "av1")
    return { codecs: [videoCodec], because: "url" };
  if (videoCodec !== undefined && videoCodec !== "auto" && videoCodec !== "none")
    throw new Problem("unsupported-format", `Streams are coded as h264, h265 or av1, not ${videoCodec}.`, {
      parameter: "vc",
      nearest: "vc_auto",
    });
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const caps = new URL(request.url).searchParams.get("caps") ?? undefined;
  return negotiate({ caps, accept: header("accept"), userAgent: header("user-agent"), brands: header("sec-ch-ua") });
}

/** A presentation, and the plans of renditions that are not of the delivery's own. */
interface Offered extends Presentation {
  readonly subtitles: readonly OfferedSubtitles[];
  readonly planOf: (rendition: Rendition) => DeliveryPlan;
}

function checkSound({ audioCodec = "aac" }: Encoding): void {
  if (audioCodec !== "aac" && audioCodec !== "none")
    throw new Problem("unsupported-format", `The sound of streams is coded as aac, not ${audioCodec}.`, {
      parameter: "ac",
      nearest: "ac_aac",
    });
}

/** What is known of a stream before anybody asks for it. */
export interface Streamed {
  readonly plan: DeliveryPlan;
  readonly subtitles: readonly OfferedSubtitles[];
  /** Whether a rendition is there in full, though it is too slow to be made while it is watched. */
  readonly isPaidFor: (rendition: VideoRendition) => boolean;
  /** How much of each folder is there, while nothing can be made; absent otherwise. */
  readonly shares?: MadeShares | undefined;
}

/** What a client is offered: the rungs of the profile, in the codecs that it plays and that the origin keeps up with. */
function offered(
  request: Request,
  {
    plan,
    subtitles,
    isPaidFor,
    shares,
    build,
    bounds,
    name,
  }: Streamed & { build: OriginBuild; bounds: Bounds; name: AssetName },
): Offered {
  const { codecs } = codecOffer(request, plan);
  checkSound(plan.encoding);
  const all = videoWithin(plan, codecs, bounds);
  const playable = all.map(({ rendition }) => rendition);
  const plans = new Map<Rendition, DeliveryPlan>(all.map(({ rendition, plan: own }) => [rendition, own]));
  const kept = keptUp(plan, playable, build, isPaidFor);
  const shareOf = (rendition: VideoRendition): number =>
    shares?.[pictureFolder(name, plans.get(rendition) ?? plan, build, rendition.id)] ?? 0;
  const video = shares ? fullestOf(kept, shareOf) : kept;
  const audio = audioRenditions(plan);
  // Says why there is none.
  if (playable.length === 0) fullStream(plan, codecs[0] ?? "h264");
  if (plan.canvas && video.length === 0) {
    const detail = `This origin cannot make ${codecs.join(", ")} of this video fast enough to be watched; leave out vc_ or ask for h264.`;
    throw new Problem("unsupported-parameter", detail, { parameter: "vc" });
  }
  if (video.length === 0 && audio.length === 0)
    throw new Problem("no-sound", "Neither picture nor sound is left.", { parameter: "ac" });
  const trickPlay = keyframeRendition(plan);
  const keyframes = trickPlay && allowsKeyframes(trickPlay, bounds) ? trickPlay : undefined;
  return { video, audio, subtitles, keyframes, planOf: (rendition) => plans.get(rendition) ?? plan };
}

export interface Multivariant {
  readonly playlist: string;
  /** Of each folder that it names, the segments that are open; undefined where all are. */
  readonly runs: ReadonlyMap<string, SegmentRun | undefined>;
}

/** The multivariant playlist for a request, naming renditions by their keys: what the bounds of its token leave. */
export function multivariantFor(
  request: Request,
  url: DeliveryUrl,
  streamed: Streamed,
  build: OriginBuild,
  bounds: Bounds,
): Multivariant {
  const { plan, subtitles } = streamed;
  const presentation = offered(request, { ...streamed, build, bounds, name: url });
  const runOf = runsWithin(bounds);
  const runs = new Map<string, SegmentRun | undefined>();
  const keyOf = (rendition: Rendition | SubtitleRendition): Transformation => {
    if (rendition.kind === "subtitles") return subtitles.find((each) => each === rendition)?.key ?? [];
    const { keys } = presentation.planOf(rendition);
    return rendition.kind === "audio" ? keys.sound : keys.picture;
  };
  const folderOf = (rendition: Rendition | SubtitleRendition): string => {
    return formatRenditionFolder({
      ...url,
      transformation: keyOf(rendition),
      sourceVersion: plan.source.version,
      recipe: build.recipe,
      rendition: rendition.id,
    });
  };
  const playlist = multivariantPlaylist(presentation, (rendition, file) => {
    const folder = folderOf(rendition);
    const isOwn = rendition.kind !== "subtitles";
    runs.set(folder, runOf(rendition, isOwn ? presentation.planOf(rendition) : plan));
    return `${folder}/${file}`;
  });
  return { playlist, runs };
}

/** A rendition's media playlist; its URIs are relative, so that it is the same wherever it is served. */
export async function mediaPlaylistFor(url: RenditionUrl, services: EdgeServices): Promise<string> {
  const { plan, rendition } = isSubtitleId(url.rendition)
    ? await plannedSubtitles(url, services)
    : await plannedRendition(url, services);
  return mediaPlaylist(plan, rendition, (_, file) => file);
}
