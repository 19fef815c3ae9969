/** What everything must do that finds the asset behind a name. */

import { beforeAll, describe, expect, it } from "vitest";
import type { AssetCatalog } from "#catalog";
import { sourceFacts } from "../../media/testing/sources.ts";
import type { AssetFinder } from "../asset-finder.ts";

export interface AssetFinderUnderTest {
  readonly finder: AssetFinder;
  /** What it finds assets in. */
  readonly catalog: AssetCatalog;
}

export function describeAssetFinderContract(adapter: string, open: () => Promise<AssetFinderUnderTest>): void {
  describe(`finding an asset (${adapter})`, () => {
    let finder: AssetFinder;
    let catalog: AssetCatalog;

    beforeAll(async () => {
      ({ finder, catalog } = await open());
    });

    const nameOf = (publicId: string) => ({ cloud: "demo", deliveryType: "upload", publicId }) as const;
    const put = (publicId: string, version: string, at: number) =>
      catalog.putAsset(
        {
          ...nameOf(publicId),
          assetId: "0123",
          uploadedAt: at,
          createdAt: at,
          originalFilename: null,
          tags: ["a"],
          context: {},
        },
        { source: sourceFacts({ version }), objectKey: `sources/${version}`, etag: "etag" },
      );
    const versionOf = async (publicId: string) => (await finder.find(nameOf(publicId))).source.version;

    it("refuses a name that stands for nothing, and finds it as soon as it does", async () => {
      await expect(finder.find(nameOf("late"))).rejects.toMatchObject({ code: "not-found", status: 404 });
      await put("late", "a", 100);
      expect(await versionOf("late")).toBe("a");
    });

    it.each(["shows/film", "my film & co. 100% #1", "映画 🎬"])(
      "finds all that is known of %s, at once and again",
      async (publicId) => {
        await put(publicId, "a", 100);
        const first = await finder.find(nameOf(publicId));
        expect(first).toMatchObject({ publicId, tags: ["a"], objectKey: "sources/a" });
        expect(await finder.find(nameOf(publicId))).toEqual(first);
      },
    );

    it("finds what has replaced it once it is told to forget", async () => {
      await put("replaced", "a", 100);
      expect(await versionOf("replaced")).toBe("a");
      await put("replaced", "b", 200);
      await finder.forget(nameOf("replaced"));
      expect(await versionOf("replaced")).toBe("b");
      await catalog.deleteAsset(nameOf("replaced"), 300);
      await finder.forget(nameOf("replaced"));
      await expect(finder.find(nameOf("replaced"))).rejects.toMatchObject({ code: "not-found" });
    });

    it("takes names for what they are, and forgets no other one", async () => {
      await put("one", "a", 100);
      await put("one/two", "b", 100);
      await finder.forget(nameOf("one"));
      expect([await versionOf("one"), await versionOf("one/two")]).toEqual(["a", "b"]);
      await expect(finder.find({ ...nameOf("one"), deliveryType: "private" })).rejects.toMatchObject({ status: 404 });
    });
  });
}
