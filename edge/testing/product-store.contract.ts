/** What every store of products must do, in whatever layout. */

import { beforeAll, describe, expect, it } from "vitest";
import { formatRenditionUrl, parseRenditionUrl, type RenditionFile, type RenditionUrl } from "#transformation";
import type { ProductStore } from "../product-store.ts";

/** The same store, seen from two data centres. */
export interface ProductStores {
  /** What it says of an object that is nearby: a cache that is not simulated here is never hit. */
  readonly nearby?: "store";
  readonly here: ProductStore;
  readonly elsewhere: ProductStore;
}

const BASE = "http://edge.example";
const MEGABYTE = 2 ** 20;

let films = 0;

/** The address of an object that no other test knows. */
function newAddress(facts: Partial<RenditionUrl> = {}): string {
  const url: RenditionUrl = {
    cloud: "demo",
    deliveryType: "upload",
    publicId: `shows/film ${++films}`,
    transformation: [],
    sourceVersion: "0123456789abcdef",
    recipe: "r1test",
    rendition: "720p-av1",
    file: { kind: "segment", number: 0 },
    ...facts,
  };
  return BASE + formatRenditionUrl(url);
}

const urlOf = (address: string): RenditionUrl => parseRenditionUrl(new URL(address).pathname);
const videoOf = (content: string | Uint8Array) => ({ bytes: Buffer.from(content), mediaType: "video/mp4" });

async function look(store: ProductStore, address: string, init?: RequestInit) {
  const found = await store.find(new Request(address, init), urlOf(address));
  if (!found) return undefined;
  const { response, tier } = found;
  return { tier, status: response.status, headers: response.headers, text: await response.text() };
}

export function describeProductStoreContract(adapter: string, open: () => Promise<ProductStores>): void {
  describe(`a store of products (${adapter})`, () => {
    let here: ProductStore;
    let elsewhere: ProductStore;
    let nearby: "edge" | "store";

    beforeAll(async () => {
      ({ here, elsewhere, nearby = "edge" } = await open());
    });

    it("finds nothing where nothing was kept", async () => {
      const address = newAddress();
      expect(await look(here, address)).toBeUndefined();
      expect(await look(here, address, { method: "HEAD" })).toBeUndefined();
      expect(await here.findText(new Request(address))).toBeUndefined();
    });

    it("finds what was kept at once, here and everywhere, and then nearby", async () => {
      const address = newAddress();
      await here.keep(address, urlOf(address), videoOf("a segment"));
      expect(await look(here, address)).toMatchObject({ tier: nearby, status: 200, text: "a segment" });
      expect(await look(elsewhere, address)).toMatchObject({ tier: "store", status: 200, text: "a segment" });
      expect(await look(elsewhere, address)).toMatchObject({ tier: nearby, status: 200, text: "a segment" });
    });

    it("describes it alike wherever it is found", async () => {
      const address = newAddress();
      await here.keep(address, urlOf(address), { bytes: Buffer.from("sound"), mediaType: "audio/mp4" });
      const answers = [await look(here, address), await look(elsewhere, address), await look(elsewhere, address)];
      const described = answers.map((answer) =>
        ["content-type", "content-length", "etag", "last-modified", "cache-control", "accept-ranges"].map((name) =>
          answer?.headers.get(name),
        ),
      );
      expect(described[0]).toEqual([
        "audio/mp4",
        "5",
        expect.stringMatching(/^"[^"]+"$/),
        expect.stringMatching(/ GMT$/),
        "public, max-age=31536000, immutable",
        "bytes",
      ]);
      expect(described[1]).toEqual(described[0]);
      expect(described[2]).toEqual(described[0]);
    });

    it("never changes the bytes under an address, whoever comes second", async () => {
      const address = newAddress();
      await here.keep(address, urlOf(address), videoOf("first"));
      await here.keep(address, urlOf(address), videoOf("second"));
      await elsewhere.keep(address, urlOf(address), videoOf("third, and longer"));
      for (const store of [here, elsewhere, here, elsewhere])
        expect(await look(store, address)).toMatchObject({ text: "first" });
    });

    it("agrees on one of many that come at the same time", async () => {
      const address = newAddress();
      await Promise.all(
        Array.from({ length: 20 }, (_, turn) =>
          [here, elsewhere][turn % 2]?.keep(address, urlOf(address), videoOf(`made by ${turn}`)),
        ),
      );
      const found = await Promise.all([here, elsewhere, here, elsewhere].map((store) => look(store, address)));
      expect(found[0]?.text).toMatch(/^made by \d+$/);
      expect(new Set(found.map((answer) => answer?.text)).size).toBe(1);
    });

    it("knows an object by its path alone: tokens and tracking parameters are nothing to it", async () => {
      const address = newAddress();
      await here.keep(address, urlOf(address), videoOf("for all"));
      for (const query of ["?token=a.b.c", "?_a=BAMAK2", "?CMCD=bl%3D21300"])
        expect(await look(here, address + query)).toMatchObject({ tier: nearby, text: "for all" });
    });

    it("tells apart whatever differs in anything", async () => {
      const base = newAddress();
      const { publicId } = urlOf(base);
      const files: readonly RenditionFile[] = [
        { kind: "segment", number: 10 },
        { kind: "init" },
        { kind: "whole", extension: "jpg" },
      ];
      const addresses = [
        base,
        ...files.map((file) => newAddress({ publicId, file })),
        newAddress({ publicId, sourceVersion: "fedcba9876543210" }),
        newAddress({ publicId, recipe: "r2test" }),
        newAddress({ publicId, rendition: "720p-h264" }),
        newAddress({ publicId, deliveryType: "private" }),
        newAddress({ publicId, cloud: "other" }),
        newAddress({ publicId: `${publicId}/${"long/".repeat(40)}film` }),
      ];
      for (const address of addresses) await here.keep(address, urlOf(address), videoOf(address));
      for (const store of [here, elsewhere])
        for (const address of addresses) expect((await look(store, address))?.text).toBe(address);
    });

    it("answers HEAD from anywhere without a body", async () => {
      const address = newAddress();
      await here.keep(address, urlOf(address), videoOf("a segment"));
      for (const store of [here, elsewhere, elsewhere]) {
        const answer = await look(store, address, { method: "HEAD" });
        expect([answer?.status, answer?.headers.get("content-length"), answer?.text]).toEqual([200, "9", ""]);
      }
    });

    it("keeps what is too large for a cache as well, byte for byte", async () => {
      const address = newAddress({ file: { kind: "whole", extension: "mp4" }, rendition: "clip-h264" });
      const bytes = Buffer.alloc(25 * MEGABYTE, "0123456789abcdef!");
      await here.keep(address, urlOf(address), videoOf(bytes));
      for (const store of [here, elsewhere]) {
        const found = await store.find(new Request(address), urlOf(address));
        expect(Buffer.from((await found?.response.arrayBuffer()) ?? []).equals(bytes)).toBe(true);
        const headers = { range: `bytes=${20 * MEGABYTE}-${20 * MEGABYTE + 3}` };
        const text = bytes.toString("latin1", 20 * MEGABYTE, 20 * MEGABYTE + 4);
        expect(await look(store, address, { headers })).toMatchObject({ status: 206, text });
      }
    });

    it("remembers what is derived from products here, as a whole and in parts, and nowhere else", async () => {
      const address = newAddress({ sealing: "aes128" });
      const bytes = new TextEncoder().encode("sealed bytes") as Uint8Array<ArrayBuffer>;
      const facts = { mediaType: "video/mp4", bytes: bytes.length, etag: '"a-aes128"', uploaded: new Date(0) };
      expect(await here.findRemembered(new Request(address))).toBeUndefined();
      const headers = { range: "bytes=7-11" };
      const first = await here.remember(new Request(`${address}?token=a`, { headers }), bytes, facts);
      expect([first.status, await first.text()]).toEqual([206, "bytes"]);
      const again = await here.findRemembered(new Request(`${address}?token=b`));
      expect([again?.headers.get("etag"), await again?.text()]).toEqual(['"a-aes128"', "sealed bytes"]);
      expect(await elsewhere.findRemembered(new Request(address))).toBeUndefined();
      expect(await look(here, address.replace(".aes128", ""))).toBeUndefined();
    });

    it("lends what no store has taken: here, by ranges as well, and nowhere else", async () => {
      const address = newAddress();
      const first = await here.lend(new Request(address, { headers: { range: "bytes=2-3" } }), videoOf("a segment"));
      expect([first.status, await first.text()]).toEqual([206, "se"]);
      expect(await look(here, address)).toMatchObject({ tier: "edge", status: 200, text: "a segment" });
      expect(await look(elsewhere, address)).toBeUndefined();
    });

    it("remembers a playlist here, for every token, and nowhere else", async () => {
      const address = newAddress({ file: { kind: "playlist" } });
      here.keepText(new Request(`${address}?token=a`), "#EXTM3U");
      await expect.poll(() => here.findText(new Request(`${address}?token=b`))).toBe("#EXTM3U");
      expect(await elsewhere.findText(new Request(address))).toBeUndefined();
    });
  });
}
