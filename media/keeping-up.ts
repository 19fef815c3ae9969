/** Which renditions an origin makes in time: the others would stall whoever watches them first. */

import { VIDEO_CODEC_NAMES } from "./codecs.ts";
import { SEGMENT_GOPS } from "./grid.ts";
import { coldSeconds, keepsUp, type OriginBuild } from "./origin-build.ts";
import type { DeliveryPlan } from "./plan.ts";
import { paceOf } from "./programme.ts";
import type { VideoRendition } from "./renditions.ts";

/** A film that is made in this time as a whole is waited for at its start, and never again. */
const SHORT_FILM_SECONDS = 1.5;

/** What costs hardly more than the rung that is always there stalls no viewer who would not stall anyway. */
const HARDLY_MORE = 1.15;

/**
 * The renditions that this origin can serve cold without a stall: of each codec the rungs from the lowest up to the
 * first that it is too slow for, so that no codec's ladder has a hole. The lowest H.264 rung is always there, what is
 * copied costs nothing worth a thought, and what `isPaidFor` was made in idle time and is there in full.
 */
export function keptUp(
  plan: DeliveryPlan,
  renditions: readonly VideoRendition[],
  build: OriginBuild,
  isPaidFor: (rendition: VideoRendition) => boolean = () => false,
): readonly VideoRendition[] {
  const pace = paceOf(plan.timeline);
  const segmentFrames = SEGMENT_GOPS * plan.grid.gopFrames;
  const jobFor = ({ stream }: VideoRendition, frames = segmentFrames) => ({
    source: plan.source,
    size: stream,
    frameRate: stream.frameRate,
    frames,
    pace,
  });
  const lowest = renditions.find(({ codec }) => codec === "h264");
  const anyway = lowest ? HARDLY_MORE * coldSeconds(build, "h264", jobFor(lowest)) : 0;
  const holds = (rendition: VideoRendition): boolean =>
    rendition === lowest ||
    rendition.copied !== undefined ||
    isPaidFor(rendition) ||
    keepsUp(build, rendition.codec, jobFor(rendition)) ||
    (rendition.codec === "h264" && coldSeconds(build, "h264", jobFor(rendition)) <= anyway) ||
    coldSeconds(build, rendition.codec, jobFor(rendition, plan.grid.frames)) <= SHORT_FILM_SECONDS;
  return VIDEO_CODEC_NAMES.flatMap((codec) => {
    const ladder = renditions.filter((rendition) => rendition.codec === codec);
    const slow = ladder.findIndex((rendition) => !holds(rendition));
    // A copy above a hole is no worse than none.
    return ladder.filter(({ copied }, index) => slow < 0 || index < slow || copied);
  });
}
