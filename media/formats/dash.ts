/** DASH: the media presentation description (ISO/IEC 23009-1) over the very segments of HLS, spelled of what a stream offers. */

import { compare, divide, formatRational, type Rational, rational, toDecimal } from "#transformation";
import type { VideoStream } from "../codecs.ts";
import {
  type Alternative,
  allOffered,
  type Ladder,
  type Offered,
  type Presentation,
  type UriOf,
} from "../presentation.ts";
import type { AudioRendition, KeyframeRendition, VideoRendition } from "../renditions.ts";
import type { SubtitleRendition } from "../subtitles/renditions.ts";
import { type SegmentedPeriod, segments } from "./dash-segments.ts";
import { millisecondsOf } from "./webvtt.ts";
import { element, xmlText } from "./xml.ts";

/** `live` names segments by a template, whether a programme is live or not; the media are CMAF tracks. */
const PROFILES = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";

const duration = (seconds: Rational): string => `PT${toDecimal(seconds)}S`;

const descriptor = (name: string, schemeIdUri: string, value: string): string => element(name, { schemeIdUri, value });

const role = (value: string): string => descriptor("Role", "urn:mpeg:dash:role:2011", value);

/** What is the same wherever a description is written. */
interface Writing extends SegmentedPeriod {
  /** What every set says first that holds media. */
  readonly protection: readonly string[];
  readonly setOf: (ladder: Ladder) => number;
  /** A representation's name is its rendition's, and a number where that is not its own. */
  readonly nameOf: (offered: Offered) => string;
}

/** Every segment begins with a picture, or a sound, from which on everything can be decoded (ISO/IEC 14496-12 annex I). */
const SEGMENTED = { segmentAlignment: "true", startWithSAP: 1 };

/** Of a set's representations the least and the most that a player has to cope with. */
function bounds(rungs: readonly Offered<VideoRendition>[]) {
  const streams = rungs.map(({ rendition }) => rendition.stream);
  const largest = streams.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
  const fastest = streams.reduce((a, b) => (compare(b.frameRate, a.frameRate) > 0 ? b : a));
  const shape = rational(largest.width, largest.height);
  return {
    par: `${shape.num}:${shape.den}`,
    maxWidth: largest.width,
    maxHeight: largest.height,
    maxFrameRate: formatRational(fastest.frameRate),
  };
}

const picture = ({ stream }: VideoRendition | KeyframeRendition, frameRate: Rational) => ({
  width: stream.width,
  height: stream.height,
  sar: "1:1",
  frameRate: formatRational(frameRate),
});

/** W3C's Clear Key, which every browser has (DASH-IF IOP 7.7). */
const CLEAR_KEY = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e";

/** That a set is encrypted, by which key, and where it is asked for. */
function protectionOf({ protection }: Presentation, uriOf: UriOf): readonly string[] {
  if (!protection) return [];
  const uuid = protection.keyId.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const license = xmlText(uriOf(protection.license, "license.json"));
  return [
    element("ContentProtection", {
      schemeIdUri: "urn:mpeg:dash:mp4protection:2011",
      value: "cbcs",
      "cenc:default_KID": uuid,
    }),
    element("ContentProtection", { schemeIdUri: CLEAR_KEY, value: "ClearKey1.0" }, [
      element("dashif:Laurl", {}, [license]),
    ]),
  ];
}

/** Who does not know these of high dynamic range leaves the set alone (DASH-IF IOP, part 7; ISO/IEC 23091-2). */
const rangeOf = ({ colour: { range, codes } }: VideoStream): readonly string[] =>
  range === undefined
    ? []
    : Object.entries({
        ColourPrimaries: codes.primaries,
        TransferCharacteristics: codes.transfer,
        MatrixCoefficients: codes.matrix,
      }).map(([name, code]) => descriptor("EssentialProperty", `urn:mpeg:mpegB:cicp:${name}`, String(code)));

/** Codecs and ranges are never mixed in one set: dash.js would move between codecs within a film (measured). */
const ladderSet = (ladder: Ladder, priority: number, writing: Writing): string =>
  element(
    "AdaptationSet",
    {
      id: writing.setOf(ladder),
      contentType: "video",
      mimeType: "video/mp4",
      ...SEGMENTED,
      ...bounds(ladder.rungs),
      selectionPriority: priority,
    },
    [
      ...writing.protection,
      ...ladder.rungs.slice(0, 1).flatMap(({ rendition }) => rangeOf(rendition.stream)),
      ...ladder.rungs.map((rung) =>
        element(
          "Representation",
          {
            id: writing.nameOf(rung),
            codecs: rung.rendition.codecString,
            bandwidth: rung.rendition.bandwidth,
            ...picture(rung.rendition, rung.rendition.stream.frameRate),
          },
          [segments(rung, writing)],
        ),
      ),
    ],
  );

/** Key pictures alone, for who looks for something in the film: DASH-IF IOP 3.2.9. */
function keyframeSet(ladder: Ladder, keyframes: Offered<KeyframeRendition>, writing: Writing): string {
  const { stream, codecString, bandwidth } = keyframes.rendition;
  const frameRate = divide(stream.frameRate, rational(stream.gopFrames));
  return element("AdaptationSet", { contentType: "video", mimeType: "video/mp4", ...SEGMENTED }, [
    ...writing.protection,
    ...rangeOf(stream),
    descriptor("EssentialProperty", "http://dashif.org/guidelines/trickmode", String(writing.setOf(ladder))),
    element(
      "Representation",
      {
        id: writing.nameOf(keyframes),
        codecs: codecString,
        bandwidth,
        ...picture(keyframes.rendition, frameRate),
        // At this pace a decoder has as many pictures to do as at the film's own.
        maxPlayoutRate: stream.gopFrames,
        codingDependency: "false",
      },
      [segments(keyframes, writing)],
    ),
  ]);
}

function soundSet(sound: Alternative<AudioRendition>, writing: Writing): string {
  const { codecString, bandwidth, sampleRate, channels } = sound.rendition;
  return element("AdaptationSet", { contentType: "audio", mimeType: "audio/mp4", lang: sound.language, ...SEGMENTED }, [
    ...writing.protection,
    element("Label", {}, [xmlText(sound.name)]),
    role(sound.isPreferred ? "main" : "alternate"),
    element(
      "Representation",
      { id: writing.nameOf(sound), codecs: codecString, bandwidth, audioSamplingRate: sampleRate },
      [
        // Mono and stereo are numbered as they are counted (ISO/IEC 23091-3).
        descriptor("AudioChannelConfiguration", "urn:mpeg:mpegB:cicp:ChannelConfiguration", String(channels)),
        segments(sound, writing),
      ],
    ),
  ]);
}

/** What people say in a second takes less: the attribute must be there, and nobody chooses by it. */
const TEXT_BANDWIDTH = 1000;

/** One file each, counted from where the presentation begins: WebVTT in segments is HLS's alone. */
const textSet = (text: Alternative<SubtitleRendition>, { nameOf, uriOf }: Writing): string =>
  element("AdaptationSet", { contentType: "text", mimeType: "text/vtt", lang: text.language }, [
    element("Label", {}, [xmlText(text.name)]),
    role(text.rendition.isForced ? "forced-subtitle" : "subtitle"),
    element("Representation", { id: nameOf(text), bandwidth: TEXT_BANDWIDTH }, [
      element("BaseURL", {}, [xmlText(uriOf(text, "all.vtt"))]),
    ]),
  ]);

/** Nobody has registered a scheme for chapters: players hand events of any to the page, and leave alone what it does not ask for. */
const CHAPTERS_SCHEME = "https://edgereel.dev/schemes/chapters";

/** Chapters as events of the description itself (ISO/IEC 23009-1 5.10.2), each with its title. */
function chapterEvents({ chapters }: Presentation): readonly string[] {
  if (!chapters) return [];
  const events = chapters.list.map(({ start, end, title }, index) => {
    const [from, to] = [millisecondsOf(start), millisecondsOf(end)];
    return element("Event", { id: index + 1, presentationTime: from, duration: to - from }, [xmlText(title)]);
  });
  return [element("EventStream", { schemeIdUri: CHAPTERS_SCHEME, timescale: 1000 }, events)];
}

/** The set first that a player should take which plays several: that with the best picture at the top, as SCORE says in HLS. */
function priorities(ladders: readonly Ladder[]): ReadonlyMap<Ladder, number> {
  const best = ({ rungs }: Ladder) => Math.max(...rungs.map(({ rendition }) => rendition.score));
  const rising = [...ladders].sort((a, b) => best(a) - best(b));
  return new Map(rising.map((ladder, index) => [ladder, index + 1]));
}

function writingOf(presentation: Presentation, uriOf: UriOf): Writing {
  const all = allOffered(presentation);
  return {
    uriOf,
    start: presentation.start,
    protection: protectionOf(presentation, uriOf),
    setOf: (ladder) => presentation.ladders.indexOf(ladder),
    nameOf: (offered) => {
      const twins = all.filter(({ rendition }) => rendition.id === offered.rendition.id);
      return twins.length > 1 ? `${offered.rendition.id}-${twins.indexOf(offered) + 1}` : offered.rendition.id;
    },
  };
}

/** The description of what a client is offered. */
export function mediaPresentationDescription(presentation: Presentation, uriOf: UriOf): string {
  const { ladders, sounds, texts } = presentation;
  const writing = writingOf(presentation, uriOf);
  const priority = priorities(ladders);
  const sets = [
    ...ladders.map((ladder) => ladderSet(ladder, priority.get(ladder) ?? 1, writing)),
    ...sounds.map((sound) => soundSet(sound, writing)),
    ...texts.map((text) => textSet(text, writing)),
    ...ladders.flatMap((ladder) => (ladder.keyframes ? [keyframeSet(ladder, ladder.keyframes, writing)] : [])),
  ];
  const attributes = {
    xmlns: "urn:mpeg:dash:schema:mpd:2011",
    ...(presentation.protection && { "xmlns:cenc": "urn:mpeg:cenc:2013", "xmlns:dashif": "https://dashif.org/CPS" }),
    profiles: PROFILES,
    type: "static",
    mediaPresentationDuration: duration(presentation.duration),
    // Within a segment the rate control goes beyond the mean by less than a second's bits.
    minBufferTime: duration(presentation.gopDuration),
  };
  const { title } = presentation.notes;
  const root = element("MPD", attributes, [
    ...(title === undefined ? [] : [element("ProgramInformation", {}, [element("Title", {}, [xmlText(title)])])]),
    element("Period", { id: 0, start: "PT0S" }, [...chapterEvents(presentation), ...sets]),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}
