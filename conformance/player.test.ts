import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { makeDemoFilm } from "../scripts/demo-film.ts";
import { launchBrowser, look, loudness, seek, spread } from "./browser.ts";
import { expectPlaying } from "./expect-playing.ts";
import { makeFilm } from "./films.ts";
import { address, upload } from "./stream.ts";

const { folder, settings } = inject("service");

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  const film = join(folder, "demo.mp4");
  await makeDemoFilm(film);
  await upload(film, "demo");
});

afterAll(async () => {
  await browser?.close();
});

const stream = (query: string, publicId = "demo"): string =>
  `/${settings.CLOUD_NAME}/video/upload/sp_auto/${publicId}.m3u8${query}`;

async function open(query: string, publicId?: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address(`/player?src=${encodeURIComponent(stream(query, publicId))}`));
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 0.3, undefined, {
    timeout: 60_000,
  });
  return page;
}

const playing = (page: Page): Promise<string> =>
  page
    .locator("#facts")
    .textContent()
    .then((text) => text ?? "");

describe("the player page", () => {
  it.each([
    ["H.264", "?caps=h264", /avc1/],
    ["AV1", "?caps=av1", /av01/],
  ])("plays the demo in %s: moving, not black, with sound", async (_, query, codec) => {
    const page = await open(query);
    await expectPlaying(page);
    expect(await playing(page)).toMatch(codec);
    await page.close();
  });

  it("seeks anywhere, though nobody has watched it there", async () => {
    const page = await open("?caps=h264");
    for (const seconds of [18, 7, 21, 3]) {
      await seek(page, seconds);
      const { time, grey } = await look(page);
      expect(time).toBeGreaterThanOrEqual(seconds);
      expect(spread(grey)).toBeGreaterThan(10);
    }
    await page.close();
  });

  it("switches rungs while it plays", async () => {
    const page = await open("?caps=h264");
    const options = await page.locator("#quality option").allInnerTexts();
    expect(options[0]).toBe("automatic");
    for (const height of ["234", "540"]) {
      await page
        .locator("#quality")
        .selectOption({ label: options.find((label) => label.includes(`x${height} `)) ?? "" });
      await page.waitForFunction(
        (lines) => (document.querySelector("video") as HTMLVideoElement).videoHeight === Number(lines),
        height,
        { timeout: 60_000 },
      );
      const before = await look(page);
      await page.waitForFunction(
        (time) => (document.querySelector("video") as HTMLVideoElement).currentTime > time + 0.3,
        before.time,
        { timeout: 30_000 },
      );
    }
    await page.close();
  });

  it("plays to the end", async () => {
    const page = await open("?caps=h264");
    await seek(page, 22.5);
    await page.waitForFunction(() => (document.querySelector("video") as HTMLVideoElement).ended, undefined, {
      timeout: 30_000,
    });
    await page.close();
  });

  it("shows what is to be seen where the pointer is, and leads there", async () => {
    const page = await open("?caps=h264");
    const bar = page.locator("#storyboard");
    const { width = 0 } = (await bar.boundingBox()) ?? {};
    const sheet = page.waitForResponse((response) => response.url().includes("/storyboard-jpg/"));
    await bar.hover({ position: { x: width * 0.75, y: 7 } });
    expect((await sheet).headers()["content-type"]).toBe("image/jpeg");
    const picture = await page.locator("#tile").boundingBox();
    expect([picture?.width, picture?.height]).toEqual([160, 90]);
    await bar.click({ position: { x: width * 0.75, y: 7 } });
    const [time, duration] = await page.evaluate(() => {
      const video = document.querySelector("video") as HTMLVideoElement;
      return [video.currentTime, video.duration] as const;
    });
    expect(Math.abs(time - duration * 0.75)).toBeLessThan(1);
    await page.close();
  });

  it("says why a stream cannot be played", async () => {
    const page = await browser.newPage();
    await page.goto(address(`/player?src=${encodeURIComponent("/demo/video/upload/sp_auto/nothing.m3u8")}`));
    await page.locator("#message").waitFor({ state: "visible" });
    expect(await page.locator("#message").textContent()).toContain('no video "nothing"');
    await page.close();
  });
});

interface PlaybackRow {
  readonly mode: string;
  readonly public_id: string;
  readonly [metric: string]: string | number | null;
}

/** What the analytics know of a video by now, told by requests or by events. */
async function playbackOf(publicId: string, mode: string): Promise<PlaybackRow | undefined> {
  const headers = { authorization: `Basic ${btoa(`${settings.API_KEY}:${settings.API_SECRET}`)}` };
  const path = `/v1/${settings.CLOUD_NAME}/analytics/playback?group_by=public_id`;
  const { rows } = (await (await fetch(address(path), { headers })).json()) as { rows: readonly PlaybackRow[] };
  return rows.find((row) => row.mode === mode && row.public_id === publicId);
}

describe("the player page's reports", () => {
  it("make one view with its startup, its playing time and its bit rate, told by requests and by events", async () => {
    await upload(join(folder, "demo.mp4"), "watched");
    const page = await open("?caps=h264", "watched");
    await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 3);
    await page.evaluate(() => (document.querySelector("video") as HTMLVideoElement).pause());
    const POLL = { timeout: 40_000, interval: 1000 };
    await expect.poll(async () => (await playbackOf("watched", "event"))?.["played_seconds"], POLL).toBeGreaterThan(2);
    await expect
      .poll(async () => (await playbackOf("watched", "request"))?.["requested_seconds"], POLL)
      .toBeGreaterThan(2);
    await page.close();
    const event = await playbackOf("watched", "event");
    expect(event).toMatchObject({ views: 1, startups: 1, failed_starts: 0, fatal_errors: 0 });
    expect(event?.["startup_seconds"]).toBeGreaterThan(0);
    expect(event?.["startup_seconds"]).toBeLessThan(60);
    expect(event?.["played_seconds"]).toBeLessThan(30);
    const request = await playbackOf("watched", "request");
    expect(request).toMatchObject({ views: 1, failed_starts: 0 });
    for (const row of [event, request]) {
      // From the lowest rung of the demo to its highest, in bits a second.
      expect(row?.["bit_rate"]).toBeGreaterThan(100_000);
      expect(row?.["bit_rate"]).toBeLessThan(20_000_000);
      expect(row?.["throughput"]).toBeGreaterThan(0);
    }
  });

  it("tell of a stream that cannot be played: a start that failed", async () => {
    const page = await browser.newPage();
    await page.goto(address(`/player?src=${encodeURIComponent(stream("", "not/there"))}`));
    await page.locator("#message").waitFor({ state: "visible" });
    const failed = async (mode: string) => (await playbackOf("", mode))?.["failed_starts"] ?? 0;
    await expect.poll(() => failed("request"), { timeout: 30_000, interval: 1000 }).toBeGreaterThan(0);
    await expect.poll(() => failed("event"), { timeout: 30_000, interval: 1000 }).toBeGreaterThan(0);
    await page.close();
  });
});

describe("a plain <video> of a long .mp4", () => {
  it("knows its length, and shows the picture of any second with its sound, though nothing is encoded", async () => {
    const film = await makeFilm(folder, { name: "hour.mov", seconds: 80, frameRate: "10", size: "320x180" });
    await upload(film.path, "hour");
    const page = await browser.newPage();
    await page.goto(address("/health"));
    const src = `/${settings.CLOUD_NAME}/video/upload/c_scale,w_256/hour.mp4`;
    await page.setContent(`<video autoplay src="${src}"></video>`);
    await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 0.3);
    expect(await page.evaluate(() => (document.querySelector("video") as HTMLVideoElement).duration)).toBeCloseTo(
      80,
      1,
    );
    for (const seconds of [61, 12, 74]) {
      await seek(page, seconds);
      const { time, width, grey } = await look(page);
      expect(width).toBe(256);
      expect(time).toBeGreaterThanOrEqual(seconds);
      expect(spread(grey)).toBeGreaterThan(10);
    }
    expect(await loudness(page)).toBeGreaterThan(0.02);
    await page.close();
  });
});
