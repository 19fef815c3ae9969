/** Every port's contract, on the adapters that there are: Cache API, R2, Durable Objects and D1 on workerd. */

import { afterAll, beforeAll, describe } from "vitest";
import { openCatalog } from "#catalog";
import { parseRenditionUrl } from "#transformation";
import { describeAssetFinderContract } from "./testing/asset-finder.contract.ts";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { describeEncodesContract } from "./testing/encodes.contract.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { describeProductStoreContract } from "./testing/product-store.contract.ts";
import { remoteEncodes, remotePort, remoteProductStore } from "./testing/remote-ports.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url }, { entry: "edge/testing/ports-worker.ts" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

describeProductStoreContract("Cache API before R2", async () => ({
  here: remoteProductStore(edge.base, "north.example"),
  elsewhere: remoteProductStore(edge.base, "south.example"),
}));

describe("behind Workers Cache", () => {
  let behind: EdgeUnderTest;

  beforeAll(async () => {
    const layout = { ORIGIN_URL: origin.url, CACHE_LAYOUT: "workers-cache" };
    behind = await startEdge(layout, { entry: "edge/testing/ports-worker.ts" });
  });

  afterAll(() => behind?.stop());

  // workerd runs the entrypoint for each request, since no cache stands before it here: whatever a hit would answer with.
  describeProductStoreContract("Workers Cache before R2", async () => ({
    here: remoteProductStore(behind.base, "north.example"),
    elsewhere: remoteProductStore(behind.base, "south.example"),
    nearby: "store",
  }));
});

describeEncodesContract("a Durable Object a source", async () => {
  const store = remoteProductStore(edge.base, "edge.example");
  return {
    encodes: remoteEncodes(edge.base),
    origin,
    find: async (address) =>
      (await store.find(new Request(address), parseRenditionUrl(new URL(address).pathname)))?.response.text(),
  };
});

describeAssetFinderContract("Cache API before D1", async () => ({
  finder: remotePort(edge.base, "assets"),
  catalog: openCatalog((await edge.miniflare.getD1Database("DB")) as unknown as D1Database).assets,
}));
