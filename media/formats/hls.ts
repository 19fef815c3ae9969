/** HLS: multivariant and media playlists (draft-pantos-hls-rfc8216bis), written by arithmetic over a plan. */

import { add, type Rational, rational, round, toFixed } from "#transformation";
import { OUTPUT_SAMPLE_RATES } from "../audio-codecs.ts";
import { AAC_FRAME_SAMPLES, keyframeCount, keyframeLength, secondsOf, segmentCount, segmentFrames } from "../grid.ts";
import { segmentCountOf, segmentSeconds } from "../jobs/segment-job.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { AudioRendition, KeyframeRendition, Rendition, VideoRendition } from "../renditions.ts";
import type { SubtitleRendition } from "../subtitles/renditions.ts";

/** Where a rendition's files are, for the playlist that names them. */
export type UriOf = (
  rendition: Rendition | SubtitleRendition,
  file: "playlist.m3u8" | "init.mp4" | `${number}.${"m4s" | "vtt"}`,
) => string;

const attributes = (list: readonly (readonly [name: string, value: string | undefined])[]): string =>
  list
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

const quoted = (text: string): string => `"${text.replaceAll(/["\r\n]/g, "'")}"`;

/** Version 7: EXT-X-MAP in playlists of whole segments needs 6, and players take 7 for fragmented MP4. */
const HEADER = ["#EXTM3U", "#EXT-X-VERSION:7"];

const AUDIO_GROUP = "aac";

const SOUND_NAMES = new Map([["und", "Sound"]]);

function audioName(rendition: AudioRendition, all: readonly AudioRendition[]): string {
  const { title, language } = rendition.track;
  const name = title ?? SOUND_NAMES.get(language) ?? language;
  const twins = all.filter(
    (other) => (other.track.title ?? SOUND_NAMES.get(other.track.language) ?? other.track.language) === name,
  );
  return twins.length > 1 ? `${name} ${rendition.position + 1}` : name;
}

const preferredOf = (all: readonly AudioRendition[]): AudioRendition | undefined =>
  all.find(({ track }) => track.isDefault) ?? all[0];

/** @param isVariant whether the preferred rendition is a variant itself, as it is where there is no picture */
function audioMedia(
  rendition: AudioRendition,
  all: readonly AudioRendition[],
  uriOf: UriOf,
  isVariant: boolean,
): string {
  const preferred = preferredOf(all);
  const isFirstOfLanguage = all.find((other) => other.track.language === rendition.track.language) === rendition;
  return `#EXT-X-MEDIA:${attributes([
    ["TYPE", "AUDIO"],
    ["GROUP-ID", quoted(AUDIO_GROUP)],
    ["NAME", quoted(audioName(rendition, all))],
    ["LANGUAGE", quoted(rendition.track.language)],
    ["DEFAULT", rendition === preferred ? "YES" : "NO"],
    // Members that are chosen automatically must differ in language.
    [
      "AUTOSELECT",
      rendition === preferred || (isFirstOfLanguage && rendition.track.language !== preferred?.track.language)
        ? "YES"
        : "NO",
    ],
    ["CHANNELS", quoted(String(rendition.channels))],
    // Without a URI the rendition is what the variant itself plays (4.4.6.2.1).
    ["URI", isVariant && rendition === preferred ? undefined : quoted(uriOf(rendition, "playlist.m3u8"))],
  ])}`;
}

const SUBTITLE_GROUP = "subtitles";

function subtitleMedia(rendition: SubtitleRendition, all: readonly SubtitleRendition[], uriOf: UriOf): string {
  const isLike = (other: SubtitleRendition): boolean =>
    other.language === rendition.language && other.isForced === rendition.isForced;
  return `#EXT-X-MEDIA:${attributes([
    ["TYPE", "SUBTITLES"],
    ["GROUP-ID", quoted(SUBTITLE_GROUP)],
    ["NAME", quoted(rendition.name)],
    ["LANGUAGE", quoted(rendition.language)],
    // Nobody reads what he has not asked for; whoever has, by the language of his device, does.
    ["DEFAULT", "NO"],
    ["AUTOSELECT", all.find(isLike) === rendition ? "YES" : "NO"],
    ["FORCED", rendition.isForced ? "YES" : undefined],
    ["URI", quoted(uriOf(rendition, "playlist.m3u8"))],
  ])}`;
}

const groupOf = (subtitles: readonly SubtitleRendition[]): string | undefined =>
  subtitles.length > 0 ? quoted(SUBTITLE_GROUP) : undefined;

const codecsOf = (rendition: VideoRendition, audio: readonly AudioRendition[]): string =>
  [rendition.codecString, ...new Set(audio.map((sound) => sound.codecString))].join(",");

function variant(rendition: VideoRendition, { audio, subtitles }: Presentation, uriOf: UriOf): readonly string[] {
  const { width, height, frameRate } = rendition.stream;
  return [
    `#EXT-X-STREAM-INF:${attributes([
      ["BANDWIDTH", String(rendition.bandwidth)],
      ["AVERAGE-BANDWIDTH", String(rendition.averageBandwidth)],
      ["SCORE", rendition.score.toFixed(1)],
      ["CODECS", quoted(codecsOf(rendition, audio))],
      ["RESOLUTION", `${width}x${height}`],
      ["FRAME-RATE", toFixed(frameRate, 3)],
      ["VIDEO-RANGE", "SDR"],
      ["AUDIO", audio.length > 0 ? quoted(AUDIO_GROUP) : undefined],
      ["SUBTITLES", groupOf(subtitles)],
      // Said outright: players otherwise search the picture for captions.
      ["CLOSED-CAPTIONS", "NONE"],
    ])}`,
    uriOf(rendition, "playlist.m3u8"),
  ];
}

/** Sound alone: the preferred rendition is the variant, the others are alternatives to it, and may be fetched beside it. */
function audioVariant({ audio: all, subtitles }: Presentation, uriOf: UriOf): readonly string[] {
  const rendition = preferredOf(all);
  if (!rendition) return [];
  const atOnce = Math.min(2, all.length);
  return [
    `#EXT-X-STREAM-INF:${attributes([
      ["BANDWIDTH", String(rendition.bandwidth * atOnce)],
      ["AVERAGE-BANDWIDTH", String(rendition.averageBandwidth * atOnce)],
      ["CODECS", quoted(rendition.codecString)],
      ["AUDIO", all.length > 1 ? quoted(AUDIO_GROUP) : undefined],
      ["SUBTITLES", groupOf(subtitles)],
      ["CLOSED-CAPTIONS", "NONE"],
    ])}`,
    uriOf(rendition, "playlist.m3u8"),
  ];
}

const keyframeVariant = (rendition: KeyframeRendition, uriOf: UriOf): string =>
  `#EXT-X-I-FRAME-STREAM-INF:${attributes([
    ["BANDWIDTH", String(rendition.bandwidth)],
    ["CODECS", quoted(rendition.codecString)],
    ["RESOLUTION", `${rendition.stream.width}x${rendition.stream.height}`],
    ["VIDEO-RANGE", "SDR"],
    ["URI", quoted(uriOf(rendition, "playlist.m3u8"))],
  ])}`;

/** What Apple's authoring specification 1.32 wants listed first, since players start there. */
const FIRST_VARIANT_BANDWIDTH = 2_000_000;

/** Most compatible codec first, and of each codec the variant first that players should start with. */
function startingOrder(renditions: readonly VideoRendition[]): readonly VideoRendition[] {
  const codecs = [...new Set(renditions.map((rendition) => rendition.codec))];
  return codecs.flatMap((codec) => {
    const ladder = renditions.filter((rendition) => rendition.codec === codec);
    const distance = (rendition: VideoRendition) => Math.abs(rendition.averageBandwidth - FIRST_VARIANT_BANDWIDTH);
    const start = ladder.reduce((best, rendition) => (distance(rendition) < distance(best) ? rendition : best));
    return [start, ...ladder.filter((rendition) => rendition !== start)];
  });
}

export interface Presentation {
  readonly video: readonly VideoRendition[];
  readonly audio: readonly AudioRendition[];
  readonly subtitles: readonly SubtitleRendition[];
  readonly keyframes?: KeyframeRendition | undefined;
}

/** The multivariant playlist of what a client is offered. */
export function multivariantPlaylist(presentation: Presentation, uriOf: UriOf): string {
  const { video, audio, subtitles, keyframes } = presentation;
  const soundAlone = video.length === 0;
  const lines = [
    ...HEADER,
    "#EXT-X-INDEPENDENT-SEGMENTS",
    ...(soundAlone && audio.length < 2
      ? []
      : audio.map((rendition) => audioMedia(rendition, audio, uriOf, soundAlone))),
    ...subtitles.map((rendition) => subtitleMedia(rendition, subtitles, uriOf)),
    ...startingOrder(video).flatMap((rendition) => variant(rendition, presentation, uriOf)),
    ...(soundAlone ? audioVariant(presentation, uriOf) : []),
    ...(keyframes && !soundAlone ? [keyframeVariant(keyframes, uriOf)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Sound may be cut up to half an AAC frame later than the picture: 32 ms at the lowest output rate. */
const AUDIO_SLACK_SECONDS = rational(AAC_FRAME_SAMPLES, Math.min(...OUTPUT_SAMPLE_RATES));

/**
 * The longest segment, rounded. Picture and sound must state the same (authoring specification 8.2), so both take it
 * from the grid that they share, with room for the sound's own boundaries.
 */
function targetDuration({ grid }: DeliveryPlan, rendition: Rendition | SubtitleRendition): number {
  const lengths =
    rendition.kind === "keyframes"
      ? Array.from({ length: keyframeCount(grid) }, (_, number) => keyframeLength(grid, number))
      : Array.from({ length: segmentCount(grid) }, (_, number) => segmentFrames(grid, number));
  const longest = secondsOf(
    lengths.reduce((a, b) => Math.max(a, b)),
    grid.frameRate,
  );
  return Math.max(1, round(rendition.kind === "keyframes" ? longest : add(longest, AUDIO_SLACK_SECONDS)));
}

/** A rendition's media playlist. */
export function mediaPlaylist(plan: DeliveryPlan, rendition: Rendition | SubtitleRendition, uriOf: UriOf): string {
  const isText = rendition.kind === "subtitles";
  const seconds = (length: Rational) => toFixed(length, 6);
  const segments = Array.from({ length: segmentCountOf(plan, rendition) }, (_, number) => [
    `#EXTINF:${seconds(segmentSeconds(plan, rendition, number))},`,
    uriOf(rendition, `${number}.${isText ? "vtt" : "m4s"}`),
  ]);
  const lines = [
    ...HEADER,
    `#EXT-X-TARGETDURATION:${targetDuration(plan, rendition)}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    ...(rendition.kind === "keyframes" ? ["#EXT-X-I-FRAMES-ONLY"] : []),
    ...(isText ? [] : [`#EXT-X-MAP:URI=${quoted(uriOf(rendition, "init.mp4"))}`]),
    ...segments.flat(),
    "#EXT-X-ENDLIST",
  ];
  return `${lines.join("\n")}\n`;
}
