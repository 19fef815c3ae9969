/** What becomes of a delivery: an answer, and what it is counted as. */

import type { AssetName, RenditionUrl } from "#transformation";

/** Where an answer came from, as `Server-Timing` and `Cache-Status` tell it and as deliveries are counted. */
export type Tier = "edge" | "store" | "joined" | "encoded" | "copied" | "computed" | "none";

/** What a delivery is counted as. */
export interface DeliveryFacts {
  readonly cloud: string;
  readonly publicId: string;
  readonly product:
    | "multivariant"
    | "playlist"
    | "init"
    | "key"
    | "segment"
    | "still"
    | "clip"
    | "original"
    | "information";
  readonly rendition: string;
  readonly tier: Tier;
  readonly encodeMilliseconds: number;
}

export interface Delivered {
  readonly response: Response;
  readonly facts: DeliveryFacts;
}

export const factsOf = (
  { cloud, publicId }: AssetName,
  product: DeliveryFacts["product"],
  rendition: string,
  tier: Tier,
  encodeMilliseconds = 0,
): DeliveryFacts => ({ cloud, publicId, product, rendition, tier, encodeMilliseconds });

export function productOf({ file, rendition }: RenditionUrl): DeliveryFacts["product"] {
  if (file.kind === "sheet") return "still";
  if (file.kind !== "whole") return file.kind === "init" ? "init" : "segment";
  return rendition.startsWith("still-") ? "still" : "clip";
}
