/** Takes a remote file as an upload that nobody sent. */

import { type AssetName, Problem } from "#transformation";
import { fetchRemote } from "../remote/fetch-remote.ts";
import type { EdgeServices } from "../services.ts";
import type { FileSink, UploadForm } from "./form.ts";
import { ObjectWriter } from "./object-writer.ts";
import { finishUpload, newObjectKey } from "./upload.ts";

/** The remote file that an upload's form names instead of holding one; answers the file's name. */
export async function fetchedFile({ fields }: UploadForm, sink: FileSink, { config }: EdgeServices): Promise<string> {
  const file = fields.get("file");
  if (file === undefined) throw new Problem("invalid-upload", "The form holds no file.", { parameter: "file" });
  if (!/^https?:\/\//i.test(file))
    throw new Problem("invalid-upload", "file must be the file itself, or an http(s) URL of it.", {
      parameter: "file",
    });
  return fetchRemote(file, config.remote, sink);
}

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
