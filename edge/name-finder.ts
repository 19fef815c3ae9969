/** Finds what is kept under names, asking the database every few seconds at most, and only for chains that hold a name. */

import type { Catalog, FoundAsset, Names } from "#catalog";
import { type Kept, NOTHING_KEPT } from "#media";
import { isBuiltInProfile, parseTransformation, type Transformation, walkSteps } from "#transformation";

/** How long a data centre may go on with what it knows after a name was changed elsewhere. */
const REMEMBERED_SECONDS = 5;

const NO_NAMES: Names = { transformations: [], profiles: [] };

export interface NameFinder {
  /** The names of a cloud, where a chain holds any; none otherwise. */
  namesFor(cloud: string, transformation: Transformation): Promise<Names>;
  forget(cloud: string): Promise<void>;
}

/** Whether a chain speaks of what only the catalog knows. */
const holdsName = (transformation: Transformation): boolean =>
  walkSteps(transformation).some(
    (step) =>
      step.kind === "named" ||
      (step.kind === "edit" &&
        step.component.streamingProfile !== undefined &&
        !isBuiltInProfile(step.component.streamingProfile.name)),
  );

export function nameFinder(catalog: Catalog, cache: Cache, waitUntil: (work: Promise<unknown>) => void): NameFinder {
  const addressOf = (cloud: string) => `http://names.edgereel.internal/${cloud}`;
  return {
    async namesFor(cloud, transformation) {
      if (!holdsName(transformation)) return NO_NAMES;
      const remembered = await cache.match(addressOf(cloud));
      if (remembered) return remembered.json<Names>();
      const names = await catalog.names.all(cloud);
      const headers = { "cache-control": `public, max-age=${REMEMBERED_SECONDS}`, "content-type": "application/json" };
      waitUntil(cache.put(addressOf(cloud), new Response(JSON.stringify(names), { headers })));
      return names;
    },
    async forget(cloud) {
      await cache.delete(addressOf(cloud));
    },
  };
}

/** What is kept beside an asset and under names, for the chains that ask for it. */
export const keptBeside = ({ tags, context }: FoundAsset, { transformations, profiles }: Names): Kept => ({
  ...NOTHING_KEPT,
  tags,
  context,
  transformations: Object.fromEntries(
    transformations.map(({ name, definition }) => [name, parseTransformation(definition)]),
  ),
  profiles: Object.fromEntries(
    profiles.map(({ name, representations }) => [name, representations.map((text) => parseTransformation(text))]),
  ),
});
