/** What a token's claims leave of a delivery: held against everything before it is made, offered or handed out. */

import type { TimeWindow } from "#media";
import { Problem } from "#transformation";
import { CLAIM_NAMES, CLAIMS, type ClaimName, type Deliverable, type ReadClaims, refusingClaim } from "./claims.ts";

export interface Bounds {
  allows(deliverable: Deliverable): boolean;
  /** @throws Problem `forbidden`, which names the claim */
  check(deliverable: Deliverable): void;
  readonly window: TimeWindow | undefined;
  /** The bounds in one spelling, for passes to be made out to; undefined where nothing is bounded. */
  readonly spelled: string | undefined;
}

export const UNBOUNDED: Bounds = { allows: () => true, check: () => {}, window: undefined, spelled: undefined };

/** A claim may be named: who holds the token can read it. */
export const notOpenedBy = (claim: ClaimName): Problem =>
  new Problem("forbidden", `The playback token does not open this: see its claim ${claim}.`, { parameter: claim });

export function boundsOf(claims: ReadClaims): Bounds {
  const bounding = CLAIM_NAMES.filter((name) => CLAIMS[name].holds === "delivery" && claims[name] !== undefined);
  if (bounding.length === 0) return UNBOUNDED;
  return {
    allows: (deliverable) => refusingClaim(claims, "delivery", deliverable) === undefined,
    check(deliverable) {
      const claim = refusingClaim(claims, "delivery", deliverable);
      if (claim !== undefined) throw notOpenedBy(claim);
    },
    window: claims.window,
    spelled: JSON.stringify(bounding.map((name) => [name, claims[name]])),
  };
}
