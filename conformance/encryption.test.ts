import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distance, launchBrowser, look, loudness, seek, spread } from "./browser.ts";
import { frameNumbers } from "./pictures.ts";
import { hlsjs, openPlayer, SHAKA } from "./players.ts";
import { SEALED_FRAMES, type SealedService, startSealedService } from "./sealed-service.ts";
import { bytesOf, get, openRendition, openStream } from "./stream.ts";

let browser: Browser;
let service: SealedService;

beforeAll(async () => {
  [browser, service] = await Promise.all([launchBrowser(), startSealedService("aes-128")]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const HLS_PLAYERS = [hlsjs, ...SHAKA.filter(({ extension }) => extension === "m3u8")];

describe("a stream that is encrypted in whole segments", () => {
  it.each(HLS_PLAYERS.map((player) => [player.name, player] as const))(
    "plays, with its sound, and seeks: %s",
    async (_, player) => {
      const { page, fetched } = await openPlayer(browser, player, await service.sealed("m3u8"));
      const first = await look(page);
      expect(spread(first.grey)).toBeGreaterThan(10);
      expect(await loudness(page)).toBeGreaterThan(0.02);
      expect(distance(first.grey, (await look(page)).grey)).toBeGreaterThan(0.5);
      await seek(page, 4.2);
      expect(spread((await look(page)).grey)).toBeGreaterThan(10);
      const keys = fetched.filter(({ url }) => url.includes("/key.bin"));
      expect(new Set(keys.map(({ url }) => new URL(url).pathname)).size).toBe(2);
      expect(fetched.filter(({ status, url }) => status >= 400 && !url.endsWith("/favicon.ico"))).toEqual([]);
      await page.close();
    },
  );

  it("shows every picture of the film to another implementation", async () => {
    const [variant] = (await openStream(await service.sealed("m3u8"))).variants;
    // ffmpeg takes keys and segments by what they are called.
    const numbers = await frameNumbers(variant?.address ?? "", ["-allowed_extensions", "ALL"]);
    expect(numbers).toEqual(Array.from({ length: SEALED_FRAMES }, (_, number) => number));
  });

  it("holds nothing that can be played without the key, and has no other form", async () => {
    const stream = await service.sealed("m3u8");
    const [variant] = (await openStream(stream)).variants;
    const { segments } = await openRendition(variant?.address ?? "");
    for (const { address: url } of segments) {
      const bytes = await bytesOf(url);
      for (const box of ["styp", "moof", "mdat"]) expect(bytes.includes(box)).toBe(false);
      expect((await fetch(url.replace(".aes128/", "/"))).status).toBe(404);
    }
    expect((await fetch(await service.sealed("mp4"))).status).toBe(403);
    expect((await get(stream)).headers.get("cache-control")).toContain("private");
  });
});
