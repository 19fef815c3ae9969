/** DASH: the media presentation description (ISO/IEC 23009-1) over the very segments of HLS, spelled of what a stream offers. */

import { compare, divide, formatRational, type Rational, rational, roundProduct, toDecimal } from "#transformation";
import {
  type Alternative,
  allOffered,
  type Ladder,
  type Offered,
  type Presentation,
  type UriOf,
} from "../presentation.ts";
import type { AudioRendition, KeyframeRendition, VideoRendition } from "../renditions.ts";
import { segmentCountOf, segmentStartTick, segmentTicks, ticksPerSecond } from "../segment-times.ts";
import type { SubtitleRendition } from "../subtitles/renditions.ts";
import type { SegmentRun } from "../window.ts";
import { element, xmlText } from "./xml.ts";

/** `live` names segments by a template, whether a programme is live or not; the media are CMAF tracks. */
const PROFILES = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";

const duration = (seconds: Rational): string => `PT${toDecimal(seconds)}S`;

const descriptor = (name: string, schemeIdUri: string, value: string): string => element(name, { schemeIdUri, value });

const role = (value: string): string => descriptor("Role", "urn:mpeg:dash:role:2011", value);

/** The segments that are open, both ends included. */
const openRun = ({ plan, rendition, run }: Offered): SegmentRun =>
  run ?? { first: 0, last: segmentCountOf(plan, rendition) - 1 };

/** What is the same wherever a description is written. */
interface Writing {
  readonly uriOf: UriOf;
  /** Where the period begins, in seconds of the presentation. */
  readonly start: Rational;
  readonly setOf: (ladder: Ladder) => number;
  /** A representation's name is its rendition's, and a number where that is not its own. */
  readonly nameOf: (offered: Offered) => string;
}

/** Runs of segments of equal length, in the track's own ticks. */
function timeline(offered: Offered): string {
  const { plan, rendition } = offered;
  const { first, last: end } = openRun(offered);
  const runs: { ticks: number; segments: number }[] = [];
  for (let number = first; number <= end; number++) {
    const ticks = segmentTicks(plan, rendition, number);
    const last = runs.at(-1);
    if (last?.ticks === ticks) last.segments++;
    else runs.push({ ticks, segments: 1 });
  }
  return element(
    "SegmentTimeline",
    {},
    runs.map(({ ticks, segments }, index) =>
      element("S", {
        t: index === 0 ? segmentStartTick(plan, rendition, first) : undefined,
        d: ticks,
        r: segments > 1 ? segments - 1 : undefined,
      }),
    ),
  );
}

const SEGMENT_FILE = "$Number$.m4s";

/** A URI as a template: its own dollars are doubled (5.3.9.4.4). */
function template(uri: string): string {
  const file = uri.lastIndexOf(SEGMENT_FILE);
  const own = (text: string): string => text.replaceAll("$", "$$$$");
  return file < 0 ? own(uri) : own(uri.slice(0, file)) + SEGMENT_FILE + own(uri.slice(file + SEGMENT_FILE.length));
}

/** In each representation, not once for all of them: what opens a folder stands in its URIs, and differs. */
function segments(offered: Offered, { uriOf, start }: Writing): string {
  const timescale = ticksPerSecond(offered.plan, offered.rendition);
  return element(
    "SegmentTemplate",
    {
      timescale,
      // The instant that the period begins at, in every track: sound is cut up to half of its frame beside it.
      presentationTimeOffset: start.num === 0 ? undefined : roundProduct(start, rational(timescale)),
      startNumber: openRun(offered).first,
      initialization: template(uriOf(offered, "init.mp4")),
      media: template(uriOf(offered, SEGMENT_FILE)),
    },
    [timeline(offered)],
  );
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

/** Codecs are never mixed in one set: dash.js would move between them within a film (measured). */
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
    ladder.rungs.map((rung) =>
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
  );

/** Key pictures alone, for who looks for something in the film: DASH-IF IOP 3.2.9. */
function keyframeSet(ladder: Ladder, keyframes: Offered<KeyframeRendition>, writing: Writing): string {
  const { stream, codecString, bandwidth } = keyframes.rendition;
  const frameRate = divide(stream.frameRate, rational(stream.gopFrames));
  return element("AdaptationSet", { contentType: "video", mimeType: "video/mp4", ...SEGMENTED }, [
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

/** One file each: WebVTT in segments is HLS's alone. */
const textSet = (text: Alternative<SubtitleRendition>, { nameOf, uriOf }: Writing): string =>
  element("AdaptationSet", { contentType: "text", mimeType: "text/vtt", lang: text.language }, [
    element("Label", {}, [xmlText(text.name)]),
    role(text.rendition.isForced ? "forced-subtitle" : "subtitle"),
    element("Representation", { id: nameOf(text), bandwidth: TEXT_BANDWIDTH }, [
      element("BaseURL", {}, [xmlText(uriOf(text, "all.vtt"))]),
    ]),
  ]);

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
    // A file is open as a whole or not at all.
    ...texts.filter(({ run }) => run === undefined).map((text) => textSet(text, writing)),
    ...ladders.flatMap((ladder) => (ladder.keyframes ? [keyframeSet(ladder, ladder.keyframes, writing)] : [])),
  ];
  const attributes = {
    xmlns: "urn:mpeg:dash:schema:mpd:2011",
    profiles: PROFILES,
    type: "static",
    mediaPresentationDuration: duration(presentation.duration),
    // Within a segment the rate control goes beyond the mean by less than a second's bits.
    minBufferTime: duration(presentation.gopDuration),
  };
  const { title } = presentation.notes;
  const root = element("MPD", attributes, [
    ...(title === undefined ? [] : [element("ProgramInformation", {}, [element("Title", {}, [xmlText(title)])])]),
    element("Period", { id: 0, start: "PT0S" }, sets),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}
