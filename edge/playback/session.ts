/**
 * What the events of one session tell when they are read in their order: a view, its startup, its stalls. Pure: a state
 * and a report give the next state and what there is to count.
 */

import { HISTOGRAMS, observed, type PlaybackCounters } from "#catalog";
import { LADDER, VIDEO_CODECS } from "#media";
import { isRenditionPath } from "#transformation";
import { rungAndCodec } from "../counting/viewer.ts";
import type { CmcdReport } from "./cmcd-keys.ts";
import { measuredStartup, pictureNumber, rated, sumOf, throughputOf } from "./request-count.ts";

export interface Session {
  /** The player's state (`sta`), and the time of the report that told it, in milliseconds of the player's own clock. */
  readonly state: string | undefined;
  readonly at: number;
  /** Whether it is the view's own stall: one while a viewer seeks is what seeking takes. */
  readonly isStalled: boolean;
  readonly isViewed: boolean;
  readonly hasStarted: boolean;
  readonly hasFailed: boolean;
  /** When playing was asked for. */
  readonly startedAt: number | undefined;
  /** Of the picture that plays, in kbit/s. */
  readonly bitRate: number | undefined;
  /** Frames dropped up to the last report. */
  readonly dropped: number | undefined;
  readonly codec: string;
  readonly rung: string;
  /** Time that was played and stalled since it was last told how much of it was stalled. */
  readonly unjudged: Viewing;
}

interface Viewing {
  readonly played: number;
  readonly stalled: number;
}

/** What a report adds, and of which rendition. */
export interface Increment {
  readonly codec: string;
  readonly rung: string;
  readonly counters: PlaybackCounters;
}

/** Reports overtake each other by so many on their way. */
const OVERTAKING = 4;
/** A silence longer than this is a machine that slept, and tells of neither playing nor stalling. */
const MAX_SILENCE_MILLISECONDS = 120_000;
const MAX_STARTUP_MILLISECONDS = 600_000;

/** Viewing is judged by stretches of so much of it. */
const STRETCH_MILLISECONDS = 60_000;
const NOTHING_VIEWED: Viewing = { played: 0, stalled: 0 };

/** States that end a view, or may. */
const ENDINGS = new Set(["e", "f", "q"]);

/** States that no view is in: it is being prepared, or was never asked for. */
const BEFORE_VIEW = new Set(["d", "q"]);

/**
 * The state before a session's first report. One that is joined in its midst (what was known of it is lost) was viewed
 * and had started: nothing is counted a second time.
 */
export function openedBy({ sn, sta }: CmcdReport): Session {
  const isBeginning = sn === undefined ? sta === undefined || sta === "s" || sta === "d" : sn <= OVERTAKING;
  return {
    ...{ state: undefined, at: 0, isStalled: false, startedAt: undefined, bitRate: undefined, codec: "", rung: "" },
    ...{ isViewed: !isBeginning, hasStarted: !isBeginning, hasFailed: false, dropped: isBeginning ? 0 : undefined },
    unjudged: NOTHING_VIEWED,
  };
}

/** @param arrivedAt when the report came, in milliseconds since 1970: its time, where it tells none */
export function noted(known: Session, report: CmcdReport, arrivedAt: number): readonly [Session, Increment] {
  const at = report.ts ?? arrivedAt;
  const playing = playingOf(known, report);
  // A report that was overtaken changes no state, but tells of itself. Time that has passed is rated by what played then.
  const [state, told] = at < known.at ? [known, {}] : moved(known, report, at);
  const { codec, rung } = playing;
  return [
    { ...state, ...playing },
    { codec, rung, counters: { reports: 1, ...ofItself(report), ...told } },
  ];
}

/** Rungs there are: rows are as many, whatever players make up. */
const RUNGS: ReadonlySet<string> = new Set(["full", ...LADDER.map(({ name }) => name)]);

/** What is playing, as a report tells it. */
function playingOf(
  { bitRate, codec, rung }: Session,
  { pb, br, ot, url }: CmcdReport,
): Pick<Session, "bitRate" | "codec" | "rung"> {
  const isPicture = ot === undefined || ot === "v" || ot === "av";
  const told = pictureNumber(pb) ?? (isPicture ? pictureNumber(br) : undefined);
  const named = isPicture && url !== undefined ? renditionOf(url) : undefined;
  return { bitRate: told ?? bitRate, ...(named ?? { codec, rung }) };
}

function renditionOf(url: string): { codec: string; rung: string } | undefined {
  const path = url.replace(/^https?:\/\/[^/]*/, "").replace(/[?#].*$/, "");
  const told = isRenditionPath(path) ? rungAndCodec(path.split("/").at(-2) ?? "") : undefined;
  return told && RUNGS.has(told.rung) && Object.hasOwn(VIDEO_CODECS, told.codec) ? told : undefined;
}

/** Counters that need no state. */
function ofItself(report: CmcdReport): PlaybackCounters {
  const { e, ot, d } = report;
  const isPicture = e === "rr" && (ot === "v" || ot === "av");
  return {
    ...throughputOf(report),
    ...(e === "e" && { errors: 1 }),
    ...(isPicture && d !== undefined && { requestedMilliseconds: Math.round(d) }),
    // Who tells no states tells how long stalls were; who does is measured by them.
    ...(report.sta === undefined &&
      report.bsd && { rebuffers: report.bsd.length, rebufferMilliseconds: sumOf(report.bsd) }),
  };
}

function moved(session: Session, report: CmcdReport, at: number): readonly [Session, PlaybackCounters] {
  const state = report.sta ?? session.state;
  const { dfa } = report;
  const isView = state !== undefined && !BEFORE_VIEW.has(state);
  const startedAt = session.startedAt ?? (state === "s" ? at : undefined);
  const hasStarted = session.hasStarted || state === "p" || report.msd !== undefined;
  const isFailing = state === "f" && !session.hasFailed;
  const isStalled = state === "r" && (session.isStalled || session.state === "p");
  const next: Session = {
    ...session,
    ...{ state, at, startedAt, hasStarted, isStalled },
    ...{ isViewed: session.isViewed || isView || hasStarted, hasFailed: session.hasFailed || isFailing },
    dropped: dfa === undefined ? session.dropped : Math.max(dfa, session.dropped ?? 0),
  };
  const isStall = isStalled && !session.isStalled;
  const passed = elapsed(session, at);
  const [unjudged, judged] = judgedViewing(session.unjudged, passed, ENDINGS.has(state ?? ""));
  return [
    { ...next, unjudged },
    {
      ...passed,
      ...judged,
      ...(next.isViewed && !session.isViewed && { views: 1 }),
      ...(hasStarted && !session.hasStarted && startup(startedAt, report, at)),
      ...(isFailing && { fatalErrors: 1, ...(!hasStarted && { failedStarts: 1 }) }),
      ...(isStall && { rebuffers: 1 }),
      ...(dfa !== undefined && session.dropped !== undefined && { droppedFrames: Math.max(0, dfa - session.dropped) }),
    },
  ];
}

/** The time since the last report belongs to the state that it told. */
function elapsed({ state, at: since, isStalled, bitRate }: Session, at: number): PlaybackCounters {
  const milliseconds = Math.round(at - since);
  if (milliseconds <= 0 || milliseconds > MAX_SILENCE_MILLISECONDS) return {};
  if (state === "p") return { playedMilliseconds: milliseconds, ...rated(bitRate, milliseconds) };
  return isStalled ? { rebufferMilliseconds: milliseconds } : {};
}

/** How much of a stretch of viewing was stalled, once it is long enough, or over. */
function judgedViewing(
  unjudged: Viewing,
  { playedMilliseconds = 0, rebufferMilliseconds = 0 }: PlaybackCounters,
  isOver: boolean,
): readonly [Viewing, PlaybackCounters] {
  const viewing = { played: unjudged.played + playedMilliseconds, stalled: unjudged.stalled + rebufferMilliseconds };
  const milliseconds = viewing.played + viewing.stalled;
  if (milliseconds === 0 || (milliseconds < STRETCH_MILLISECONDS && !isOver)) return [viewing, {}];
  return [NOTHING_VIEWED, observed(HISTOGRAMS.stalled, (1000 * viewing.stalled) / milliseconds, milliseconds)];
}

/** From the wish to play to the first picture: as the player measured it, or between the reports that told of them. */
function startup(startedAt: number | undefined, { msd }: CmcdReport, at: number): PlaybackCounters {
  if (msd !== undefined) return measuredStartup(msd);
  const milliseconds = startedAt === undefined ? undefined : at - startedAt;
  return milliseconds === undefined || milliseconds > MAX_STARTUP_MILLISECONDS
    ? { startups: 1 }
    : measuredStartup(milliseconds);
}
