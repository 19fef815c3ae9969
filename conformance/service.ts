/** The whole service, real in every part, once for all conformance tests: real origin, real ffmpeg, real storage. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort, type LocalService, startLocalService } from "../scripts/local-service.ts";
import { type LocalSettings, localSettings } from "../scripts/local-settings.ts";
import { notingPath } from "./ffmpeg-runs.ts";

export interface ServiceUnderTest {
  readonly base: string;
  readonly originPort: number;
  readonly folder: string;
  readonly settings: LocalSettings;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly service: ServiceUnderTest;
  }
}

/** A service with secrets, storage and caches of its own in an empty folder, and settings that are not the usual ones. */
export async function startServiceIn(
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ service: LocalService; settings: LocalSettings }> {
  // What is appraised plays by another ladder, some time after its upload; tests that want it say so.
  const settings = await localSettings(join(folder, ".dev.vars"), folder, { APPRAISE_UPLOADS: "off", ...environment });
  const service = await startLocalService({
    port: await freePort(),
    settings,
    stateFolder: join(folder, "state"),
    workFolder: folder,
  });
  return { service, settings };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "edgereel-conformance-"));
  // For the service alone: the tests' own ffmpeg runs are no business of the notes.
  const path = process.env["PATH"];
  process.env["PATH"] = await notingPath(folder);
  const { service, settings } = await startServiceIn(folder);
  process.env["PATH"] = path;
  project.provide("service", { base: service.base, originPort: service.originPort, folder, settings });
  return async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
