/** What a stream offers, as data: HLS and DASH are two spellings of it, and decide nothing. */

import { compare, type Rational, subtract, type Transformation, type VideoCodecName } from "#transformation";
import { CHAPTERS_ID, type Chapter, chaptersOf } from "./chapters.ts";
import { VIDEO_CODEC_NAMES } from "./codecs.ts";
import { secondsOf, segmentStart } from "./grid.ts";
import type { DeliveryPlan } from "./plan.ts";
import {
  type AudioRendition,
  audioRenditions,
  type KeyframeRendition,
  keyframeRenditions,
  type VideoRendition,
} from "./renditions.ts";
import type { AnyRendition } from "./segment-times.ts";
import type { SubtitleRendition } from "./subtitles/renditions.ts";
import type { SegmentRun } from "./window.ts";

/** What lies in a folder of its own: the folder is named by these. */
export interface Filed {
  readonly rendition: { readonly id: string };
  /** What its address holds of the transformation. */
  readonly key: Transformation;
}

/** A rendition, the plan that it is one of, and what of it is open. */
export interface Offered<One extends AnyRendition = AnyRendition> extends Filed {
  readonly rendition: One;
  readonly plan: DeliveryPlan;
  /** Absent where all segments are open. */
  readonly run?: SegmentRun;
}

/** The segments of a rendition that are open to a viewer; undefined where all are. */
export type RunOf = (rendition: AnyRendition, plan: DeliveryPlan) => SegmentRun | undefined;

/** Pictures in one codec and dynamic range: a player moves among these without a seam, and from one ladder to another only by reloading. */
export interface Ladder {
  readonly codec: VideoCodecName;
  /** First the one that players should start with. */
  readonly rungs: readonly Offered<VideoRendition>[];
  readonly keyframes: Offered<KeyframeRendition> | undefined;
}

/** One of several that are heard, or read, instead of each other. */
export interface Alternative<One extends AudioRendition | SubtitleRendition> extends Offered<One> {
  /** As a menu shows it: different from all others. */
  readonly name: string;
  readonly language: string;
  /** Taken by whoever chooses nothing. */
  readonly isPreferred: boolean;
  /** May be taken by the language of the viewer's device: one of each language at most. */
  readonly isChosenByLanguage: boolean;
}

export interface Presentation {
  /** Where it begins, in seconds: later than zero where a viewer may see only a part of it. */
  readonly start: Rational;
  readonly duration: Rational;
  /** The distance of key pictures: whoever has as much in hand as these last can begin. */
  readonly gopDuration: Rational;
  /** The most compatible codec first, in standard dynamic range, then in a high one. None where there is no picture. */
  readonly ladders: readonly Ladder[];
  readonly sounds: readonly Alternative<AudioRendition>[];
  readonly texts: readonly Alternative<SubtitleRendition>[];
  /** Where there are any: themselves, and the file that lists them. */
  readonly chapters?: Filed & { readonly list: readonly Chapter[] };
  /** Where what plays is encrypted, by Common Encryption. */
  readonly protection?: Protection;
  readonly notes: PresentationNotes;
}

/** The key of all of a stream, and where it is asked for. */
export interface Protection {
  /** 32 hexadecimal digits. */
  readonly keyId: string;
  readonly license: Filed;
}

/** The rendition in whose folder keys are asked for. */
export const LICENSE_ID = "license-eme";

/** What is said of a stream beside what it is made of. */
export interface PresentationNotes {
  /** What it is called. */
  readonly title?: string;
  /** Where those begin who do not choose. */
  readonly startsAt?: Rational;
}

/** Where a file in a folder is, for the manifest that names it. */
export type UriOf = (filed: Filed, file: string) => string;

/** Everything that a manifest may name. */
export const allFiled = (presentation: Presentation): readonly Filed[] => [
  ...allOffered(presentation),
  ...(presentation.chapters ? [presentation.chapters] : []),
  ...(presentation.protection ? [presentation.protection.license] : []),
];

/** Everything that a manifest may name and that plays. */
export const allOffered = ({ ladders, sounds, texts }: Presentation): readonly Offered[] => [
  ...ladders.flatMap(({ rungs, keyframes }) => [...rungs, ...(keyframes ? [keyframes] : [])]),
  ...sounds,
  ...texts,
];

/** What Apple's authoring specification 1.32 wants listed first, since players start there. */
const FIRST_BANDWIDTH = 2_000_000;

/** Of one codec, the rung first that players should start with. */
function startingOrder(rungs: readonly Offered<VideoRendition>[]): readonly Offered<VideoRendition>[] {
  const distance = ({ rendition }: Offered<VideoRendition>) => Math.abs(rendition.averageBandwidth - FIRST_BANDWIDTH);
  const start = rungs.reduce((best, rung) => (distance(rung) < distance(best) ? rung : best));
  return [start, ...rungs.filter((rung) => rung !== start)];
}

/** A rendition among others, with what of it is open. */
type Opened = <One extends AnyRendition>(offered: Omit<Offered<One>, "run">) => Offered<One>;

const openedBy =
  (runOf: RunOf): Opened =>
  (offered) => {
    const run = runOf(offered.rendition, offered.plan);
    return { ...offered, ...(run && { run }) };
  };

function laddersOf(
  plan: DeliveryPlan,
  video: readonly Omit<Offered<VideoRendition>, "key">[],
  opened: Opened,
): readonly Ladder[] {
  const rangeOf = ({ plan: own }: { readonly plan: DeliveryPlan }): DeliveryPlan =>
    own === plan.highRange ? plan.highRange : plan;
  const ranges = [plan, ...(plan.highRange ? [plan.highRange] : [])];
  return ranges.flatMap((range) =>
    VIDEO_CODEC_NAMES.flatMap((codec) => {
      const rungs = video
        .filter((offered) => offered.rendition.codec === codec && rangeOf(offered) === range)
        .map((offered) => opened({ ...offered, key: offered.plan.keys.picture }));
      if (rungs.length === 0) return [];
      const own = keyframeRenditions(range).find((rendition) => rendition.codec === codec);
      const key = range.keys.picture;
      return { codec, rungs: startingOrder(rungs), keyframes: own && opened({ rendition: own, plan: range, key }) };
    }),
  );
}

const SOUND_NAMES = new Map([["und", "Sound"]]);

const soundName = ({ track: { title, language } }: AudioRendition): string =>
  title ?? SOUND_NAMES.get(language) ?? language;

function soundsOf(plan: DeliveryPlan, opened: Opened): readonly Alternative<AudioRendition>[] {
  const all = audioRenditions(plan);
  const preferred = all.find(({ track }) => track.isDefault) ?? all[0];
  return all.map((rendition) => {
    const { language } = rendition.track;
    const name = soundName(rendition);
    const isTwin = all.some((other) => other !== rendition && soundName(other) === name);
    const isFirst = all.find(({ track }) => track.language === language) === rendition;
    return {
      ...opened({ rendition, plan, key: plan.keys.sound }),
      language,
      name: isTwin ? `${name} ${rendition.position + 1}` : name,
      isPreferred: rendition === preferred,
      isChosenByLanguage: rendition === preferred || (isFirst && language !== preferred?.track.language),
    };
  });
}

/** Subtitles and the keys that they lie under. */
export interface KeyedSubtitles extends SubtitleRendition {
  readonly key: Transformation;
}

const textsOf = (
  plan: DeliveryPlan,
  all: readonly KeyedSubtitles[],
  opened: Opened,
): readonly Alternative<SubtitleRendition>[] =>
  all.map((rendition) => ({
    ...opened<SubtitleRendition>({ rendition, plan, key: rendition.key }),
    ...{ language: rendition.language, name: rendition.name },
    // Nobody reads what he has not asked for; whoever has, by the language of his device, does.
    isPreferred: false,
    isChosenByLanguage:
      all.find(({ language, isForced }) => language === rendition.language && isForced === rendition.isForced) ===
      rendition,
  }));

/** From where to where a run of segments plays, in seconds. */
function stretchOf({ grid }: DeliveryPlan, run: SegmentRun | undefined): { start: Rational; duration: Rational } {
  const [from, to] = run ? [segmentStart(grid, run.first), segmentStart(grid, run.last + 1)] : [0, grid.frames];
  return { start: secondsOf(from, grid.frameRate), duration: secondsOf(to - from, grid.frameRate) };
}

/**
 * @param video what of the plan's pictures, or of its rungs', is offered: lowest first of each codec
 * @param runOf what is open of each rendition
 */
export function presentationOf(
  plan: DeliveryPlan,
  video: readonly Omit<Offered<VideoRendition>, "key">[],
  subtitles: readonly KeyedSubtitles[],
  { notes = {}, runOf = () => undefined }: { readonly notes?: PresentationNotes; readonly runOf?: RunOf } = {},
): Presentation {
  const opened = openedBy(runOf);
  const [ladders, sounds] = [laddersOf(plan, video, opened), soundsOf(plan, opened)];
  const first = ladders[0]?.rungs[0] ?? sounds[0];
  const stretch = stretchOf(first?.plan ?? plan, first?.run);
  // Of a part they would be counted from its beginning, which players do each in their way.
  const chapters = first?.run === undefined ? chaptersOf(plan) : [];
  return {
    ...stretch,
    gopDuration: secondsOf(Math.min(plan.grid.gopFrames, plan.grid.frames), plan.grid.frameRate),
    ladders,
    sounds,
    texts: textsOf(plan, subtitles, opened),
    ...(chapters.length > 0 && {
      chapters: { rendition: { id: CHAPTERS_ID }, key: plan.keys.sound, list: chapters },
    }),
    notes: notesWithin(notes, stretch),
  };
}

/** A beginning is counted from that of the part that is open, and lies within it. */
function notesWithin(
  { startsAt, ...notes }: PresentationNotes,
  { start, duration }: { start: Rational; duration: Rational },
): PresentationNotes {
  const since = startsAt && subtract(startsAt, start);
  return since && since.num >= 0 && compare(since, duration) < 0 ? { ...notes, startsAt: since } : notes;
}
