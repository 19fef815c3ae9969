/** How much of a stream is there, for the time in which nothing can be made (docs/decisions/degrading.md). */

import { type DeliveryPlan, type OriginBuild, segmentCountOf, unappraised, videoOf } from "#media";
import type { AssetName } from "#transformation";
import { madeProducts } from "./made-products.ts";
import type { Remembered } from "./remembered.ts";
import { pictureFolder } from "./rendition-folder.ts";

/** By folder, the share of a rendition's segments that are there, from 0 to 1. */
export type MadeShares = Readonly<Record<string, number>>;

/** How long a data centre goes on with what it has listed. */
export const SHARES_FRESH_SECONDS = 30;

/** @returns nothing where the store cannot be listed: then all is offered */
export async function sharesMade(
  name: AssetName,
  plan: DeliveryPlan,
  build: OriginBuild,
  { madeBucket, shares }: { readonly madeBucket: R2Bucket; readonly shares: Remembered<MadeShares> },
): Promise<MadeShares> {
  const video = [...new Set([plan, unappraised(plan)])].flatMap(videoOf);
  const [first] = video;
  if (!first) return {};
  const list = async (): Promise<MadeShares> => {
    const made = await madeProducts(madeBucket, plan.source.version, build.recipe);
    const found: Record<string, number> = {};
    for (const { rendition, plan: own } of video) {
      const [folder, segments] = [pictureFolder(name, own, build, rendition.id), segmentCountOf(own, rendition)];
      found[folder] = (await made.segmentsIn(folder, segments)).length / Math.max(1, segments);
    }
    return found;
  };
  // Streams that begin with the same rendition and differ in others are few, and hold for half a minute.
  const key = `${pictureFolder(name, first.plan, build, first.rendition.id)}/${video.length}`.slice(1);
  return (await shares.recall(key, list).catch(() => undefined)) ?? {};
}

/** The plan by which more of a film is there: what was watched before its source was appraised lies under other names. */
export function fullerPlan(name: AssetName, plan: DeliveryPlan, build: OriginBuild, shares: MadeShares): DeliveryPlan {
  const thereOf = (one: DeliveryPlan): number =>
    videoOf(one).reduce(
      (sum, { rendition, plan: own }) => sum + (shares[pictureFolder(name, own, build, rendition.id)] ?? 0),
      0,
    );
  const before = unappraised(plan);
  return thereOf(before) > thereOf(plan) ? before : plan;
}
