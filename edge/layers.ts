/** Finds the assets that a transformation lays over a video: public ones of the same cloud, each in the version that is named. */

import type { StoredSource } from "#catalog";
import { type Cue, type JobSource, type Kept, resourceTypeOf } from "#media";
import { type AssetName, namedAssets, Problem, type Transformation } from "#transformation";
import { readCues } from "./raw-files.ts";
import type { EdgeServices } from "./services.ts";
import { signedSource } from "./source-url.ts";

/** An asset that stands as a layer in a transformation. */
export interface StoredLayer extends StoredSource {
  readonly publicId: string;
  readonly resourceType: "video" | "raw";
  /** Of subtitles: what they say. */
  readonly cues?: readonly Cue[];
}

/** Each is a file to open and a chain of filters. */
const MAX_LAYERS = 8;

/** @throws Problem `invalid-value` for too many, `not-found` for a version that is gone; assets that are not there are left out, and refused where they are laid */
export async function layersOf(
  { cloud, transformation }: AssetName & { readonly transformation: Transformation },
  { assets, sources }: EdgeServices,
): Promise<readonly StoredLayer[]> {
  const named = namedAssets(transformation).filter(({ deliveryType }) => deliveryType === undefined);
  if (named.length > MAX_LAYERS)
    throw new Problem("invalid-value", `A transformation may lay ${MAX_LAYERS} assets over a video.`, {
      parameter: "l",
      expected: `at most ${MAX_LAYERS} layers`,
    });
  const found = await Promise.all(
    named.map(async ({ media, publicId, version }) => {
      const resourceType = resourceTypeOf(media);
      const name: AssetName = { cloud, deliveryType: "upload", publicId, resourceType };
      const stored =
        version === undefined
          ? await assets.find(name).catch(absent)
          : ((await assets.findVersion(name, version)) ?? replaced(publicId));
      if (!stored) return undefined;
      const { source, objectKey, etag } = stored;
      const cues = media === "subtitles" ? await readCues(sources, objectKey) : undefined;
      return { source, objectKey, etag, publicId, resourceType, ...(cues && { cues }) };
    }),
  );
  return found.filter((layer) => layer !== undefined);
}

/** As of the film itself: players that hold an old playlist load it again. */
function replaced(publicId: string): never {
  throw new Problem(
    "not-found",
    `This version of the layer "${publicId.slice(0, 120)}" is not served any more; load the playlist again.`,
  );
}

function absent(error: unknown): undefined {
  if (error instanceof Problem && error.code === "not-found") return undefined;
  throw error;
}

/** What a plan may know of them. */
export const knownLayers = (layers: readonly StoredLayer[]): Required<Pick<Kept, "layers">> => ({
  layers: layers.map(({ objectKey: _, etag: __, ...known }) => known),
});

/** What the origin may read of them; one and the same file once, and no subtitles: jobs hold what is drawn of them. */
export async function layerSources(
  layers: readonly StoredLayer[],
  { signSource }: EdgeServices,
): Promise<{ readonly layers?: readonly JobSource[] }> {
  const versions = new Map(layers.filter(({ cues }) => !cues).map((layer) => [layer.source.version, layer]));
  if (versions.size === 0) return {};
  return { layers: await Promise.all([...versions.values()].map((layer) => signedSource(layer, signSource))) };
}
