/** What has been made of a version of some bytes, by a listing of R2. */

import { productKey } from "./product-bucket.ts";

/** What R2 holds of a version of some bytes. */
export interface MadeProducts {
  /** Whether everything was listed; beyond the bound more may be there than is said. */
  readonly complete: boolean;
  /** Numbers of the segments in a rendition's folder that are there. */
  segmentsIn(folder: string, segments: number): Promise<readonly number[]>;
}

/** Listings, a thousand objects each, and segments that are looked up: bounds of a question, not of what is kept. */
const MAX_LISTINGS = 10;
const MAX_SEGMENTS = 3000;

/** Lists what has been made of a version. */
export async function madeProducts(bucket: R2Bucket, sourceVersion: string, recipe: string): Promise<MadeProducts> {
  const keys = new Set<string>();
  let cursor: string | undefined;
  for (let listing = 0; listing < MAX_LISTINGS; listing++) {
    const page = await bucket.list({ prefix: `${sourceVersion}/${recipe}/`, ...(cursor !== undefined && { cursor }) });
    for (const { key } of page.objects) keys.add(key);
    cursor = page.truncated ? page.cursor : undefined;
    if (cursor === undefined) break;
  }
  return {
    complete: cursor === undefined,
    async segmentsIn(folder, segments) {
      const numbers = Array.from({ length: Math.min(segments, MAX_SEGMENTS) }, (_, number) => number);
      if (keys.size === 0) return [];
      const known = await Promise.all(
        numbers.map(async (number) => keys.has(await productKey(`${folder}/${number}.m4s`, { sourceVersion, recipe }))),
      );
      return numbers.filter((number) => known[number]);
    },
  };
}
