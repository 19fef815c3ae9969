import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseRenditionUrl } from "#transformation";
import type { ContentKey } from "../edge/sealing/content-keys.ts";
import { SEALERS } from "../edge/sealing/sealers.ts";
import { launchBrowser, seek } from "./browser.ts";
import { frameNumbers } from "./pictures.ts";
import { dashjs, openPlayer, SHAKA } from "./players.ts";
import { SEALED_FRAMES, type SealedService, startSealedService } from "./sealed-service.ts";
import { samplesOf } from "./sound.ts";
import { bytesOf, get, openRendition, openStream } from "./stream.ts";

const { folder } = inject("service");

/** A black picture is far smaller, as a PNG. */
const LEAST_PICTURE_BYTES = 4000;

let service: SealedService;
let browser: Browser;

beforeAll(async () => {
  [browser, service] = await Promise.all([launchBrowser(), startSealedService("cbcs")]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

describe("what is encrypted by Common Encryption", () => {
  const key: ContentKey = { id: new Uint8Array(16).fill(0x1d), bytes: new Uint8Array(16).fill(0x5e) };
  const decrypting = ["-decryption_key", Buffer.from(key.bytes).toString("hex")];

  it("is decrypted by another implementation, to the last picture, in every codec that is offered", async () => {
    const { variants } = await openStream(service.open("h264,h265,av1"));
    const codecs = new Map(variants.map(({ address: url }) => [/-(\w+)\/playlist/.exec(url)?.[1] ?? "", url]));
    expect([...codecs.keys()]).toContain("h264");
    for (const [codec, playlist] of codecs) {
      const numbers: number[] = [];
      for (const { sealed } of await partsOf(playlist, codec)) {
        const shown = await frameNumbers(sealed, decrypting);
        expect(await frameNumbers(sealed).catch(() => [])).not.toEqual(shown);
        numbers.push(...shown);
      }
      expect([codec, numbers]).toEqual([codec, Array.from({ length: SEALED_FRAMES }, (_, number) => number)]);
    }
  });

  it("is the very sound that lies there in clear", async () => {
    const { audio } = await openStream(service.open("h264"));
    for (const { sealed, clear } of await partsOf(audio[0] ?? "", "aac")) {
      const [heard, expected] = [await samplesOf(sealed, 48_000, decrypting), await samplesOf(clear, 48_000)];
      expect(heard.length).toBeGreaterThan(48_000);
      expect(heard).toEqual(expected);
    }
  });

  /**
   * The segments of a rendition, each as a file of its own, as it is sent and in clear: ffmpeg 5.1 finds what is said of
   * the encryption in one fragment only of files that it can seek in.
   */
  async function partsOf(playlist: string, codec: string) {
    const { init, segments } = await openRendition(playlist);
    const head = new Uint8Array(await bytesOf(init));
    const parts = segments.map(async ({ address: at }, number) => {
      const bytes = new Uint8Array(await bytesOf(at));
      const [clear, sealed] = ["clear", "sealed"].map((form) => join(folder, `${form}-${codec}-${number}.mp4`));
      await writeFile(clear as string, Buffer.concat([head, bytes]));
      const url = parseRenditionUrl(new URL(at).pathname);
      const segment = await SEALERS.cbcs.segment(bytes, key, url, number);
      await writeFile(sealed as string, Buffer.concat([SEALERS.cbcs.init?.(head, key) ?? head, segment]));
      return { clear: clear as string, sealed: sealed as string };
    });
    return Promise.all(parts);
  }
});

describe("a stream that is encrypted by Common Encryption", () => {
  it.each([...SHAKA, dashjs].map((player) => [player.name, player] as const))(
    "plays with the browser's Clear Key, with its sound, and seeks: %s",
    async (_, player) => {
      const { page, fetched } = await openPlayer(browser, player, await service.sealed(player.extension));
      // A page may not read what is protected; what it shows, its screenshots show.
      const shown = page.locator("video");
      const first = await shown.screenshot();
      expect(first.length).toBeGreaterThan(LEAST_PICTURE_BYTES);
      await seek(page, 4.2);
      expect((await shown.screenshot()).equals(first)).toBe(false);
      await page.waitForFunction(() => (document.querySelector("video") as HTMLVideoElement).ended);
      const decoded = await page.evaluate(() => {
        const video = document.querySelector("video") as HTMLVideoElement & { webkitAudioDecodedByteCount: number };
        const { totalVideoFrames } = video.getVideoPlaybackQuality();
        return [video.mediaKeys !== null, totalVideoFrames > 15, video.webkitAudioDecodedByteCount > 1000];
      });
      expect(decoded).toEqual([true, true, true]);
      expect(fetched.filter(({ status, url }) => status >= 400 && !url.endsWith("/favicon.ico"))).toEqual([]);
      await page.close();
    },
  );

  it("gives the key to those only whom the stream is open to", async () => {
    const xml = await (await get(await service.sealed("mpd"))).text();
    const license = /Laurl>([^<]*)</.exec(xml)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const kid = Buffer.from((/default_KID="([^"]*)"/.exec(xml)?.[1] ?? "").replaceAll("-", ""), "hex");
    const ask = (path: string, kids: readonly string[]) =>
      fetch(new URL(path, service.base), { method: "POST", body: JSON.stringify({ kids, type: "temporary" }) });
    const answer = await ask(license, [kid.toString("base64url")]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toMatchObject({ keys: [{ kty: "oct", kid: kid.toString("base64url") }] });
    expect((await ask(license.replace(/\?.*/, ""), [kid.toString("base64url")])).status).toBe(401);
    expect((await ask(license, [Buffer.alloc(16).toString("base64url")])).status).toBe(404);
    expect((await ask(license, [])).status).toBe(404);
    expect((await fetch(new URL(license, service.base))).status).toBe(400);
    expect((await ask(await service.sealed("mpd"), [])).status).toBe(405);
  });
});
