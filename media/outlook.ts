/** What lies before whoever watches a plan: its renditions, what they cost to make, and why some are withheld. */

import { toNumber } from "#transformation";
import { SEGMENT_GOPS, secondsOf } from "./grid.ts";
import { segmentCountOf } from "./jobs/segment-job.ts";
import { coldSeconds, type OriginBuild } from "./origin-build.ts";
import type { DeliveryPlan } from "./plan.ts";
import {
  audioRenditions,
  fullRenditions,
  keptUp,
  keyframeRendition,
  ladderRenditions,
  type Rendition,
} from "./renditions.ts";

export interface RenditionOutlook {
  readonly rendition: Rendition;
  readonly segments: number;
  /** Whether this origin makes its segments in time. */
  readonly keepsUp: boolean;
  /** Expected seconds of encoding for one cold segment on an idle origin. */
  readonly segmentEncodeSeconds: number;
  /** Expected size of all its segments. */
  readonly bytes: number;
}

/** Sound and single pictures: little more than starting a process. */
const LIGHT_SEGMENT_SECONDS = 0.15;

const bitsOf = (rendition: Rendition): number =>
  rendition.kind === "keyframes" ? rendition.bandwidth : rendition.averageBandwidth;

/** Every rendition of a plan; `ladder` where a streaming profile asks for rungs, else its own size. */
export function outlook(plan: DeliveryPlan, build: OriginBuild): readonly RenditionOutlook[] {
  const video = plan.encoding.profile ? ladderRenditions(plan) : fullRenditions(plan);
  const held = new Set(keptUp(plan, video, build).map(({ id }) => id));
  const keyframes = keyframeRendition(plan);
  const renditions: readonly Rendition[] = [...video, ...audioRenditions(plan), ...(keyframes ? [keyframes] : [])];
  const seconds = toNumber(secondsOf(plan.grid.frames, plan.grid.frameRate));
  return renditions.map((rendition) => ({
    rendition,
    segments: segmentCountOf(plan, rendition),
    keepsUp: rendition.kind !== "video" || held.has(rendition.id),
    segmentEncodeSeconds:
      rendition.kind === "video"
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
