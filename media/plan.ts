/** The plan of a delivery: what a transformation means for one source, before any codec or size is chosen. */

import {
  canonicalTransformation,
  type Encoding,
  editsOf,
  type Transformation,
  transformationTouching,
} from "#transformation";
import { type Grid, gridOf } from "./grid.ts";
import type { AudioTrack, Source } from "./source.ts";
import { type Resolved, resolve, soundRate } from "./stages.ts";
import { timelineFrames } from "./timeline.ts";

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
export function planDelivery(transformation: Transformation, source: Source): DeliveryPlan {
  const canonical = canonicalTransformation(transformation);
  const resolved = resolve(editsOf(canonical), source);
  return {
    ...resolved,
    source,
    grid: gridOf(resolved.timeline.frameRate, timelineFrames(resolved.timeline)),
    wantsSound: resolved.encoding.audioCodec !== "none",
    soundRate: (track) => soundRate(track, resolved.encoding),
    keys: {
      picture: transformationTouching(canonical, "picture"),
      sound: transformationTouching(canonical, "sound"),
      // A whole file has one format, which its name says.
      whole: canonicalTransformation(canonical.map(({ format: _, streamingProfile: __, ...component }) => component)),
    },
  };
}
