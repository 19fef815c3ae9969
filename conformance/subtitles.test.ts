import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { sourceRuns } from "./ffmpeg-runs.ts";
import { type Film, ffmpeg, makeFilm } from "./films.ts";
import { address, get, openRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

/** From, to, and what is said: across the boundaries of segments at 2, 4 and 8 seconds, and within them. */
const ENGLISH = [
  [0.5, 1.5, "One & only"],
  [1.75, 4.25, "Two <across>"],
  [5, 6, "Three"],
  [7.9, 8.1, "Four"],
  [8.6, 9, "The end"],
] as const;

const time = (seconds: number, mark: string): string =>
  `00:00:${seconds.toFixed(3).padStart(6, "0").replace(".", mark)}`;
const escaped = (text: string): string => text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");

async function uploadText(name: string, text: string): Promise<Record<string, unknown>> {
  const path = join(folder, name);
  await writeFile(path, text);
  return upload(path, name);
}

const streamOf = (chain: string, type = "upload"): string =>
  address(`/${settings.CLOUD_NAME}/video/${type}/${chain}/said.m3u8?caps=h264`);
const CHOICE = "subtitles_((code_en-US;file_said_en.vtt);(code_es-ES;file_said_es.srt))";

interface Listed {
  readonly language: string;
  readonly address: string;
}

async function subtitlesOf(url: string): Promise<readonly Listed[]> {
  const lines = (await (await get(url)).text()).split("\n");
  return lines
    .filter((line) => line.startsWith("#EXT-X-MEDIA:TYPE=SUBTITLES"))
    .map((line) => ({
      language: /LANGUAGE="([^"]*)"/.exec(line)?.[1] ?? "",
      address: new URL(/URI="([^"]*)"/.exec(line)?.[1] ?? "", url).href,
    }));
}

/** What each segment of a rendition says. */
async function saidIn(url: string) {
  const { segments } = await openRendition(url);
  return Promise.all(
    segments.map(async (segment) => {
      const response = await get(segment.address);
      expect(response.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
      const text = await response.text();
      expect(text).toMatch(/^WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n/);
      const cues = text.matchAll(/^00:00:(\S+) --> 00:00:(\S+)\n(.*)$/gm);
      return [...cues].map(([, from, to, said]) => [Number(from), Number(to), said] as const);
    }),
  );
}

let film: Film;

beforeAll(async () => {
  film = await makeFilm(folder, { name: "said.mov", seconds: 9, size: "320x180" });
  await upload(film.path, "said");
  await upload(film.path, "said", { type: "authenticated" });
  const cues = ENGLISH.map(([from, to, text]) => `${time(from, ".")} --> ${time(to, ".")}\n${escaped(text)}\n`);
  await uploadText("said_en.vtt", `WEBVTT\n\n${cues.join("\n")}`);
  await uploadText("said_es.srt", `1\n${time(1, ",")} --> ${time(3, ",")}\n<i>Uno</i>\n`);
});

describe("subtitles beside a stream", () => {
  it("are cut where the pictures are, and say in each segment what falls into it", async () => {
    const url = streamOf(`sp_auto:${CHOICE}`);
    const [english, spanish] = await subtitlesOf(url);
    expect([english?.language, spanish?.language]).toEqual(["en-US", "es-ES"]);
    const [pictures, texts] = [
      await openRendition((await openStream(url)).variants[0]?.address ?? ""),
      await openRendition(english?.address ?? ""),
    ];
    expect(texts.segments.map(({ seconds }) => seconds)).toEqual(pictures.segments.map(({ seconds }) => seconds));
    const segments = await saidIn(english?.address ?? "");
    let start = 0;
    for (const [number, { seconds }] of texts.segments.entries()) {
      const [from, to] = [start, start + seconds];
      start = to;
      expect(segments[number]).toEqual(
        ENGLISH.filter((cue) => cue[0] < to && cue[1] > from).map(([at, end, text]) => [at, end, escaped(text)]),
      );
    }
    expect((await saidIn(spanish?.address ?? ""))[0]).toEqual([[1, 3, "<i>Uno</i>"]]);
  });

  it("move with a cut, and are played backwards with the film", async () => {
    const said = async (chain: string) => {
      const [english] = await subtitlesOf(streamOf(`${chain}/sp_auto:${CHOICE}`));
      return [...new Map((await saidIn(english?.address ?? "")).flat().map((cue) => [cue[2], cue])).values()];
    };
    expect(await said("so_1,eo_5.5")).toEqual([
      [0, 0.5, "One &amp; only"],
      [0.75, 3.25, "Two &lt;across&gt;"],
      [4, 4.5, "Three"],
    ]);
    expect((await said("e_reverse")).map(([from, to]) => [from, to])).toEqual(
      ENGLISH.toReversed().map(([from, to]) => [Number((9 - to).toFixed(3)), Number((9 - from).toFixed(3))]),
    );
  });

  it("go with any streaming profile, and with pictures of any size under one address", async () => {
    const [plain] = await subtitlesOf(streamOf(`sp_auto:${CHOICE}`));
    for (const chain of [`c_scale,w_160/sp_auto:${CHOICE}`, `sp_sd:${CHOICE}`])
      expect((await subtitlesOf(streamOf(chain)))[0]?.address).toBe(plain?.address);
  });

  it("open with what opens the film, and with nothing else", async () => {
    const path = `/${settings.CLOUD_NAME}/video/authenticated/sp_auto:${CHOICE}/said.m3u8`;
    expect((await fetch(address(path))).status).toBe(401);
    const { v2: cloudinary } = await import("cloudinary");
    const signed = cloudinary.url("said", {
      ...{ cloud_name: settings.CLOUD_NAME, api_secret: settings.API_SECRET, resource_type: "video" },
      ...{ type: "authenticated", sign_url: true, streaming_profile: `auto:${CHOICE}`, format: "m3u8" },
    });
    const [english] = await subtitlesOf(address(new URL(signed).pathname));
    const [segment] = (await openRendition(english?.address ?? "")).segments;
    expect((await get(segment?.address ?? "")).status).toBe(200);
    expect((await fetch((segment?.address ?? "").replace(/\?.*/, ""))).status).toBe(401);
  });

  it("have another address when they are uploaded anew", async () => {
    await uploadText("twice.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nbefore\n");
    const twice = streamOf("sp_auto:subtitles_((code_en;file_twice.vtt))");
    const [before] = await subtitlesOf(twice);
    await uploadText("twice.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nafter\n");
    const [after] = await subtitlesOf(twice);
    expect(after?.address).not.toBe(before?.address);
    expect((await saidIn(before?.address ?? ""))[0]?.[0]?.[2]).toBe("before");
    expect((await saidIn(after?.address ?? ""))[0]?.[0]?.[2]).toBe("after");
  });

  it("are refused by name where there are none", async () => {
    const response = await fetch(streamOf("sp_auto:subtitles_((code_en;file_nobody.vtt))"));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter: "sp", detail: expect.stringContaining("nobody.vtt") });
  });

  it.each([
    [
      "a version that never was",
      (url: string) => url.replace(/said_en\.vtt:(@|%40)[0-9a-f]{16}/, "said_en.vtt:$10123456789abcdef"),
    ],
    ["a segment behind the end", (url: string) => url.replace("playlist.m3u8", "99.vtt")],
    ["another spelling of the key", (url: string) => url.replace("/l_subtitles", "/c_scale,w_100/l_subtitles")],
    ["no file", (url: string) => url.replace(/l_subtitles[^/]*\/fl_layer_apply\//, "")],
  ])("are not there in %s", async (_, change) => {
    const [english] = await subtitlesOf(streamOf(`sp_auto:${CHOICE}`));
    const changed = change(english?.address ?? "");
    expect(changed).not.toBe(english?.address);
    expect((await fetch(changed)).status).toBe(404);
  });
});

describe("text tracks of a film's own", () => {
  const CUES = [
    [0.5, 1.5, "First"],
    [1.75, 4.25, "Second"],
    [8.5, 8.9, "Last"],
  ] as const;

  /** @param codecs of the tracks; the first is English, the second without a language */
  async function withTracks(name: string, codecs: readonly string[], options: readonly string[] = []) {
    const srt = join(folder, `${name}.srt`);
    const lines = CUES.map(([from, to, text]) => `1\n${time(from, ",")} --> ${time(to, ",")}\n<b>${text}</b>\n`);
    await writeFile(srt, lines.join("\n"));
    const path = join(folder, name);
    await ffmpeg(
      ...["-i", film.path, "-i", srt, "-map", "0:v", "-map", "0:a", ...codecs.flatMap(() => ["-map", "1:0"])],
      ...["-c", "copy", ...codecs.flatMap((codec, index) => [`-c:s:${index}`, codec])],
      ...["-metadata:s:s:0", "language=eng", ...options, path],
    );
    const publicId = name.replace(".", "-");
    await upload(path, publicId);
    return (chain: string) => address(`/${settings.CLOUD_NAME}/video/upload/${chain}/${publicId}.m3u8?caps=h264`);
  }

  const allOf = async (url: string) => [...new Map((await saidIn(url)).flat().map((cue) => [cue[2], cue])).values()];
  const bold = CUES.map(([from, to, text]) => [from, to, `<b>${text}</b>`]);

  it.each([
    ["mkv", ["srt", "ass", "webvtt"], []],
    ["mov", ["mov_text"], []],
    // The first picture at five seconds: the words stay with it.
    ["late.mkv", ["srt"], ["-output_ts_offset", "5"]],
  ])("are offered and cut, whatever they are coded as: .%s", async (name, codecs, options) => {
    const tracks = await subtitlesOf((await withTracks(`own.${name}`, codecs, options))("sp_auto"));
    expect(tracks.map(({ language }) => language)).toEqual(["en", "und", "und"].slice(0, codecs.length));
    for (const { address: url } of tracks) expect(await allOf(url)).toEqual(bold);
  });

  it("move with a cut, and give way to files that the URL names", async () => {
    const stream = await withTracks("cut.mkv", ["srt"]);
    const [cut] = await subtitlesOf(stream("so_1/sp_auto"));
    expect((await allOf(cut?.address ?? ""))[1]).toEqual([0.75, 3.25, "<b>Second</b>"]);
    expect((await subtitlesOf(stream(`sp_auto:${CHOICE}`))).map(({ language }) => language)).toEqual([
      "en-US",
      "es-ES",
    ]);
  });

  it("are read out of the film once, however many segments are asked for", async () => {
    const [track] = await subtitlesOf((await withTracks("once.mkv", ["srt"]))("sp_auto"));
    const before = (await sourceRuns()).length;
    expect((await saidIn(track?.address ?? "")).length).toBe(3);
    expect((await sourceRuns()).length - before).toBe(1);
  });
});

describe("subtitles in a player", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it("are offered, and shown at their times once they are chosen, each once", async () => {
    const page = await browser.newPage();
    const stream = new URL(streamOf(`sp_auto:${CHOICE}`));
    await page.goto(address(`/player?src=${encodeURIComponent(stream.pathname + stream.search)}`));
    await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 0.2, undefined, {
      timeout: 60_000,
    });
    const tracks = () =>
      page.evaluate(() =>
        [...(document.querySelector("video") as HTMLVideoElement).textTracks].map((track) => ({
          label: track.label,
          language: track.language,
          cues: [...(track.cues ?? [])].map((cue) => [cue.startTime, cue.endTime, (cue as VTTCue).text] as const),
        })),
      );
    expect((await tracks()).map(({ label, language }) => [label, language])).toEqual([
      ["English (United States)", "en-US"],
      ["español (España)", "es-ES"],
    ]);
    await page.evaluate(() => {
      const [english] = (document.querySelector("video") as HTMLVideoElement).textTracks;
      if (english) english.mode = "showing";
    });
    await page.waitForFunction(
      (count) => (document.querySelector("video") as HTMLVideoElement).textTracks[0]?.cues?.length === count,
      ENGLISH.length,
      { timeout: 30_000 },
    );
    const [english] = await tracks();
    for (const [index, [from, to, text]] of ENGLISH.entries()) {
      const cue = english?.cues[index];
      expect(cue?.[0]).toBeCloseTo(from, 3);
      expect(cue?.[1]).toBeCloseTo(to, 3);
      expect(cue?.[2]).toBe(escaped(text));
    }
    await page.close();
  });
});
