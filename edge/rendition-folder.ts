/** The folder that a rendition of a plan lies in: the part of its key that all its segments share. */

import type { DeliveryPlan, OriginBuild } from "#media";
import { type AssetName, formatRenditionFolder, type Transformation } from "#transformation";

const folderOf = (
  { cloud, deliveryType, publicId }: AssetName,
  { source }: DeliveryPlan,
  { recipe }: OriginBuild,
  { id, transformation }: { readonly id: string; readonly transformation: Transformation },
): string =>
  formatRenditionFolder({
    cloud,
    deliveryType,
    publicId,
    transformation,
    sourceVersion: source.version,
    recipe,
    rendition: id,
  });

/** @param plan the rendition's own: of a rung that was asked for by itself, the rung's */
export const pictureFolder = (name: AssetName, plan: DeliveryPlan, build: OriginBuild, id: string): string =>
  folderOf(name, plan, build, { id, transformation: plan.keys.picture });

export const soundFolder = (name: AssetName, plan: DeliveryPlan, build: OriginBuild, id: string): string =>
  folderOf(name, plan, build, { id, transformation: plan.keys.sound });
