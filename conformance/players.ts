/** Players of others, each on a page of a real browser. */

import type { Browser, Page } from "playwright-core";
import { address } from "./stream.ts";

export interface Player {
  readonly name: string;
  readonly script: string;
  readonly extension: "mpd" | "m3u8";
  /** Runs in the page: starts playing, and notes errors. */
  readonly start: (page: Page, url: string) => Promise<unknown>;
  /** The languages of sound and of subtitles that it offers. */
  readonly languages: (page: Page) => Promise<readonly (readonly string[])[]>;
  /** Shows the first subtitles. */
  readonly read: (page: Page) => Promise<unknown>;
}

/** What Shaka tells of an event of a description. */
interface TimelineRegion {
  readonly startTime: number;
  readonly endTime: number;
  readonly eventNode: { readonly children: readonly string[] };
}

/** What dash.js tells of one. */
interface ChapterEvent {
  readonly calculatedPresentationTime: number;
  readonly duration: number;
  readonly messageData: string;
}

/** A chapter as a page is told of it: seconds, and its title. */
export type ToldChapter = readonly [start: number, end: number, title: string];

/** What a page's script leaves behind for the next. */
export interface Stage {
  /** Those that the description has told the page of, in its own way of telling. */
  chapters: ToldChapter[];
  player: {
    load(url: string): Promise<void>;
    attach(video: Element | null): Promise<void>;
    trickPlay(rate: number): void;
    configure(setting: string, value: number): void;
    getAudioTracks(): { language: string }[];
    getTextTracks(): { language: string }[];
    getTracksFor(type: string): { lang: string }[];
    selectTextTrack(track: { language: string } | undefined): void;
    setTextTrack(index: number): void;
    addEventListener(name: string, told: (event: { detail: TimelineRegion }) => void): void;
    on(name: string, told: (told: { event: ChapterEvent }) => void, scope: null, options: { mode: string }): void;
    initialize(video: Element | null, url: string, autoplay: boolean): void;
  };
  shaka: { Player: new () => Stage["player"] };
  Hls: new () => { loadSource(url: string): void; attachMedia(video: Element | null): void };
  dashjs: { MediaPlayer(): { create(): Stage["player"] } };
}

const shaka = (extension: "mpd" | "m3u8"): Player => ({
  name: `Shaka, ${extension === "mpd" ? "DASH" : "HLS"}`,
  script: "node_modules/shaka-player/dist/shaka-player.compiled.js",
  extension,
  start: (page, url) =>
    page.evaluate(async (source) => {
      const stage = globalThis as unknown as Stage;
      stage.player = new stage.shaka.Player();
      stage.chapters = [];
      stage.player.addEventListener("timelineregionadded", ({ detail }) => {
        stage.chapters.push([detail.startTime, detail.endTime, detail.eventNode.children.join("")]);
      });
      await stage.player.attach(document.querySelector("video"));
      // So little that there is something left to fetch while the film is looked through.
      stage.player.configure("streaming.bufferingGoal", 1);
      await stage.player.load(source);
    }, url),
  languages: (page) =>
    page.evaluate(() => {
      const { player } = globalThis as unknown as Stage;
      return [player.getAudioTracks(), player.getTextTracks()].map((tracks) => tracks.map(({ language }) => language));
    }),
  read: (page) =>
    page.evaluate(() => {
      const { player } = globalThis as unknown as Stage;
      player.selectTextTrack(player.getTextTracks()[0]);
    }),
});

export const dashjs: Player = {
  name: "dash.js, DASH",
  script: "node_modules/dashjs/dist/modern/umd/dash.all.min.js",
  extension: "mpd",
  start: (page, url) =>
    page.evaluate((source) => {
      const stage = globalThis as unknown as Stage;
      stage.player = stage.dashjs.MediaPlayer().create();
      stage.chapters = [];
      const told = ({ event }: { event: ChapterEvent }): void => {
        const { calculatedPresentationTime: start, duration, messageData } = event;
        stage.chapters.push([start, start + duration, messageData]);
      };
      stage.player.on("https://edgereel.dev/schemes/chapters", told, null, { mode: "eventModeOnReceive" });
      stage.player.initialize(document.querySelector("video"), source, true);
    }, url),
  languages: (page) =>
    page.evaluate(() => {
      const { player } = globalThis as unknown as Stage;
      return ["audio", "text"].map((type) => player.getTracksFor(type).map(({ lang }) => lang));
    }),
  read: (page) => page.evaluate(() => (globalThis as unknown as Stage).player.setTextTrack(0)),
};

export const SHAKA = [shaka("mpd"), shaka("m3u8")];

export const hlsjs: Player = {
  name: "hls.js",
  script: "node_modules/hls.js/dist/hls.min.js",
  extension: "m3u8",
  start: (page, url) =>
    page.evaluate((source) => {
      const hls = new (globalThis as unknown as Stage).Hls();
      hls.loadSource(source);
      hls.attachMedia(document.querySelector("video"));
    }, url),
  languages: async () => [],
  read: async () => undefined,
};

/** A page on which a player plays a stream, and every address that it has fetched, with what came. */
export async function openPlayer(browser: Browser, player: Player, url: string) {
  const page = await browser.newPage();
  const fetched: { readonly url: string; readonly status: number }[] = [];
  page.on("response", (response) => fetched.push({ url: response.url(), status: response.status() }));
  await page.goto(address("/health"));
  await page.setContent("<video autoplay></video>");
  await page.addScriptTag({ path: player.script });
  await player.start(page, url);
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 0.3, undefined, {
    timeout: 60_000,
  });
  return { page, fetched };
}
