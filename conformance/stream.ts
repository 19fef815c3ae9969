/** The client of streams, at the service under test. */

import { join } from "node:path";
import { inject } from "vitest";
import { uploadFile } from "../scripts/upload-file.ts";
import { bytesOf, type JoinedRendition, openRendition, shuffled, writeJoined } from "./hls-client.ts";

export * from "./hls-client.ts";

/** Uploads a file to the service under test. */
export function upload(
  path: string,
  publicId: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { base, settings } = inject("service");
  return uploadFile(
    { base, cloud: settings.CLOUD_NAME, apiKey: settings.API_KEY, apiSecret: settings.API_SECRET },
    path,
    { public_id: publicId, ...parameters },
  );
}

export const address = (path: string): string => new URL(path, inject("service").base).href;

/** Fetches all segments of a rendition in random order and joins them as a player would. */
export async function joinRendition(url: string, name: string): Promise<JoinedRendition> {
  const { init, segments } = await openRendition(url);
  const fetched = new Map<number, Buffer>();
  for (const number of shuffled(segments.map((_, index) => index)))
    fetched.set(number, await bytesOf(segments[number]?.address ?? ""));
  const parts = segments.map((_, number) => fetched.get(number) ?? Buffer.alloc(0));
  return writeJoined(join(inject("service").folder, `${name}.mp4`), await bytesOf(init), parts);
}
