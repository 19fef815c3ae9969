/** What demand decides about a video: the facts of it gathered, for the hourly round and for `?explain`. */

import {
  DEMAND_DAYS,
  type DeliveryPlan,
  decidePurchases,
  type OriginBuild,
  outlook,
  type Purchase,
  planDelivery,
  type Rendition,
  type WithheldRendition,
  withheldOf,
} from "#media";
import { type AssetName, parseTransformation } from "#transformation";
import { madeProducts } from "../made-products.ts";
import { pictureFolder } from "../rendition-folder.ts";
import type { EdgeServices } from "../services.ts";

export interface Purchases {
  /** Of the video's own picture, with all rungs of the ladder. */
  readonly plan: DeliveryPlan;
  readonly withheld: readonly WithheldRendition[];
  readonly decided: readonly Purchase[];
  /** Numbers of the segments that are there. */
  readonly madeOf: (id: string) => readonly number[];
}

const LADDER = parseTransformation("sp_auto");

/** The minutes that are looked back on. */
export const demandSpan = (now: number): { readonly from: number; readonly to: number } => ({
  from: Math.floor(now / 60) - DEMAND_DAYS * 1440,
  to: Math.floor(now / 60) + 1,
});

const isInH264 = (rendition: Rendition, rung: string): boolean =>
  rendition.kind === "video" && rendition.codec === "h264" && rendition.rung?.name === rung;

/** @returns undefined where nothing of the video is withheld, or more was made of it than is listed */
export async function purchasesFor(
  name: AssetName,
  source: DeliveryPlan["source"],
  build: OriginBuild,
  { catalog, madeBucket, now }: Pick<EdgeServices, "catalog" | "madeBucket" | "now">,
): Promise<Purchases | undefined> {
  const plan = planDelivery(LADDER, source);
  const outlooks = outlook(plan, build);
  if (withheldOf(outlooks, () => 0).length === 0) return undefined;
  const products = await madeProducts(madeBucket, source.version, build.recipe);
  if (!products.complete) return undefined;
  const video = outlooks.filter(({ rendition }) => rendition.kind === "video");
  const made = new Map<string, readonly number[]>();
  for (const { rendition, segments } of video)
    made.set(rendition.id, await products.segmentsIn(pictureFolder(name, plan, build, rendition.id), segments));
  const madeOf = (id: string): readonly number[] => made.get(id) ?? [];
  const demand = await catalog.demand.read({ cloud: name.cloud, publicId: name.publicId, ...demandSpan(now()) });
  // Deliveries are counted for a video, not for what was made of it: a rung that nobody has watched plain is none.
  const plain = demand.filter(({ rung }) =>
    video.some(({ rendition }) => isInH264(rendition, rung) && madeOf(rendition.id).length > 0),
  );
  const withheld = withheldOf(outlooks, ({ rendition }) => madeOf(rendition.id).length);
  return { plan, withheld, madeOf, decided: decidePurchases(withheld, plain) };
}
