import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll } from "vitest";
import { describeByteRangesContract } from "./testing/byte-ranges.contract.ts";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { bytesFor, type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let behind: EdgeUnderTest;
let origin: FakeOrigin;
let film: string;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  film = await newFilm(100_000);
  await (await sdkFor(edge.base)).upload(film, { public_id: "film" });
  behind = await startEdge({ ORIGIN_URL: origin.url, CACHE_LAYOUT: "workers-cache" });
  await (await sdkFor(behind.base)).upload(film, { public_id: "film" });
});

afterAll(async () => {
  await edge?.stop();
  await behind?.stop();
  await origin?.stop();
});

/** The address of a segment that no other test asks for. */
async function segment(number: number): Promise<string> {
  const playlist = await (await edge.get("/demo/video/upload/sp_auto/film.m3u8")).text();
  return (/^\/.*540p-h264/m.exec(playlist)?.[0] ?? "").concat(`/${number}.m4s`);
}

const segmentBytes = (path: string): Buffer => bytesFor({ kind: "segment", key: path } as never);

describeByteRangesContract("a segment in this data centre's cache", async () => {
  const path = await segment(0);
  await (await edge.get(path)).arrayBuffer();
  return { bytes: segmentBytes(path), get: (init) => edge.get(path, init) };
});

describeByteRangesContract("a segment that this data centre has lost", async () => {
  const path = await segment(1);
  await (await edge.get(path)).arrayBuffer();
  const caches = await edge.miniflare.getCaches();
  return {
    bytes: segmentBytes(path),
    async get(init) {
      await caches.default.delete(new URL(path, edge.base).href);
      return edge.get(path, init);
    },
  };
});

describeByteRangesContract("a segment behind Workers Cache", async () => {
  const path = await segment(2);
  await (await behind.get(path)).arrayBuffer();
  return { bytes: segmentBytes(path), get: (init) => behind.get(path, init) };
});

describeByteRangesContract("a clip too large to be kept in memory", async () => {
  const bytes = Buffer.alloc(25 * 2 ** 20);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(at, at);
  const digest = createHash("sha256").update(bytes).digest("base64");
  origin.answer = (_, response) =>
    response
      .writeHead(200, {
        "content-type": "video/mp4",
        "content-length": bytes.length,
        "repr-digest": `sha-256=:${digest}:`,
      })
      .end(bytes);
  const path = "/demo/video/upload/so_5,du_10/film.mp4";
  await (await edge.get(path)).arrayBuffer();
  origin.answer = undefined;
  return { bytes, get: (init) => edge.get(path, init) };
});

describeByteRangesContract("the uploaded file itself", async () => ({
  bytes: await readFile(film),
  get: (init) => edge.get("/demo/video/upload/film.mp4", init),
}));
