/** Every catalog's contract, on D1 and on what stands in for it in tests. */

import { afterAll, beforeAll } from "vitest";
import { type Catalog, openCatalog } from "./index.ts";
import { describeAccessCatalogContract } from "./testing/access.contract.ts";
import { describeAssetCatalogContract } from "./testing/assets.contract.ts";
import { type DatabaseUnderTest, startDatabase } from "./testing/database.ts";
import { describeDeliveryCatalogContract } from "./testing/deliveries.contract.ts";
import { memoryAccess, memoryOriginBuilds } from "./testing/memory.ts";
import { describeOriginBuildCatalogContract } from "./testing/origin-builds.contract.ts";
import { describePlaybackCatalogContract } from "./testing/playback.contract.ts";
import { describeUploadCatalogContract } from "./testing/uploads.contract.ts";

let database: DatabaseUnderTest;

beforeAll(async () => {
  database = await startDatabase();
});

afterAll(async () => {
  await database?.stop();
});

async function empty(): Promise<Catalog> {
  await database.empty();
  return openCatalog(database.d1);
}

describeAssetCatalogContract("D1", async () => (await empty()).assets);
describeUploadCatalogContract("D1", async () => (await empty()).uploads);
describeOriginBuildCatalogContract("D1", async () => (await empty()).originBuilds);
describeOriginBuildCatalogContract("memory", async () => memoryOriginBuilds());
describeDeliveryCatalogContract("D1", async () => {
  const { counts, demand } = await empty();
  return { counts: counts.deliveries, demand };
});
describePlaybackCatalogContract("D1", async () => (await empty()).counts.playback);
describeAccessCatalogContract("D1", async () => (await empty()).access);
describeAccessCatalogContract("memory", async () => memoryAccess());
