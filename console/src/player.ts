/** The player page: plays a stream with hls.js, or natively where that is better, and shows what it is playing. */

import Hls, { type Fragment, type HlsConfig, type Level } from "hls.js";
import { offerStoryboard } from "./storyboard.ts";

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const video = element<HTMLVideoElement>("video");
const message = element<HTMLParagraphElement>("message");
const quality = element<HTMLSelectElement>("quality");
const track = element<HTMLSelectElement>("track");
const facts = element<HTMLDListElement>("facts");

/**
 * Safari's own player is better there (AirPlay, power, Managed Media Source). Chromium claims to play HLS natively,
 * too, but starts on the lowest rung and reports nothing: hls.js comes first.
 */
const playsNatively = (): boolean =>
  video.canPlayType("application/vnd.apple.mpegurl") !== "" && (!Hls.isSupported() || /^Apple/.test(navigator.vendor));

function show(values: Readonly<Record<string, string>>): void {
  facts.replaceChildren(
    ...Object.entries(values).map(([name, value]) => {
      const row = document.createElement("div");
      const [term, description] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      description.textContent = value;
      row.append(term, description);
      return row;
    }),
  );
}

function say(text: string | undefined): void {
  message.hidden = text === undefined;
  message.textContent = text ?? "";
}

function fill(select: HTMLSelectElement, labels: readonly string[], onChange: (index: number) => void): void {
  select.replaceChildren(...labels.map((label, index) => new Option(label, String(index))));
  select.disabled = labels.length < 2;
  select.onchange = () => onChange(Number(select.value));
}

const describeLevel = (level: Level): string =>
  `${level.width}x${level.height} ${level.videoCodec?.split(".")[0] ?? ""} ${Math.round(level.maxBitrate / 1000)} kbit/s`;

/** Where the last segment came from, as the edge says in Server-Timing. */
function lastTier(): string {
  const entry = performance.getEntriesByType("resource").findLast((resource) => /\.m4s(\?|$)/.test(resource.name)) as
    | PerformanceResourceTiming
    | undefined;
  const timing = entry?.serverTiming.find(({ name }) => name === "cache")?.description;
  return entry ? `${timing ?? "unknown"}, ${Math.round(entry.duration)} ms` : "none yet";
}

/** What the problem document of a refused playlist says. */
async function reasonFor(address: string): Promise<string> {
  const response = await fetch(address).catch(() => undefined);
  const problem =
    response && !response.ok
      ? ((await response.json().catch(() => undefined)) as { detail?: string } | undefined)
      : undefined;
  return problem?.detail ?? "The stream cannot be loaded.";
}

/** What the page tells of playback; not `tpb`, which tells devices apart and nothing of a view. */
const REPORTED = [
  "bl",
  "br",
  "bs",
  "cid",
  "d",
  "e",
  "ec",
  "mtp",
  "ot",
  "pb",
  "pr",
  "sf",
  "sid",
  "sn",
  "st",
  "sta",
  "su",
  "ts",
  "v",
] as const;

/** CMCD, version 2: with each request, and as events to the stream's own cloud (docs/analytics.md). */
function reportsOf(address: string): NonNullable<HlsConfig["cmcd"]> {
  const { origin, pathname } = new URL(address, location.href);
  const [, cloud = ""] = pathname.split("/");
  // The path alone: the query may hold a token.
  const url = `${origin}/v1/${cloud}/cmcd?stream=${encodeURIComponent(pathname)}`;
  const includeKeys = [...REPORTED];
  return {
    version: 2,
    includeKeys,
    eventTargets: [{ url, events: ["ps", "bc", "e", "t"], interval: 10, includeKeys }],
  };
}

let current: Hls | undefined;

function playWithHls(address: string): void {
  const hls = new Hls({ capLevelToPlayerSize: false, cmcd: reportsOf(address) });
  current = hls;
  let last: Fragment | undefined;
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    fill(quality, ["automatic", ...hls.levels.map(describeLevel)], (index) => {
      hls.nextLevel = index - 1;
    });
    void video.play().catch(() => {});
  });
  hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, (_, { audioTracks }) => {
    element("sound").hidden = audioTracks.length < 2;
    fill(
      track,
      audioTracks.map(({ name }) => name),
      (index) => {
        hls.audioTrack = index;
      },
    );
  });
  hls.on(Hls.Events.FRAG_CHANGED, (_, { frag }) => {
    last = frag;
  });
  hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
    if (fatal) void reasonFor(address).then((reason) => say(`${reason} (${details})`));
  });
  video.ontimeupdate = () => {
    const level = last && hls.levels[last.level];
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
    const end = video.buffered.length > 0 ? video.buffered.end(video.buffered.length - 1) : 0;
    show({
      Playing: level ? describeLevel(level) : "",
      Codecs: level?.attrs["CODECS"] ?? "",
      "Last segment from": lastTier(),
      Buffer: `${Math.max(0, end - video.currentTime).toFixed(1)} s`,
      Frames: `${totalVideoFrames} shown, ${droppedVideoFrames} dropped`,
    });
  };
  // hls.js tells nothing with the first request where the address is relative.
  hls.loadSource(new URL(address, location.href).href);
  hls.attachMedia(video);
}

function playNativelyFrom(address: string): void {
  video.src = address;
  video.onerror = () => void reasonFor(address).then(say);
  void video.play().catch(() => {});
}

function play(address: string): void {
  current?.destroy();
  say(undefined);
  quality.replaceChildren();
  quality.disabled = true;
  void offerStoryboard(address, element("storyboard"), video);
  if (address === "") say("Put a stream's address above, such as /demo/video/upload/sp_auto/demo.m3u8.");
  else if (playsNatively()) playNativelyFrom(address);
  else playWithHls(address);
}

const address = element<HTMLInputElement>("address");
address.value = new URLSearchParams(location.search).get("src") ?? "";
element<HTMLFormElement>("controls").onsubmit = (event) => {
  event.preventDefault();
  const query = new URLSearchParams(location.search);
  query.set("src", address.value);
  history.replaceState(null, "", `?${query}`);
  play(address.value);
};
play(address.value);
