/** HLS: multivariant and media playlists (draft-pantos-hls-rfc8216bis), spelled of what a stream offers. */

import { add, type Rational, rational, round, type Sealing, toDecimal, toFixed } from "#transformation";
import { OUTPUT_SAMPLE_RATES } from "../audio-codecs.ts";
import { AAC_FRAME_SAMPLES, keyframeCount, keyframeLength, secondsOf, segmentCount, segmentFrames } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { Alternative, Offered, Presentation, UriOf } from "../presentation.ts";
import type { AudioRendition, KeyframeRendition, VideoRendition } from "../renditions.ts";
import { type AnyRendition, segmentCountOf, segmentSeconds } from "../segment-times.ts";
import type { SubtitleRendition } from "../subtitles/renditions.ts";

const attributes = (list: readonly (readonly [name: string, value: string | undefined])[]): string =>
  list
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

const quoted = (text: string): string => `"${text.replaceAll(/["\r\n]/g, "'")}"`;

const yesOrNo = (value: boolean): string => (value ? "YES" : "NO");

/** Version 7: EXT-X-MAP in playlists of whole segments needs 6, and players take 7 for fragmented MP4. */
const HEADER = ["#EXTM3U", "#EXT-X-VERSION:7"];

const AUDIO_GROUP = "aac";
const SUBTITLE_GROUP = "subtitles";

const alternative = (
  { name, language, isPreferred, isChosenByLanguage }: Alternative<AudioRendition | SubtitleRendition>,
  own: {
    readonly type: "AUDIO" | "SUBTITLES";
    readonly group: string;
    readonly rest: Parameters<typeof attributes>[0];
  },
): string =>
  `#EXT-X-MEDIA:${attributes([
    ["TYPE", own.type],
    ["GROUP-ID", quoted(own.group)],
    ["NAME", quoted(name)],
    ["LANGUAGE", quoted(language)],
    ["DEFAULT", yesOrNo(isPreferred)],
    ["AUTOSELECT", yesOrNo(isChosenByLanguage)],
    ...own.rest,
  ])}`;

/** @param isVariant whether the preferred sound is a variant itself, as it is where there is no picture */
function soundAlternative(sound: Alternative<AudioRendition>, isVariant: boolean, uriOf: UriOf): string {
  const rest = [
    ["CHANNELS", quoted(String(sound.rendition.channels))],
    // Without a URI the rendition is what the variant itself plays (4.4.6.2.1).
    ["URI", isVariant && sound.isPreferred ? undefined : quoted(uriOf(sound, "playlist.m3u8"))],
  ] as const;
  return alternative(sound, { type: "AUDIO", group: AUDIO_GROUP, rest });
}

function textAlternative(text: Alternative<SubtitleRendition>, uriOf: UriOf): string {
  const rest = [
    ["FORCED", text.rendition.isForced ? "YES" : undefined],
    ["URI", quoted(uriOf(text, "playlist.m3u8"))],
  ] as const;
  return alternative(text, { type: "SUBTITLES", group: SUBTITLE_GROUP, rest });
}

/** What every variant says of what may be taken beside it. */
const besides = ({ texts }: Presentation): Parameters<typeof attributes>[0] => [
  ["SUBTITLES", texts.length > 0 ? quoted(SUBTITLE_GROUP) : undefined],
  // Said outright: players otherwise search the picture for captions.
  ["CLOSED-CAPTIONS", "NONE"],
];

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

function variant(rung: Offered<VideoRendition>, presentation: Presentation, uriOf: UriOf): readonly string[] {
  const { stream, bandwidth, averageBandwidth, score, codecString } = rung.rendition;
  const sounds = presentation.sounds.map(({ rendition }) => rendition);
  return [
    `#EXT-X-STREAM-INF:${attributes([
      // Of the picture and of whichever sound is taken with it (4.4.6.2).
      ["BANDWIDTH", String(bandwidth + largest(sounds.map((sound) => sound.bandwidth)))],
      ["AVERAGE-BANDWIDTH", String(averageBandwidth + largest(sounds.map((sound) => sound.averageBandwidth)))],
      ["SCORE", score.toFixed(1)],
      ["CODECS", quoted([codecString, ...new Set(sounds.map((sound) => sound.codecString))].join(","))],
      ["RESOLUTION", `${stream.width}x${stream.height}`],
      ["FRAME-RATE", toFixed(stream.frameRate, 3)],
      ["VIDEO-RANGE", stream.colour.range ?? "SDR"],
      ["AUDIO", sounds.length > 0 ? quoted(AUDIO_GROUP) : undefined],
      ...besides(presentation),
    ])}`,
    uriOf(rung, "playlist.m3u8"),
  ];
}

/** Sound alone: the preferred rendition is the variant, the others are alternatives to it, and may be fetched beside it. */
function soundVariant(presentation: Presentation, uriOf: UriOf): readonly string[] {
  const { sounds } = presentation;
  const preferred = sounds.find(({ isPreferred }) => isPreferred);
  if (!preferred) return [];
  const { bandwidth, averageBandwidth, codecString } = preferred.rendition;
  const atOnce = Math.min(2, sounds.length);
  return [
    `#EXT-X-STREAM-INF:${attributes([
      ["BANDWIDTH", String(bandwidth * atOnce)],
      ["AVERAGE-BANDWIDTH", String(averageBandwidth * atOnce)],
      ["CODECS", quoted(codecString)],
      ["AUDIO", sounds.length > 1 ? quoted(AUDIO_GROUP) : undefined],
      ...besides(presentation),
    ])}`,
    uriOf(preferred, "playlist.m3u8"),
  ];
}

function keyframeVariant(keyframes: Offered<KeyframeRendition>, uriOf: UriOf): string {
  const { bandwidth, codecString, stream } = keyframes.rendition;
  return `#EXT-X-I-FRAME-STREAM-INF:${attributes([
    ["BANDWIDTH", String(bandwidth)],
    ["CODECS", quoted(codecString)],
    ["RESOLUTION", `${stream.width}x${stream.height}`],
    ["VIDEO-RANGE", stream.colour.range ?? "SDR"],
    ["URI", quoted(uriOf(keyframes, "playlist.m3u8"))],
  ])}`;
}

const sessionData = (id: string, name: "VALUE" | "URI", value: string): string =>
  `#EXT-X-SESSION-DATA:${attributes([
    ["DATA-ID", quoted(id)],
    [name, quoted(value)],
  ])}`;

/** What players show beside the film, by the names that Apple's players know, and where they begin (4.4.2.2). */
function notesOf({ notes, chapters }: Presentation, uriOf: UriOf): readonly string[] {
  const { title, startsAt } = notes;
  return [
    ...(title === undefined ? [] : [sessionData("com.apple.hls.title", "VALUE", title)]),
    ...(chapters ? [sessionData("com.apple.hls.chapters", "URI", uriOf(chapters, "chapters.json"))] : []),
    ...(startsAt ? [`#EXT-X-START:TIME-OFFSET=${toDecimal(startsAt)},PRECISE=YES`] : []),
  ];
}

/** The multivariant playlist of what a client is offered. */
export function multivariantPlaylist(presentation: Presentation, uriOf: UriOf): string {
  const { ladders, sounds, texts } = presentation;
  const isSoundAlone = ladders.length === 0;
  const lines = [
    ...HEADER,
    "#EXT-X-INDEPENDENT-SEGMENTS",
    ...notesOf(presentation, uriOf),
    ...(isSoundAlone && sounds.length < 2 ? [] : sounds.map((sound) => soundAlternative(sound, isSoundAlone, uriOf))),
    ...texts.map((text) => textAlternative(text, uriOf)),
    ...ladders.flatMap(({ rungs }) => rungs.flatMap((rung) => variant(rung, presentation, uriOf))),
    ...(isSoundAlone ? soundVariant(presentation, uriOf) : []),
    ...ladders.flatMap(({ keyframes }) => (keyframes ? [keyframeVariant(keyframes, uriOf)] : [])),
  ];
  return `${lines.join("\n")}\n`;
}

/** Sound may be cut up to half an AAC frame later than the picture: 32 ms at the lowest output rate. */
const AUDIO_SLACK_SECONDS = rational(AAC_FRAME_SAMPLES, Math.min(...OUTPUT_SAMPLE_RATES));

/**
 * The longest segment, rounded. Picture and sound must state the same (authoring specification 8.2), so both take it
 * from the grid that they share, with room for the sound's own boundaries.
 */
function targetDuration({ grid }: DeliveryPlan, rendition: AnyRendition): number {
  const lengths =
    rendition.kind === "keyframes"
      ? Array.from({ length: keyframeCount(grid) }, (_, number) => keyframeLength(grid, number))
      : Array.from({ length: segmentCount(grid) }, (_, number) => segmentFrames(grid, number));
  const longest = secondsOf(largest(lengths), grid.frameRate);
  return Math.max(1, round(rendition.kind === "keyframes" ? longest : add(longest, AUDIO_SLACK_SECONDS)));
}

/**
 * What opens all segments; the init section, before it, lies in clear (4.4.4.4). Without an IV it is the media sequence
 * number, which is the segment's own; samples have theirs in the init section.
 */
const KEY_TAGS: Readonly<Record<Sealing, string>> = {
  aes128: '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"',
  cbcs: '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key.bin",KEYFORMAT="identity"',
};

/** A rendition's media playlist; its URIs are relative, so that it is the same wherever it is served. */
export function mediaPlaylist(plan: DeliveryPlan, rendition: AnyRendition, sealing?: Sealing): string {
  const isText = rendition.kind === "subtitles";
  const seconds = (length: Rational) => toFixed(length, 6);
  const segments = Array.from({ length: segmentCountOf(plan, rendition) }, (_, number) => [
    `#EXTINF:${seconds(segmentSeconds(plan, rendition, number))},`,
    `${number}.${isText ? "vtt" : "m4s"}`,
  ]);
  const lines = [
    ...HEADER,
    `#EXT-X-TARGETDURATION:${targetDuration(plan, rendition)}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    ...(rendition.kind === "keyframes" ? ["#EXT-X-I-FRAMES-ONLY"] : []),
    ...(isText ? [] : ['#EXT-X-MAP:URI="init.mp4"']),
    ...(sealing ? [KEY_TAGS[sealing]] : []),
    ...segments.flat(),
    "#EXT-X-ENDLIST",
  ];
  return `${lines.join("\n")}\n`;
}
