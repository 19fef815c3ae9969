/** A service that encrypts what is authenticated, with a film in it: how it encrypts is set when it starts. */

import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { uploadFile } from "../scripts/upload-file.ts";
import { makeFilm } from "./films.ts";
import { startServiceIn } from "./service.ts";

export const SEALED_FRAMES = 150;

export interface SealedService {
  readonly base: string;
  /** The film as a stream that is encrypted, opened by a signature. */
  sealed(format: string): Promise<string>;
  /** The same film in clear. */
  open(codec: string): string;
  stop(): Promise<void>;
}

export async function startSealedService(encryption: string): Promise<SealedService> {
  const { folder } = inject("service");
  const own = await mkdtemp(join(folder, `${encryption}-`));
  const { service, settings } = await startServiceIn(own, { ENCRYPTION: encryption });
  const film = await makeFilm(folder, { name: "sealed.mov", seconds: SEALED_FRAMES / 30, size: "256x144" });
  const account = { cloud: settings.CLOUD_NAME, apiKey: settings.API_KEY, apiSecret: settings.API_SECRET };
  const to = { base: service.base, ...account };
  await uploadFile(to, film.path, { public_id: "film" });
  await uploadFile(to, film.path, { public_id: "film", type: "authenticated" });
  const { v2: cloudinary } = await import("cloudinary");
  return {
    base: service.base,
    async sealed(format) {
      const signed = cloudinary.url("film", {
        ...{ cloud_name: settings.CLOUD_NAME, api_secret: settings.API_SECRET, resource_type: "video" },
        ...{ type: "authenticated", sign_url: true, streaming_profile: "auto", format },
      });
      return `${service.base}${new URL(signed).pathname}?caps=h264`;
    },
    open: (codec) => `${service.base}/${settings.CLOUD_NAME}/video/upload/sp_auto/film.m3u8?caps=${codec}`,
    stop: () => service.stop(),
  };
}
