/** What every memory of the origin's builds must do. */

import { beforeEach, describe, expect, it } from "vitest";
import type { OriginBuild } from "#media";
import type { OriginBuildCatalog } from "../index.ts";

const speed = { startSeconds: 0.125, secondsPerMegapixel: 0.0625 };
const buildOf = (recipe: string): OriginBuild => ({
  recipe,
  speeds: { h264: speed, av1: { ...speed, startSeconds: 1 / 3 } },
  decodeSecondsPerMegapixel: 1e-4,
});

/** @param empty a memory that holds nothing */
export function describeOriginBuildCatalogContract(adapter: string, empty: () => Promise<OriginBuildCatalog>): void {
  describe(`the last origin that was seen (${adapter})`, () => {
    let catalog: OriginBuildCatalog;
    beforeEach(async () => {
      catalog = await empty();
    });

    it("is nobody before the first", async () => {
      expect(await catalog.last()).toBeUndefined();
    });

    it("is remembered to the last digit", async () => {
      await catalog.note(buildOf("r1a"), 100);
      expect(await catalog.last()).toMatchObject({ build: buildOf("r1a"), seenAt: 100 });
    });

    it("is the one that was noted last, also when it came back", async () => {
      for (const [seenAt, recipe] of ["r1a", "r1b", "r1a"].entries()) await catalog.note(buildOf(recipe), seenAt);
      expect(await catalog.last()).toMatchObject({ build: buildOf("r1a"), seenAt: 2 });
    });

    it("is one whole build though several are noted at once", async () => {
      const recipes = Array.from({ length: 8 }, (_, index) => `r1x${index}`);
      await Promise.all(recipes.map((recipe, index) => catalog.note(buildOf(recipe), index)));
      const last = await catalog.last();
      expect(last?.build).toEqual(buildOf(`r1x${last?.seenAt}`));
    });
  });
}
