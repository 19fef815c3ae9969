/** Playlists: computed from a plan in a moment, for whoever asks, with what this client is offered. */

import {
  audioRenditions,
  type DeliveryPlan,
  fullRenditions,
  keptUp,
  keyframeRendition,
  ladderRenditions,
  mediaPlaylist,
  multivariantPlaylist,
  negotiate,
  type Offer,
  type OriginBuild,
  type Presentation,
  profileHolds,
  type Rendition,
} from "#media";
import { type DeliveryUrl, formatRenditionFolder, Problem, type RenditionUrl } from "#transformation";
import { plannedRendition } from "./planned-rendition.ts";
import type { EdgeServices } from "./services.ts";

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

/** What a client is offered: the rungs of the profile, in the codecs that it plays and that the origin keeps up with. */
function offered(request: Request, plan: DeliveryPlan, build: OriginBuild): Presentation {
  const { profile } = plan.encoding;
  const { codecs } = codecOffer(request, plan);
  const held = profile && ladderRenditions(plan).filter(({ rung }) => rung && profileHolds(profile, rung));
  // A source below the profile's lowest rung still plays, at its own size.
  const all = held && held.length > 0 ? held : fullRenditions(plan);
  const playable = all.filter(({ codec }) => codecs.includes(codec));
  const video = keptUp(plan, playable, build);
  const audio = audioRenditions(plan);
  if (plan.canvas && playable.length === 0) {
    const { width, height } = plan.canvas.size;
    const detail = `A picture of ${Math.round(width)}x${Math.round(height)} is too small or too narrow for ${codecs.join(", ")}.`;
    throw new Problem("invalid-value", detail, { parameter: "w" });
  }
  if (plan.canvas && video.length === 0) {
    const detail = `This origin cannot make ${codecs.join(", ")} of this video fast enough to be watched; leave out vc_ or ask for h264.`;
    throw new Problem("unsupported-parameter", detail, { parameter: "vc" });
  }
  if (video.length === 0 && audio.length === 0)
    throw new Problem("no-sound", "Neither picture nor sound is left.", { parameter: "ac" });
  return { video, audio, keyframes: keyframeRendition(plan) };
}

/** The multivariant playlist for a request, naming renditions by their keys. */
export function multivariantFor(request: Request, url: DeliveryUrl, plan: DeliveryPlan, build: OriginBuild): string {
  const folderOf = (rendition: Rendition): string =>
    formatRenditionFolder({
      ...url,
      transformation: rendition.kind === "audio" ? plan.keys.sound : plan.keys.picture,
      sourceVersion: plan.source.version,
      recipe: build.recipe,
      rendition: rendition.id,
    });
  return multivariantPlaylist(offered(request, plan, build), (rendition, file) => `${folderOf(rendition)}/${file}`);
}

/** A rendition's media playlist; its URIs are relative, so that it is the same wherever it is served. */
export async function mediaPlaylistFor(url: RenditionUrl, services: EdgeServices): Promise<string> {
  const { plan, rendition } = await plannedRendition(url, services);
  return mediaPlaylist(plan, rendition, (_, file) => file);
}
