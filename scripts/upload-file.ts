/** Uploads a file to a running service through its public API, in chunks, signed as Cloudinary's SDKs sign. */

import { createHash, randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import { basename } from "node:path";

export interface UploadTarget {
  readonly base: string;
  readonly cloud: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** What the file is called: what it is shows in its bytes, unless it is named a video and is a picture. */
  readonly resource?: "auto" | "video";
}

/** The service's own refusal. */
export class UploadError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

const CHUNK_BYTES = 20_000_000;

/** @returns the service's answer; throws an UploadError with its message and code */
export async function uploadFile(
  target: UploadTarget,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const file = await openAsBlob(path);
  const uploadId = randomUUID();
  for (let start = 0; ; start += CHUNK_BYTES) {
    const end = Math.min(start + CHUNK_BYTES, file.size);
    const range = `bytes ${start}-${end - 1}/${end === file.size ? file.size : -1}`;
    const headers: Record<string, string> =
      file.size > CHUNK_BYTES ? { "content-range": range, "x-unique-upload-id": uploadId } : {};
    const form = signedForm(target, parameters);
    form.append("file", file.slice(start, end), basename(path));
    const response = await fetch(`${target.base}/v1_1/${target.cloud}/${target.resource ?? "auto"}/upload`, {
      method: "POST",
      headers,
      body: form,
    });
    const answer = (await response.json()) as Record<string, unknown> & { error?: { message: string; code: string } };
    if (answer.error) throw new UploadError(answer.error.message, answer.error.code);
    if (end === file.size) return answer;
  }
}

function signedForm({ apiKey, apiSecret }: UploadTarget, parameters: Readonly<Record<string, string>>): FormData {
  const signed: Record<string, string> = { ...parameters, timestamp: String(Math.floor(Date.now() / 1000)) };
  const text = Object.entries(signed)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`.replaceAll("&", "%26"))
    .join("&");
  const form = new FormData();
  for (const [name, value] of Object.entries(signed)) form.append(name, value);
  form.append("api_key", apiKey);
  form.append(
    "signature",
    createHash("sha1")
      .update(text + apiSecret)
      .digest("hex"),
  );
  return form;
}
