/** What the queue of appraisals holds. */

import type { AssetName } from "#transformation";

/** A version of a source whose rates are to be decided. */
export interface AppraisalOrder {
  readonly name: AssetName;
  readonly version: string;
}

export function appraisalOrder(name: AssetName, version: string): AppraisalOrder {
  const { cloud, deliveryType, publicId, resourceType } = name;
  return { name: { cloud, deliveryType, publicId, ...(resourceType && { resourceType }) }, version };
}
