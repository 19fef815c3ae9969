/** What every catalog of assets must do. */

import { beforeEach, describe, expect, it } from "vitest";
import type { Source } from "#media";
import { type AssetName, rational } from "#transformation";
import { sourceFacts } from "../../media/testing/sources.ts";
import type { Asset, AssetCatalog, StoredSource } from "../index.ts";

const NAME: AssetName = { cloud: "demo", deliveryType: "upload", publicId: "shows/film" };
const LATER = 1_000_000;

const assetOf = (facts: Partial<Asset> = {}): Asset => ({
  ...NAME,
  assetId: "0123",
  uploadedAt: 100,
  createdAt: 100,
  originalFilename: "film",
  tags: [],
  context: {},
  ...facts,
});

const storedAs = (version: string, facts: Partial<Source> = {}): StoredSource => ({
  source: sourceFacts({ version, ...facts }),
  objectKey: `sources/${version}`,
  etag: `etag-${version}`,
});

/** @param empty a catalog that holds nothing */
export function describeAssetCatalogContract(adapter: string, empty: () => Promise<AssetCatalog>): void {
  describe(`a catalog of assets (${adapter})`, () => {
    let catalog: AssetCatalog;
    beforeEach(async () => {
      catalog = await empty();
    });

    it("knows nothing of a name that nobody has used", async () => {
      expect(await catalog.findAsset(NAME)).toBeUndefined();
      expect(await catalog.findSource(NAME, "a")).toBeUndefined();
      expect(await catalog.deleteAsset(NAME, 100)).toBe(false);
      expect(await catalog.listAssets("demo", 10)).toEqual([]);
      expect(await catalog.takeReplaced(LATER, 10)).toEqual([]);
    });

    it("gives back what was put, to the last fact", async () => {
      const asset = assetOf({
        publicId: '映画/it\'s 100% "film"; --',
        originalFilename: null,
        tags: ["a,b", "c'd", "🎬"],
        context: { alt: "x=y|z", "": "\u2028" },
      });
      const stored = storedAs("a", {
        chapterMarks: [{ start: rational(0), end: rational(5, 2), title: "A" }],
        subtitles: [],
        bytes: 2 ** 40,
      });
      await catalog.putAsset(asset, stored);
      expect(await catalog.findAsset(asset)).toMatchObject({ ...asset, ...stored });
      expect(await catalog.findSource(asset, "a")).toEqual(stored);
    });

    it("tells apart what differs in cloud, delivery type or a single letter's case", async () => {
      const names: readonly Partial<AssetName>[] = [
        {},
        { cloud: "other" },
        { deliveryType: "private" },
        { publicId: "shows/Film" },
        { publicId: "shows/film " },
        { publicId: "shows/fil_" },
        { publicId: "shows/fil%" },
        { resourceType: "raw" },
      ];
      for (const [index, name] of names.entries())
        await catalog.putAsset(assetOf({ ...name, assetId: `id-${index}` }), storedAs(`version-${index}`));
      for (const [index, name] of names.entries()) {
        expect((await catalog.findAsset({ ...NAME, ...name }))?.assetId).toBe(`id-${index}`);
        expect(await catalog.findSource({ ...NAME, ...name }, `version-${(index + 1) % names.length}`)).toBeUndefined();
      }
      expect((await catalog.listAssets("demo", 100)).length).toBe(names.length - 1);
    });

    it("shows an asset's new bytes at once, and keeps the old ones for those who are watching them", async () => {
      await catalog.putAsset(assetOf(), storedAs("a"));
      await catalog.putAsset(assetOf({ uploadedAt: 200, tags: ["new"] }), storedAs("b"));
      expect(await catalog.findAsset(NAME)).toMatchObject({ source: { version: "b" }, uploadedAt: 200, tags: ["new"] });
      expect(await catalog.findSource(NAME, "a")).toEqual(storedAs("a"));
      expect(await catalog.findSource(NAME, "b")).toEqual(storedAs("b"));
    });

    it("keeps an asset's identity and birthday when its bytes are replaced", async () => {
      await catalog.putAsset(assetOf(), storedAs("a"));
      await catalog.putAsset(assetOf({ assetId: "another", createdAt: 200, uploadedAt: 200 }), storedAs("b"));
      expect(await catalog.findAsset(NAME)).toMatchObject({ assetId: "0123", createdAt: 100, uploadedAt: 200 });
    });

    it("gives up replaced bytes after their time, once, and no others", async () => {
      for (const [version, uploadedAt] of [
        ["a", 100],
        ["b", 200],
        ["c", 300],
      ] as const)
        await catalog.putAsset(assetOf({ uploadedAt }), storedAs(version));
      expect(await catalog.takeReplaced(200, 10)).toEqual([]);
      expect(await catalog.takeReplaced(201, 10)).toEqual([{ objectKey: "sources/a", version: "a" }]);
      expect(await catalog.findSource(NAME, "a")).toBeUndefined();
      expect(await catalog.takeReplaced(LATER, 10)).toEqual([{ objectKey: "sources/b", version: "b" }]);
      expect(await catalog.takeReplaced(LATER, 10)).toEqual([]);
      expect(await catalog.findAsset(NAME)).toMatchObject({ source: { version: "c" } });
    });

    it("gives up no more at a time than is asked for", async () => {
      for (let turn = 0; turn < 6; turn++)
        await catalog.putAsset(assetOf({ uploadedAt: turn }), storedAs(`version-${turn}`));
      const taken = [await catalog.takeReplaced(LATER, 3), await catalog.takeReplaced(LATER, 3)];
      expect(taken.map((list) => list.length)).toEqual([3, 2]);
      expect(new Set(taken.flat().map(({ version }) => version)).size).toBe(5);
    });

    it("takes the same bytes again for what they were, not for replaced ones", async () => {
      for (const [turn, version] of ["a", "b", "a"].entries())
        await catalog.putAsset(assetOf({ uploadedAt: turn }), storedAs(version));
      await catalog.putAsset(assetOf({ uploadedAt: 9 }), storedAs("a"));
      expect(await catalog.takeReplaced(LATER, 10)).toEqual([{ objectKey: "sources/b", version: "b" }]);
      expect(await catalog.findAsset(NAME)).toMatchObject(storedAs("a"));
    });

    it("keeps what was seen of a source with the source, and of no other version", async () => {
      for (const version of ["a", "b"]) await catalog.putAsset(assetOf({ uploadedAt: 1 }), storedAs(version));
      const glance = {
        moments: [{ frame: 3, interest: 1.5 }],
        attention: ["0z", "a0"],
        bars: { left: 0, top: 1, right: 0, bottom: 1 },
        border: ["000000ff"],
        colours: ["ff00ffff"],
      };
      await catalog.keepFacts(NAME, "b", { glance });
      const { source } = storedAs("b");
      expect(await catalog.findAsset(NAME)).toMatchObject({ source: { ...source, glance } });
      expect(await catalog.findSource(NAME, "a")).toEqual(storedAs("a"));
    });

    it("forgets a deleted asset at once, and its bytes after their time", async () => {
      await catalog.putAsset(assetOf(), storedAs("a"));
      expect(await catalog.deleteAsset(NAME, 500)).toBe(true);
      expect(await catalog.deleteAsset(NAME, 600)).toBe(false);
      expect(await catalog.findAsset(NAME)).toBeUndefined();
      expect(await catalog.listAssets("demo", 10)).toEqual([]);
      expect(await catalog.findSource(NAME, "a")).toEqual(storedAs("a"));
      expect(await catalog.takeReplaced(500, 10)).toEqual([]);
      expect(await catalog.takeReplaced(501, 10)).toHaveLength(1);
    });

    it("takes what comes after a deletion for a new asset", async () => {
      await catalog.putAsset(assetOf(), storedAs("a"));
      await catalog.deleteAsset(NAME, 200);
      await catalog.putAsset(assetOf({ assetId: "new", createdAt: 300, uploadedAt: 300 }), storedAs("a"));
      expect(await catalog.findAsset(NAME)).toMatchObject({ assetId: "new", createdAt: 300 });
      expect(await catalog.takeReplaced(LATER, 10)).toEqual([]);
    });

    it("lets one of several uploads at once win, and counts the others as replaced", async () => {
      const versions = Array.from({ length: 8 }, (_, index) => `version-${index}`);
      await Promise.all(versions.map((version) => catalog.putAsset(assetOf(), storedAs(version))));
      const winner = (await catalog.findAsset(NAME))?.source.version ?? "";
      const replaced = (await catalog.takeReplaced(LATER, 100)).map(({ version }) => version);
      expect([winner, ...replaced].sort()).toEqual(versions);
    });

    it("lists a cloud's latest uploads first, as many as are asked for", async () => {
      for (const at of [300, 100, 500, 200, 400])
        await catalog.putAsset(assetOf({ publicId: `film-${at}`, uploadedAt: at }), storedAs(`v${at}`));
      await catalog.putAsset(assetOf({ cloud: "other", uploadedAt: 900 }), storedAs("other"));
      expect((await catalog.listAssets("demo", 3)).map(({ uploadedAt }) => uploadedAt)).toEqual([500, 400, 300]);
    });
  });
}
