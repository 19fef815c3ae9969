/** The plan of a delivery: what a transformation means for one source, before any codec or size is chosen. */

import {
  canonicalTransformation,
  type EditStep,
  type Encoding,
  editOf,
  type LiteralStep,
  pickParameters,
  type Transformation,
  transformationTouching,
} from "#transformation";
import { type Grid, gridOf } from "./grid.ts";
import { instantiate, type Kept, NOTHING_KEPT } from "./instantiate.ts";
import type { AudioTrack, Source } from "./source.ts";
import { type Resolved, resolve, soundRate } from "./stages.ts";
import { plainPart, timelineFrames } from "./timeline.ts";

export interface DeliveryPlan extends Resolved {
  readonly source: Source;
  readonly encoding: Encoding;
  readonly grid: Grid;
  readonly wantsSound: boolean;
  readonly soundRate: (track: AudioTrack) => number;
  /** What the keys of the picture's and of the sound's renditions hold, and those of whole files. */
  readonly keys: { readonly picture: Transformation; readonly sound: Transformation; readonly whole: Transformation };
}

/** Plans a delivery; throws the Problems of the stages where the transformation cannot be had of this source. */
export function planDelivery(transformation: Transformation, source: Source, kept: Kept = NOTHING_KEPT): DeliveryPlan {
  const steps = canonicalTransformation(instantiate(transformation, source, kept)) as readonly LiteralStep[];
  const resolved = resolve(steps.filter((step) => step.kind === "edit").map(editOf), source);
  return {
    ...resolved,
    source,
    grid: gridOf(resolved.timeline.frameRate, timelineFrames(resolved.timeline)),
    wantsSound: resolved.encoding.audioCodec !== "none",
    soundRate: (track) => soundRate(track, resolved.encoding),
    keys: {
      picture: transformationTouching(steps, "picture"),
      sound: transformationTouching(steps, "sound"),
      // A whole file has one format, which its name says, and no streaming profile.
      whole: canonicalTransformation(steps.map((step) => (step.kind === "edit" ? withoutFormat(step) : step))),
    },
  };
}

/** The one part of the source that a plan shows as it is, at its own pace; undefined where it is retimed. */
export const plainPartOf = ({ timeline, canvas, earlySound }: DeliveryPlan): ReturnType<typeof plainPart> =>
  canvas?.early || earlySound ? undefined : plainPart(timeline);

const withoutFormat = (step: EditStep): EditStep =>
  pickParameters(step, ({ name }) => name !== "format" && name !== "streamingProfile" && name !== "attachment");
