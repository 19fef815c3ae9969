/** The whole product, as `npm start` starts it, on loan to benchmarks. */

import { join } from "node:path";
import { freePort, type LocalService, startLocalService } from "../scripts/local-service.ts";
import { type LocalSettings, localSettings } from "../scripts/local-settings.ts";
import { uploadFile } from "../scripts/upload-file.ts";

export interface Product {
  readonly service: LocalService;
  /** Uploads a file; the answer is the upload API's. */
  upload(path: string, publicId: string): Promise<Record<string, unknown>>;
  /** The multivariant playlist of an asset, offering every codec that the origin keeps up with. */
  multivariant(publicId: string): string;
  /** Answers when the origin encodes nothing and nothing waits: look-ahead of one request must not slow the next. */
  idle(): Promise<void>;
}

const IDLE_POLL_MILLISECONDS = 50;

export async function startProduct(folder: string): Promise<Product> {
  // Nothing of the environment's: figures must not depend on it, nor on what is appraised beside them.
  const settings: LocalSettings = await localSettings(join(folder, ".dev.vars"), folder, { APPRAISE_UPLOADS: "off" });
  const service = await startLocalService({
    port: await freePort(),
    settings,
    stateFolder: join(folder, "state"),
    workFolder: folder,
  });
  const target = {
    base: service.base,
    cloud: settings.CLOUD_NAME,
    apiKey: settings.API_KEY,
    apiSecret: settings.API_SECRET,
  };
  return {
    service,
    upload: (path, publicId) => uploadFile(target, path, { public_id: publicId }),
    multivariant: (publicId) =>
      `${service.base}/${settings.CLOUD_NAME}/video/upload/sp_auto/${publicId}.m3u8?caps=h264,hevc,av1`,
    async idle() {
      for (;;) {
        const health = await fetch(`http://127.0.0.1:${service.originPort}/health`);
        const { running, waiting } = (await health.json()) as { running: number; waiting: number };
        if (running + waiting === 0) return;
        await new Promise((resolve) => setTimeout(resolve, IDLE_POLL_MILLISECONDS));
      }
    },
  };
}

/** What `Server-Timing` says of an answer: where it came from, and costs in seconds. */
export function timingOf(response: Response): { tier: string; encodeSeconds: number; queueSeconds: number } {
  const timing = response.headers.get("server-timing") ?? "";
  const seconds = (name: string): number => Number(new RegExp(`\\b${name};dur=([\\d.]+)`).exec(timing)?.[1]) / 1000;
  return {
    tier: /cache;desc=(\w+)/.exec(timing)?.[1] ?? "",
    encodeSeconds: seconds("encode"),
    queueSeconds: seconds("queue"),
  };
}
