/** Starts the origin: reads its configuration, measures the machine once, listens, and ends cleanly. */

import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createOrigin } from "./app.ts";
import { configFrom, withNetwork } from "./config.ts";
import { openNetworkNamespace } from "./ffmpeg/network-namespace.ts";
import { InitSections } from "./init-sections.ts";
import { measuredBuild } from "./measure.ts";
import { findRecipe } from "./recipe.ts";
import { rangeFetcher } from "./sources/fetch-range.ts";
import { SourceCache } from "./sources/source-cache.ts";
import { UnpackedTracks } from "./sources/unpacked-tracks.ts";
import { emptyTemporaryFolders, makeFolder } from "./work-folder.ts";

const log = (what: string, facts: Record<string, unknown>): void =>
  console.error(JSON.stringify({ at: new Date().toISOString(), what, ...facts }));

const network = await openNetworkNamespace().catch((error: Error) => {
  log("only its protocol whitelist keeps ffmpeg from the network", { reason: error.message });
  return undefined;
});
const config = withNetwork(configFrom(process.env), network);
// What reads no source runs as the origin itself.
const trusted = { path: config.ffmpeg.path };
await makeFolder(config.workFolder, "passes", config.ffmpeg);
await emptyTemporaryFolders(config);
const recipe = await findRecipe(trusted);
const build = await measuredBuild(trusted, config.workFolder, recipe);
const sources = await SourceCache.start(
  join(config.workFolder, "sources"),
  config.sourceCacheBytes,
  rangeFetcher(config.sourceUrlPrefixes),
  config.ffmpeg,
);
const tracks = await UnpackedTracks.start(config.ffmpeg, join(config.workFolder, "tracks"));
const origin = createOrigin({ config, sources, tracks, inits: new InitSections(trusted), log }, build);

const server = serve({ fetch: origin.app.fetch, hostname: config.host, port: config.port }, ({ port }) => {
  console.log(
    JSON.stringify({ what: "origin listens", port, ffmpegNetwork: network ? "none" : "whitelist", ...build }),
  );
});

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  origin.stop();
  server.close();
  await sources.stop();
  process.exit(0);
}
process.once("SIGTERM", end);
process.once("SIGINT", end);
