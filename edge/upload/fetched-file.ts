/** The file of an upload that its form names by an address. */

import { Problem } from "#transformation";
import { fetchRemote } from "../remote/fetch-remote.ts";
import type { EdgeServices } from "../services.ts";
import type { FileSink, UploadForm } from "./form.ts";

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
