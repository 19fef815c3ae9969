/** Cloudinary's own SDK, pointed at an edge under test. */

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UploadApiOptions, UploadApiResponse } from "cloudinary";
import { API_KEY, API_SECRET, CLOUD } from "./edge-under-test.ts";

export async function sdkFor(base: string) {
  // As a user configures it: while it loads, the SDK takes http or https from this variable, once.
  process.env["CLOUDINARY_URL"] = `cloudinary://${API_KEY}:${API_SECRET}@${CLOUD}?upload_prefix=${base}`;
  const { v2: cloudinary } = await import("cloudinary");
  cloudinary.config({ analytics: false, upload_prefix: base });
  return {
    cloudinary,
    upload: (path: string, options: UploadApiOptions = {}): Promise<UploadApiResponse> =>
      cloudinary.uploader.upload(path, { resource_type: "video", ...options }),
    uploadLarge: (path: string, options: UploadApiOptions = {}): Promise<UploadApiResponse> =>
      new Promise((resolve, reject) => {
        cloudinary.uploader.upload_large(path, { resource_type: "video", ...options }, (error, result) =>
          error || !result ? reject(error) : resolve(result as UploadApiResponse),
        );
      }),
    /** The path of a delivery URL as the SDK writes it. */
    path: (publicId: string, options: Record<string, unknown> = {}): string => {
      const url = new URL(cloudinary.url(publicId, { resource_type: "video", secure: true, ...options }));
      return url.pathname + url.search;
    },
  };
}

/** A file of some bytes, different for every seed. */
export async function fileOf(path: string, bytes: number, seed = 1): Promise<string> {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  await writeFile(path, content);
  return path;
}

/** `film.mp4` of some bytes, in a folder of its own. */
export const newFilm = async (bytes: number): Promise<string> =>
  fileOf(join(await mkdtemp(join(tmpdir(), "edgereel-")), "film.mp4"), bytes);
