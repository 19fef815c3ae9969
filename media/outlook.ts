/** What lies before whoever watches a plan: its renditions, what they cost to make, and why some are withheld. */

import { toNumber } from "#transformation";
import { appraisalOf, sufficientLines } from "./appraisal/deciding.ts";
import { SEGMENT_GOPS, secondsOf } from "./grid.ts";
import { keptUp } from "./keeping-up.ts";
import { profileHolds } from "./ladder.ts";
import { coldSeconds, type OriginBuild } from "./origin-build.ts";
import { withoutExceeding } from "./passing-through.ts";
import type { DeliveryPlan } from "./plan.ts";
import {
  audioRenditions,
  fullRenditions,
  keyframeRenditions,
  ladderRenditions,
  type Rendition,
  type VideoRendition,
} from "./renditions.ts";
import { segmentCountOf } from "./segment-times.ts";

export interface RenditionOutlook {
  readonly rendition: Rendition;
  /** The plan that it is a rendition of: the delivery's own, or that of a rung. */
  readonly plan: DeliveryPlan;
  readonly segments: number;
  /** Whether this origin makes its segments in time, or has made all of them in idle time. */
  readonly keepsUp: boolean;
  /** Whether a copy of a larger picture takes fewer bits than it may take. */
  readonly isExceeded: boolean;
  /** Expected seconds of encoding for one cold segment on an idle origin. */
  readonly segmentEncodeSeconds: number;
  /** Expected size of all its segments. */
  readonly bytes: number;
}

/** Sound, single pictures and copies: little more than starting a process. */
const LIGHT_SEGMENT_SECONDS = 0.15;

const bitsOf = (rendition: Rendition): number =>
  rendition.kind === "keyframes" ? rendition.bandwidth : rendition.averageBandwidth;

/** Rungs above one that shows all that the source holds add nothing but bits. */
function upToSufficient(plan: DeliveryPlan, ladder: readonly VideoRendition[]): readonly VideoRendition[] {
  const appraisal = appraisalOf(plan);
  const enough = (appraisal && sufficientLines(appraisal)) ?? Number.POSITIVE_INFINITY;
  const linesOf = ({ rung }: VideoRendition): number => rung?.lines ?? 0;
  const last = ladder.map(linesOf).find((lines) => lines >= enough);
  return last === undefined ? ladder : ladder.filter((rendition) => linesOf(rendition) <= last);
}

/** Video renditions and the plans that they belong to: of the ladder, of a kept profile's rungs, or of the URL's own size. */
export function videoOf(
  plan: DeliveryPlan,
): readonly { readonly rendition: VideoRendition; readonly plan: DeliveryPlan }[] {
  const { profile } = plan.encoding;
  if (plan.rungs.length > 0)
    return plan.rungs.flatMap((rung) =>
      fullRenditions(rung)
        .filter(({ codec }) => ["auto", codec].includes(rung.encoding.videoCodec ?? "auto"))
        .map((rendition) => ({ rendition, plan: rung })),
    );
  const ladder = profile ? ladderRenditions(plan).filter(({ rung }) => rung && profileHolds(profile, rung)) : [];
  const held = upToSufficient(plan, ladder);
  // A source below the profile's lowest rung still plays, at its own size.
  return (held.length > 0 ? held : fullRenditions(plan)).map((rendition) => ({ rendition, plan }));
}

/** Key pictures are offered beside the rungs of their codec, and sound always. */
const keepsUpWith = (rendition: Rendition, held: ReadonlySet<VideoRendition>): boolean =>
  rendition.kind === "video"
    ? held.has(rendition)
    : rendition.kind === "audio" || [...held].some(({ codec }) => codec === rendition.codec);

/** Every rendition of a plan, of its rungs and of its sound. */
export function outlook(
  plan: DeliveryPlan,
  build: OriginBuild,
  isPaidFor: (rendition: VideoRendition) => boolean = () => false,
): readonly RenditionOutlook[] {
  const video = videoOf(plan);
  const held = new Set(
    keptUp(
      plan,
      video.map(({ rendition }) => rendition),
      build,
      isPaidFor,
    ),
  );
  const left = new Set<Rendition>(withoutExceeding([...held]));
  const others: readonly Rendition[] = [...audioRenditions(plan), ...keyframeRenditions(plan)];
  const seconds = toNumber(secondsOf(plan.grid.frames, plan.grid.frameRate));
  return [...video, ...others.map((rendition) => ({ rendition, plan }))].map(({ rendition, plan: own }) => ({
    rendition,
    plan: own,
    segments: segmentCountOf(own, rendition),
    keepsUp: keepsUpWith(rendition, held),
    isExceeded: rendition.kind === "video" && held.has(rendition) && !left.has(rendition),
    segmentEncodeSeconds:
      rendition.kind === "video" && !rendition.copied
        ? coldSeconds(build, rendition.codec, {
            source: plan.source,
            size: rendition.stream,
            frameRate: rendition.stream.frameRate,
            frames: Math.min(plan.grid.frames, SEGMENT_GOPS * plan.grid.gopFrames),
          })
        : LIGHT_SEGMENT_SECONDS,
    bytes: Math.round((bitsOf(rendition) * seconds) / 8),
  }));
}
