/** Takes a remote file as an upload that nobody sent. */

import type { AssetName } from "#transformation";
import { fetchRemote } from "../remote/fetch-remote.ts";
import type { EdgeServices } from "../services.ts";
import { ObjectWriter } from "./object-writer.ts";
import { finishUpload, newObjectKey } from "./upload.ts";

/**
 * Fetches a file and enters it under a name, unless somebody was faster.
 * @throws Problem as fetching and uploads do; whatever was stored is gone by then
 */
export async function takeRemote(remote: string, name: AssetName, services: EdgeServices): Promise<void> {
  const objectKey = newObjectKey();
  const writer = new ObjectWriter(services.sources, objectKey);
  try {
    const originalFilename = await fetchRemote(remote, services.config.remote, writer);
    const { digest, ...object } = await writer.close();
    const { deliveryType, publicId } = name;
    const parameters = { deliveryType, publicId, overwrite: false, tags: [], context: {}, originalFilename };
    await finishUpload(
      { cloud: name.cloud, resource: "auto" },
      parameters,
      objectKey,
      { ...object, digest: `sha-256:${digest}` },
      services,
    );
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
