/** Reads a multipart form of any size as it comes in: fields into memory, the file into a sink, never ahead of it. */

import { decodeField, type MultipartError, make, type PartInfo } from "multipasta";
import { Problem } from "#transformation";

/** Takes the file's bytes in order; each call is awaited before more is read from the client. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>;
}

export interface UploadForm {
  readonly fields: ReadonlyMap<string, string>;
  /** The name that the client gave the file; absent where there was none. */
  readonly filename?: string;
}

const MAX_FIELD_BYTES = 1 << 20;
const MAX_PARTS = 500;

/** @throws Problem `invalid-upload` for whatever is no such form, or holds no file or more than one */
export async function readUploadForm(request: Request, sink: FileSink): Promise<UploadForm> {
  const fields = new Map<string, string>();
  const pending: Uint8Array[] = [];
  let filename: string | undefined;
  let fault: Problem | undefined;
  let done = false;

  const parser = make({
    headers: Object.fromEntries(request.headers),
    maxFieldSize: MAX_FIELD_BYTES,
    maxParts: MAX_PARTS,
    isFile: (info) => info.name === "file" && info.filename !== undefined,
    onField: (info, value) => addField(fields, info, value),
    onFile: (info) => {
      if (filename !== undefined)
        fault ??= new Problem("invalid-upload", "The form holds more than one file.", { parameter: "file" });
      filename = info.filename ?? "file";
      return (chunk) => {
        if (chunk) pending.push(chunk);
      };
    },
    onError: (error) => {
      fault ??= formFault(error);
    },
    onDone: () => {
      done = true;
    },
  });

  if (!request.body) throw new Problem("invalid-upload", "The request has no body.");
  // What is left after a refusal is read by `drain`: a cancelled body would break the connection before the answer.
  for await (const chunk of request.body.values({ preventCancel: true }) as AsyncIterable<Uint8Array>) {
    parser.write(chunk);
    if (fault) throw fault;
    for (const bytes of pending.splice(0)) await sink.write(bytes);
  }
  parser.end();
  if (fault) throw fault;
  if (!done) throw new Problem("invalid-upload", "The form ends in the middle.");
  return { fields, ...(filename !== undefined && { filename }) };
}

/** Beyond this a refused client finds its connection closed. */
const MAX_DRAINED_BYTES = 512 * 2 ** 20;

/** Reads what a client is still sending, so that it comes to read why it was refused: most listen only when they have sent all. */
export async function drain(request: Request): Promise<void> {
  if (!request.body || (request.bodyUsed && request.body.locked)) return;
  let bytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_DRAINED_BYTES) return;
  }
}

/** `tags[]` given several times is one list, as Cloudinary's SDKs send and sign it. */
function addField(fields: Map<string, string>, info: PartInfo, value: Uint8Array): void {
  const name = info.name.replace(/\[\d*\]$/, "");
  const text = decodeField(info, value);
  const known = fields.get(name);
  fields.set(name, known !== undefined && name !== info.name ? `${known},${text}` : text);
}

function formFault(error: MultipartError): Problem {
  if (error._tag === "ReachedLimit") return new Problem("invalid-upload", `The form is too large (${error.limit}).`);
  return new Problem("invalid-upload", "The request is no multipart form.");
}
