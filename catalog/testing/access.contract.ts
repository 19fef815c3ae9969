/** What every catalog of playback keys and revocations must do. */

import { beforeEach, describe, expect, it } from "vitest";
import type { AccessCatalog, PlaybackKey } from "../index.ts";

const NOW = 1_800_000_000;

const keyOf = (id: string, facts: Partial<PlaybackKey> = {}): PlaybackKey => ({
  id,
  algorithm: "EdDSA",
  verifier: `{"kid":"${id}"}`,
  createdAt: NOW,
  ...facts,
});

/** @param empty a catalog that holds nothing */
export function describeAccessCatalogContract(adapter: string, empty: () => Promise<AccessCatalog>): void {
  describe(`a catalog of playback keys and revocations (${adapter})`, () => {
    let catalog: AccessCatalog;
    beforeEach(async () => {
      catalog = await empty();
    });

    const records = (cloud = "demo", now = NOW) => catalog.records(cloud, now);

    it("has nothing at first", async () => {
      expect(await records()).toEqual({ keys: [], revokedKeys: [], revokedTokens: [] });
    });

    it("keeps several keys side by side, and lists the newest first", async () => {
      const [old, young] = [keyOf("old", { createdAt: NOW - 10 }), keyOf("young", { algorithm: "HS256" })];
      expect([await catalog.addKey("demo", old), await catalog.addKey("demo", young)]).toEqual([true, true]);
      expect(await catalog.keys("demo")).toEqual([young, old]);
      expect([...(await records()).keys].sort((a, b) => a.createdAt - b.createdAt)).toEqual([old, young]);
    });

    it("gives an id once, also to those who ask at the same time", async () => {
      const taken = await Promise.all(
        Array.from({ length: 10 }, (_, index) => catalog.addKey("demo", keyOf("same", { verifier: String(index) }))),
      );
      expect(taken.filter((mine) => mine)).toHaveLength(1);
      expect(await catalog.keys("demo")).toMatchObject([{ verifier: String(taken.indexOf(true)) }]);
    });

    it("takes a revoked key from those that verify, and lists it still", async () => {
      await catalog.addKey("demo", keyOf("one"));
      await catalog.addKey("demo", keyOf("two"));
      await catalog.revokeKey("demo", { id: "one", revokedAt: NOW + 5 });
      expect(await records()).toMatchObject({ keys: [{ id: "two" }], revokedKeys: ["one"] });
      expect((await catalog.keys("demo")).map(({ id }) => id).sort()).toEqual(["one", "two"]);
      expect(await catalog.revokedKeys("demo")).toEqual([{ id: "one", revokedAt: NOW + 5 }]);
    });

    it("revokes ids that it has no key of, and gives none that was revoked", async () => {
      await catalog.revokeKey("demo", { id: "configured", revokedAt: NOW });
      expect((await records()).revokedKeys).toEqual(["configured"]);
      expect(await catalog.addKey("demo", keyOf("configured"))).toBe(false);
      expect(await catalog.keys("demo")).toEqual([]);
    });

    it("keeps a key revoked since the first time", async () => {
      await catalog.revokeKey("demo", { id: "one", revokedAt: NOW });
      await catalog.revokeKey("demo", { id: "one", revokedAt: NOW + 100 });
      expect(await catalog.revokedKeys("demo")).toEqual([{ id: "one", revokedAt: NOW }]);
    });

    it("remembers a revoked token until it would have ended by itself", async () => {
      await catalog.revokeToken("demo", { id: "lost", revokedAt: NOW, expiresAt: NOW + 60 });
      expect((await records()).revokedTokens).toEqual(["lost"]);
      expect(await catalog.revokedTokens("demo", NOW)).toEqual([{ id: "lost", revokedAt: NOW, expiresAt: NOW + 60 }]);
      expect((await records("demo", NOW + 60)).revokedTokens).toEqual([]);
      await catalog.expire(NOW + 59);
      expect(await catalog.countRevokedTokens("demo", NOW)).toBe(1);
      await catalog.expire(NOW + 60);
      expect(await catalog.countRevokedTokens("demo", NOW)).toBe(0);
    });

    it("remembers a token that is revoked twice for the longer time", async () => {
      for (const length of [60, 600, 6])
        await catalog.revokeToken("demo", { id: "lost", revokedAt: NOW, expiresAt: NOW + length });
      expect(await catalog.revokedTokens("demo", NOW)).toMatchObject([{ expiresAt: NOW + 600 }]);
    });

    it("tells clouds apart", async () => {
      await catalog.addKey("demo", keyOf("one"));
      await catalog.revokeKey("demo", { id: "two", revokedAt: NOW });
      await catalog.revokeToken("demo", { id: "lost", revokedAt: NOW, expiresAt: NOW + 60 });
      expect(await records("other")).toEqual({ keys: [], revokedKeys: [], revokedTokens: [] });
      expect(await catalog.addKey("other", keyOf("one"))).toBe(true);
      expect(await catalog.keys("other")).toHaveLength(1);
    });
  });
}
