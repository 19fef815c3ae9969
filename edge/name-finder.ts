/** Finds what is kept under names, asking the database every few seconds at most, and only for chains that hold a name. */

import type { Catalog, FoundAsset, Names } from "#catalog";
import { type Kept, NOTHING_KEPT } from "#media";
import { isBuiltInProfile, parseTransformation, type Transformation, walkSteps } from "#transformation";
import type { Remembered } from "./remembered.ts";

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

export function nameFinder(catalog: Catalog, names: Remembered<Names>): NameFinder {
  return {
    async namesFor(cloud, transformation) {
      if (!holdsName(transformation)) return NO_NAMES;
      return (await names.recall(cloud, () => catalog.names.all(cloud))) ?? NO_NAMES;
    },
    forget: (cloud) => names.forget(cloud),
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
