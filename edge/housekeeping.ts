/** What is done once an hour: nothing is kept beyond its lifetime. */

import { REPLACED_SECONDS } from "#catalog";
import type { EdgeServices } from "./services.ts";

/** An upload that was not finished by then will not be. */
const UNFINISHED_SECONDS = 24 * 3600;

/** Objects in one run; the next hour takes the rest. */
const AT_ONCE = 100;

export async function keepHouse({ catalog, sources, now }: EdgeServices, products: R2Bucket): Promise<void> {
  const at = Math.floor(now());
  await catalog.counts.deliveries.expire(at);
  await catalog.counts.playback.expire(at);
  await catalog.access.expire(at);
  for (const upload of await catalog.uploads.startedBefore(at - UNFINISHED_SECONDS, AT_ONCE)) {
    if (!(await catalog.uploads.take(upload.cloud, upload.id))) continue;
    await sources
      .resumeMultipartUpload(upload.objectKey, upload.multipartId)
      .abort()
      .catch(() => {});
  }
  for (const { objectKey, version } of await catalog.assets.takeReplaced(at - REPLACED_SECONDS, AT_ONCE)) {
    await sources.delete(objectKey);
    await deleteProducts(products, version);
  }
}

/** Everything that was made of a source; another asset with the same bytes gets its own made again. */
async function deleteProducts(bucket: R2Bucket, version: string): Promise<void> {
  for (;;) {
    const { objects, truncated } = await bucket.list({ prefix: `${version}/`, limit: 1000 });
    if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
    if (!truncated) return;
  }
}
