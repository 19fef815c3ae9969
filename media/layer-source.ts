/** Which asset a layer shows, and where it is kept. */

import { type AssetLayer, type LayerStep, Problem } from "#transformation";
import type { Source } from "./source.ts";
import type { Cue } from "./subtitles/cue.ts";

/** An asset that a transformation names as a layer, as the catalog knows it. */
export interface KnownLayer {
  readonly publicId: string;
  /** Absent: `video`, as in names. */
  readonly resourceType?: "video" | "raw";
  readonly source: Source;
  /** Of subtitles: what they say, on the film's own time line. */
  readonly cues?: readonly Cue[];
}

/** Where a layer's asset is kept. */
export const resourceTypeOf = (media: AssetLayer["media"]): "video" | "raw" =>
  media === "subtitles" || media === "lut" ? "raw" : "video";

/** A refusal of something that is asked of a layer. */
export const refused = (parameter: string, message: string): Problem =>
  new Problem("unsupported-parameter", message, { parameter });

/** The asset of a layer; throws `unsupported-parameter`, and `invalid-value` where there is none. */
export function knownLayer({ layer, under }: LayerStep, known: readonly KnownLayer[] = []): KnownLayer {
  const key = under ? "u" : "l";
  if (layer.kind !== "asset") throw refused(key, "Only what was uploaded, and text, is laid over a video.");
  if (layer.deliveryType !== undefined)
    throw refused(key, "Layers are assets of delivery type upload: who may see a video sees what is laid over it.");
  const { media, publicId, version } = layer as AssetLayer;
  const found = known.find(
    (each) =>
      each.publicId === publicId &&
      (each.resourceType ?? "video") === resourceTypeOf(media) &&
      (version === undefined || each.source.version === version),
  );
  if (!found)
    throw new Problem("invalid-value", `There is no asset "${publicId.slice(0, 120)}" to lay over the video.`, {
      parameter: key,
    });
  return found;
}

export const layerSource = (step: LayerStep, known?: readonly KnownLayer[]): Source => knownLayer(step, known).source;
