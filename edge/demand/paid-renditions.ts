/**
 * Which of the renditions that are too slow to be made while they are watched are there in full, and so are offered: an
 * object beside the products of a version says so.
 */

import { type DeliveryPlan, keptUp, ladderRenditions, type OriginBuild, type VideoRendition } from "#media";
import type { AssetName } from "#transformation";
import type { Remembered } from "../remembered.ts";
import { pictureFolder } from "../rendition-folder.ts";

export interface PaidRenditions {
  /** The folders of a version's renditions that are there in full. */
  foldersOf(version: string, recipe: string): Promise<readonly string[]>;
  /** Changes what `foldersOf` answers, a minute later at most. */
  note(version: string, recipe: string, folders: readonly string[]): Promise<void>;
}

/** How long a data centre goes on with what it knows. */
export const PAID_FRESH_SECONDS = 60;

/** Deleted with the products that it speaks of. */
const keyOf = (version: string, recipe: string): string => `${version}/${recipe}/paid`;

export const paidRenditions = (bucket: R2Bucket, known: Remembered<readonly string[]>): PaidRenditions => ({
  foldersOf: async (version, recipe) => {
    const read = async (): Promise<readonly string[]> =>
      (await (await bucket.get(keyOf(version, recipe)))?.json<readonly string[]>()) ?? [];
    // What cannot be read is not offered; the rest plays.
    return (await known.recall(keyOf(version, recipe), read).catch(() => undefined)) ?? [];
  },
  note: async (version, recipe, folders) => {
    await bucket.put(keyOf(version, recipe), JSON.stringify(folders));
    await known.forget(keyOf(version, recipe));
  },
});

const NOTHING = (): boolean => false;

/** Tells which renditions of a plan are paid for; reads nothing for a plan of which nothing is withheld. */
export async function paidFor(
  name: AssetName,
  plan: DeliveryPlan,
  build: OriginBuild,
  { paid }: { readonly paid: PaidRenditions },
): Promise<(rendition: VideoRendition) => boolean> {
  if (plan.keys.picture.length > 0) return NOTHING;
  const ladder = ladderRenditions(plan);
  if (keptUp(plan, ladder, build).length === ladder.length) return NOTHING;
  const folders = await paid.foldersOf(plan.source.version, build.recipe);
  return ({ id }) => folders.includes(pictureFolder(name, plan, build, id));
}
