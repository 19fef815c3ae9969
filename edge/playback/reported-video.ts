/** Which video a report is of: rows are counted by names of videos that there are, whatever players say. */

import { type AssetName, DELIVERY_TYPES, isRenditionPath, Problem, parseRenditionUrl } from "#transformation";
import { deliveryUrlOf } from "../remote/remote-assets.ts";
import type { EdgeServices } from "../services.ts";

/** What an address names, with or without its host: a stream, or a part of one. */
export async function namesAt(address: string | undefined): Promise<readonly AssetName[]> {
  try {
    if (!address) return [];
    const { pathname } = new URL(address, "http://edgereel.internal");
    return [isRenditionPath(pathname) ? parseRenditionUrl(pathname) : await deliveryUrlOf(pathname)];
  } catch {
    return [];
  }
}

/** What a content id names, where it is a public id of any type. */
export const namesOf = (cid: string | undefined, cloud: string): readonly AssetName[] =>
  cid === undefined ? [] : DELIVERY_TYPES.map((deliveryType) => ({ cloud, deliveryType, publicId: cid }));

/** The public id of the first of them that this cloud has; empty where it has none. */
export async function firstKnown(names: readonly AssetName[], services: EdgeServices): Promise<string> {
  for (const { cloud, deliveryType, publicId } of names) {
    const isOurs = cloud === services.config.cloud;
    if (isOurs && (await isVideo({ cloud, deliveryType, publicId }, services))) return publicId;
  }
  return "";
}

async function isVideo(name: AssetName, { assets }: EdgeServices): Promise<boolean> {
  try {
    await assets.find(name);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
