/** What every catalog of chunked uploads must do. */

import { beforeEach, describe, expect, it } from "vitest";
import type { ChunkedUpload, UploadCatalog, UploadChunk } from "../index.ts";

const uploadOf = (facts: Partial<ChunkedUpload> = {}): ChunkedUpload => ({
  cloud: "demo",
  id: "upload-1",
  objectKey: "sources/1",
  multipartId: "multipart-1",
  chunkBytes: 6_000_000,
  totalBytes: null,
  startedAt: 100,
  ...facts,
});

const chunkOf = (part: number, facts: Partial<UploadChunk> = {}): UploadChunk => ({
  cloud: "demo",
  uploadId: "upload-1",
  part,
  etag: `etag-${part}`,
  bytes: 6_000_000,
  digest: `digest-${part}`,
  ...facts,
});

/** @param empty a catalog that holds nothing */
export function describeUploadCatalogContract(adapter: string, empty: () => Promise<UploadCatalog>): void {
  describe(`a catalog of chunked uploads (${adapter})`, () => {
    let catalog: UploadCatalog;
    beforeEach(async () => {
      catalog = await empty();
    });

    it("knows nothing of an upload that nobody has begun", async () => {
      expect(await catalog.find("demo", "upload-1")).toBeUndefined();
      expect(await catalog.chunks("demo", "upload-1")).toEqual([]);
      expect(await catalog.take("demo", "upload-1")).toBe(false);
    });

    it("enters an upload under its id, unless there is one", async () => {
      expect(await catalog.enter(uploadOf())).toEqual(uploadOf());
      expect(await catalog.enter(uploadOf({ multipartId: "multipart-2" }))).toEqual(uploadOf());
      expect(await catalog.find("demo", "upload-1")).toEqual(uploadOf());
    });

    it("tells all who begin the same upload at once of the same one", async () => {
      const entered = await Promise.all(
        Array.from({ length: 10 }, (_, index) => catalog.enter(uploadOf({ multipartId: `multipart-${index}` }))),
      );
      expect(new Set(entered.map(({ multipartId }) => multipartId)).size).toBe(1);
      expect(await catalog.find("demo", "upload-1")).toEqual(entered[0]);
    });

    it("gathers chunks in their order, whatever order they come in", async () => {
      await catalog.enter(uploadOf());
      for (const part of [3, 11, 1, 2]) await catalog.noteChunk(chunkOf(part), null);
      expect(await catalog.chunks("demo", "upload-1")).toEqual([1, 2, 3, 11].map((part) => chunkOf(part)));
    });

    it("takes a chunk that is sent again for the one before", async () => {
      await catalog.enter(uploadOf());
      await catalog.noteChunk(chunkOf(1), null);
      await catalog.noteChunk(chunkOf(1, { etag: "again", digest: "again", bytes: 17 }), null);
      expect(await catalog.chunks("demo", "upload-1")).toEqual([
        chunkOf(1, { etag: "again", digest: "again", bytes: 17 }),
      ]);
    });

    it("learns the length from the chunk that knows it, and keeps it when others come later", async () => {
      await catalog.enter(uploadOf());
      await catalog.noteChunk(chunkOf(2, { bytes: 5 }), 6_000_005);
      await catalog.noteChunk(chunkOf(1), null);
      expect((await catalog.find("demo", "upload-1"))?.totalBytes).toBe(6_000_005);
      expect(await catalog.chunks("demo", "upload-1")).toHaveLength(2);
    });

    it("lets exactly one of several requests finish an upload", async () => {
      await catalog.enter(uploadOf());
      await catalog.noteChunk(chunkOf(1), 6_000_000);
      const taken = await Promise.all(Array.from({ length: 10 }, () => catalog.take("demo", "upload-1")));
      expect(taken.filter((mine) => mine)).toHaveLength(1);
      expect(await catalog.find("demo", "upload-1")).toBeUndefined();
      expect(await catalog.chunks("demo", "upload-1")).toEqual([]);
    });

    it("keeps nothing of a chunk that comes when its upload is over", async () => {
      await catalog.enter(uploadOf());
      await catalog.take("demo", "upload-1");
      await catalog.noteChunk(chunkOf(1), null);
      await catalog.noteChunk(chunkOf(2), 12_000_000);
      expect(await catalog.find("demo", "upload-1")).toBeUndefined();
      // Under the same id another upload may begin: it starts without chunks.
      await catalog.enter(uploadOf({ multipartId: "multipart-2" }));
      expect(await catalog.chunks("demo", "upload-1")).toEqual([]);
    });

    it("tells uploads of other clouds and other ids apart", async () => {
      for (const [cloud, id] of [
        ["demo", "upload-1"],
        ["other", "upload-1"],
        ["demo", "Upload-1"],
      ] as const) {
        await catalog.enter(uploadOf({ cloud, id }));
        await catalog.noteChunk(chunkOf(1, { cloud, uploadId: id, etag: `${cloud} ${id}` }), 1);
      }
      await catalog.take("other", "upload-1");
      expect((await catalog.chunks("demo", "upload-1")).map(({ etag }) => etag)).toEqual(["demo upload-1"]);
      expect((await catalog.chunks("demo", "Upload-1")).map(({ etag }) => etag)).toEqual(["demo Upload-1"]);
      expect(await catalog.chunks("other", "upload-1")).toEqual([]);
    });

    it("finds the uploads that were never finished, as many as are asked for", async () => {
      for (const startedAt of [100, 200, 300, 400]) await catalog.enter(uploadOf({ id: `at-${startedAt}`, startedAt }));
      await catalog.take("demo", "at-100");
      expect((await catalog.startedBefore(400, 10)).map(({ id }) => id).sort()).toEqual(["at-200", "at-300"]);
      expect(await catalog.startedBefore(400, 1)).toHaveLength(1);
    });
  });
}
