import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { fragmentTiming, timescaleOf } from "#media";
import type { SigningKeys } from "../scripts/local-settings.ts";
import { playbackToken, type SigningKey } from "../sdk/server.ts";
import { launchBrowser, seek } from "./browser.ts";
import { expectPlaying } from "./expect-playing.ts";
import { ffmpeg, makeFilm } from "./films.ts";
import { frameNumbers } from "./pictures.ts";
import { dashjs, openPlayer, SHAKA, type Stage } from "./players.ts";
import { address, bytesOf, get, joinRendition, openRendition, upload } from "./stream.ts";

const { folder, settings } = inject("service");

const SECONDS = 7;

const streamIn = (extension: string, caps = "h264"): string =>
  address(
    `/${settings.CLOUD_NAME}/video/upload/sp_auto:subtitles_((code_en-US;file_told_en.vtt))/told.${extension}?caps=${caps}`,
  );

/** A stream that is open for a time only. */
async function partOf(extension: string, window: readonly [number, number]): Promise<string> {
  const { playback } = JSON.parse(await readFile(join(folder, "signing-keys.json"), "utf8")) as SigningKeys;
  const { pathname } = new URL(streamIn(extension));
  const token = await playbackToken({
    ...{ cloud: settings.CLOUD_NAME, subject: "told", expiresAt: new Date(Date.now() + 600_000), window },
    key: playback[0] as unknown as SigningKey,
  });
  return address(`${pathname.replace("/upload/", "/authenticated/")}?caps=h264&token=${token}`);
}

beforeAll(async () => {
  const film = await makeFilm(folder, { name: "told.mov", seconds: SECONDS });
  const path = join(folder, "told.mkv");
  const chapters = join(folder, "chapters.txt");
  const chapter = (from: number, to: number, title: string) =>
    `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${from}\nEND=${to}\ntitle=${title}\n`;
  await writeFile(chapters, `;FFMETADATA1\n${chapter(0, 2500, "Once")}${chapter(2500, 7000, "Ever after")}`);
  await ffmpeg(
    ...["-i", film.path, "-f", "ffmetadata", "-i", chapters, "-map_chapters", "1"],
    ...["-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy"],
    ...["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=spa", path],
  );
  await upload(path, "told", { context: "title=A tale" });
  await upload(path, "told", { type: "authenticated" });
  const said = join(folder, "told_en.vtt");
  await writeFile(
    said,
    "WEBVTT\n\n00:00:00.500 --> 00:00:06.500\nSomething is told.\n\n00:00:02.500 --> 00:00:03.500\nThere is more.\n",
  );
  await upload(said, "told_en.vtt");
});

interface Described {
  readonly init: string;
  readonly segments: readonly { readonly address: string; readonly tick: number; readonly ticks: number }[];
  readonly timescale: number;
}

const attributeOf = (element: string, name: string): string =>
  (new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? "").replaceAll("&amp;", "&");

/** The segmented representations of a description, by their names. */
async function described(url: string): Promise<ReadonlyMap<string, Described>> {
  const xml = await (await get(url)).text();
  const found = xml.matchAll(
    /<Representation ([^>]*)>(?:<Audio[^>]*>)?<SegmentTemplate([^>]*)>(.*?)<\/SegmentTemplate>/g,
  );
  return new Map(
    [...found].map(([, representation = "", template = "", timeline = ""]) => {
      const lengths = [...timeline.matchAll(/<S [^>]*>/g)].flatMap(([run]) =>
        Array<number>(Number(attributeOf(run, "r") || 0) + 1).fill(Number(attributeOf(run, "d"))),
      );
      const absolute = (uri: string) => new URL(uri, url).href;
      const segments = lengths.map((ticks, number) => ({
        address: absolute(attributeOf(template, "media").replace("$Number$", String(number))),
        tick: lengths.slice(0, number).reduce((sum, length) => sum + length, 0),
        ticks,
      }));
      const init = absolute(attributeOf(template, "initialization"));
      const timescale = Number(attributeOf(template, "timescale"));
      return [attributeOf(` ${representation}`, "id"), { init, segments, timescale }] as const;
    }),
  );
}

/** The media playlists that a multivariant playlist names, by their renditions. */
async function listed(url: string): Promise<ReadonlyMap<string, string>> {
  const text = await (await get(url)).text();
  const uris = [...text.matchAll(/^\/.*playlist\.m3u8.*$|URI="([^"]*)"/gm)].map(([line, uri]) => uri ?? line);
  return new Map(
    uris
      .filter((uri) => /\/playlist\.m3u8/.test(uri) && !uri.includes("/subtitles"))
      .map((uri) => [/\/([^/]*)\/playlist\.m3u8/.exec(uri)?.[1] ?? "", new URL(uri, url).href]),
  );
}

describe("HLS and DASH", () => {
  it("name the same files, as long as their boxes say, to the tick", async () => {
    const [hls, dash] = await Promise.all([listed(streamIn("m3u8")), described(streamIn("mpd"))]);
    expect([...dash.keys()].sort()).toEqual([...hls.keys()].sort());
    for (const [name, { init, segments, timescale }] of dash) {
      const playlist = await openRendition(hls.get(name) ?? "");
      expect(playlist.init, name).toBe(init);
      expect(playlist.segments.map(({ address: url }) => url)).toEqual(segments.map(({ address: url }) => url));
      expect(timescaleOf(await bytesOf(init)), name).toBe(timescale);
      for (const [number, { address: url, tick, ticks }] of segments.entries()) {
        // Behind the segment type box.
        const { firstTick, totalTicks } = fragmentTiming((await bytesOf(url)).subarray(24));
        expect([firstTick, totalTicks], url).toEqual([tick, ticks]);
        expect(playlist.segments[number]?.seconds).toBeCloseTo(ticks / timescale, 6);
      }
    }
  });
});

describe("a film's own chapters", () => {
  it("come with it, and with its title", async () => {
    const text = await (await get(streamIn("m3u8"))).text();
    expect(text).toContain('DATA-ID="com.apple.hls.title",VALUE="A tale"');
    const uri = /"com\.apple\.hls\.chapters",URI="([^"]*)"/.exec(text)?.[1] ?? "";
    expect(await (await get(address(uri))).json()).toEqual([
      { chapter: 1, "start-time": 0, duration: 2.5, titles: [{ language: "und", title: "Once" }] },
      { chapter: 2, "start-time": 2.5, duration: 4.5, titles: [{ language: "und", title: "Ever after" }] },
    ]);
  });
});

describe("key pictures for trick play", () => {
  it("are one of each two seconds, in every codec that the stream is offered in", async () => {
    const renditions = await listed(streamIn("m3u8", "h264,h265,av1"));
    const codecs = new Set([...renditions.keys()].flatMap((name) => /^\d+p-(.*)$/.exec(name)?.[1] ?? []));
    expect(codecs).toContain("h264");
    for (const codec of codecs) {
      const joined = await joinRendition(renditions.get(`iframes-${codec}`) ?? "", `told-${codec}`);
      expect([codec, joined.samples]).toEqual([codec, [1, 1, 1, 1]]);
      expect(await frameNumbers(joined.path, ["-ignore_editlist", "1"])).toEqual([0, 60, 120, 180]);
      expect(joined.ends.map((tick) => tick / joined.timescale)).toEqual([2, 4, 6, 7]);
    }
  });
});

describe("players", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each([dashjs, ...SHAKA].map((player) => [player.name, player] as const))(
    "play it: moving, not black, with sound, in two languages, with subtitles, to its end: %s",
    async (_, player) => {
      const { page, fetched } = await openPlayer(browser, player, streamIn(player.extension));
      await expectPlaying(page);
      const [heard, read] = await player.languages(page);
      expect([...(heard ?? [])].sort()).toEqual(["en", "es"]);
      expect(read).toEqual(["en-US"]);
      await seek(page, 5.5);
      await page.waitForFunction(() => (document.querySelector("video") as HTMLVideoElement).ended, undefined, {
        timeout: 30_000,
      });
      const duration = await page.evaluate(() => (document.querySelector("video") as HTMLVideoElement).duration);
      expect(Math.abs(duration - SECONDS)).toBeLessThan(0.05);
      // The page's icon is asked for by the browser itself.
      expect(fetched.filter(({ status, url }) => status >= 400 && !url.endsWith("/favicon.ico"))).toEqual([]);
      await page.close();
    },
  );

  const ofDash = [dashjs, ...SHAKA.filter(({ extension }) => extension === "mpd")].map(
    (player) => [player.name, player] as const,
  );

  it.each(ofDash)("tell their page of its chapters: %s", async (_, player) => {
    const { page } = await openPlayer(browser, player, streamIn("mpd"));
    expect(await page.evaluate(() => (globalThis as unknown as Stage).chapters)).toEqual([
      [0, 2.5, "Once"],
      [2.5, 7, "Ever after"],
    ]);
    await page.close();
  });

  it.each(ofDash)("show, of a part that a token opens, the subtitles where they are said: %s", async (_, player) => {
    // Of segments of two, two and three seconds the second one.
    const { page, fetched } = await openPlayer(browser, player, await partOf("mpd", [2.5, 4]));
    await player.read(page);
    const cues = () =>
      page.evaluate(() =>
        [...(document.querySelector("video") as HTMLVideoElement).textTracks].flatMap(({ cues: own }) =>
          [...((own ?? []) as Iterable<VTTCue>)].map(({ startTime, endTime, text }) => [startTime, endTime, text]),
        ),
      );
    await expect.poll(cues, { timeout: 20_000 }).toEqual([
      [0, 2, "Something is told."],
      [0.5, 1.5, "There is more."],
    ]);
    expect(fetched.filter(({ url }) => url.includes("/all.vtt"))).toHaveLength(1);
    await page.close();
  });

  it.each(SHAKA.map((player) => [player.name, player] as const))(
    "look for something by key pictures alone: %s",
    async (_, player) => {
      const { page, fetched } = await openPlayer(browser, player, streamIn(player.extension));
      await page.evaluate(() => (globalThis as unknown as Stage).player.trickPlay(4));
      await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 6, undefined, {
        timeout: 30_000,
      });
      expect(fetched.some(({ url }) => url.includes("/iframes-h264/"))).toBe(true);
      await page.close();
    },
  );
});
