/** All that an origin works with, over sources of the test's own. */

import { join } from "node:path";
import { configFrom, withNetwork } from "../config.ts";
import type { TaskControl } from "../encode-queue.ts";
import { openNetworkNamespace } from "../ffmpeg/network-namespace.ts";
import { InitSections } from "../init-sections.ts";
import type { Services } from "../services.ts";
import type { FetchRange } from "../sources/fetch-range.ts";
import { SourceCache } from "../sources/source-cache.ts";
import { UnpackedTracks } from "../sources/unpacked-tracks.ts";
import { makeFolder } from "../work-folder.ts";

export const SOURCE_PREFIX = "http://store.example/sources/";

/** Somebody waits for it. */
export const WATCHED: TaskControl = { signal: new AbortController().signal, onStart: () => {} };

export interface ServicesUnderTest {
  /** Settings of the origin beyond the usual ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of sources that nobody reads. */
  readonly keptBytes?: number;
}

/** Where the system allows it, every test of the origin has ffmpeg cut off. */
const network = await openNetworkNamespace().catch(() => undefined);

export async function servicesOver(
  folder: string,
  fetchRange: FetchRange,
  { environment = {}, keptBytes = 2 ** 40 }: ServicesUnderTest = {},
): Promise<Services> {
  const settings = {
    ...environment,
    ORIGIN_SECRET: "a-secret-of-thirty-two-characters",
    SOURCE_URL_PREFIXES: SOURCE_PREFIX,
    ORIGIN_WORK_FOLDER: folder,
  };
  const config = withNetwork(configFrom(settings), network);
  await makeFolder(folder, "passes", config.ffmpeg);
  return {
    config,
    sources: await SourceCache.start(join(folder, "sources"), keptBytes, fetchRange, config.ffmpeg),
    tracks: await UnpackedTracks.start(config.ffmpeg, join(folder, "tracks")),
    inits: new InitSections(config.ffmpeg),
    log: () => {},
  };
}
