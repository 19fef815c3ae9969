/** What a delivery is counted as. */

import type { AssetName, RenditionUrl } from "#transformation";
import type { Tier } from "./responses.ts";

export interface DeliveryFacts {
  readonly cloud: string;
  readonly publicId: string;
  readonly product: "multivariant" | "playlist" | "init" | "segment" | "still" | "clip" | "original";
  readonly rendition: string;
  readonly tier: Tier;
  readonly encodeMilliseconds: number;
}

export const factsOf = (
  { cloud, publicId }: AssetName,
  product: DeliveryFacts["product"],
  rendition: string,
  tier: Tier,
  encodeMilliseconds = 0,
): DeliveryFacts => ({ cloud, publicId, product, rendition, tier, encodeMilliseconds });

export function productOf({ file, rendition }: RenditionUrl): DeliveryFacts["product"] {
  if (file.kind !== "whole") return file.kind === "init" ? "init" : "segment";
  return rendition.startsWith("still-") ? "still" : "clip";
}
