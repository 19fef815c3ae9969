/** WebVTT, as a whole or in segments on the grid of the pictures (draft-pantos-hls-rfc8216bis 3.1.4), written by arithmetic. */

import { compare, multiply, type Rational, rational, round } from "#transformation";
import { secondsOf, segmentCount, segmentStart } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { Cue } from "../subtitles/cue.ts";
import { formatCueText } from "../subtitles/cue-text.ts";
import { readWebvtt } from "../subtitles/parse.ts";
import { cuesWithin, cutTo } from "../subtitles/timing.ts";
import type { SegmentRun } from "../window.ts";

const HEADER = "WEBVTT\n";

/** Times count from the presentation's zero, which is the first picture's time stamp. */
const SEGMENT_HEADER = `${HEADER}X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n`;

export const millisecondsOf = (seconds: Rational): number => round(multiply(seconds, rational(1000)));

export function formatTime(milliseconds: number): string {
  const digits = (value: number, width: number): string => String(value).padStart(width, "0");
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds % 60, 2)}.${digits(milliseconds % 1000, 3)}`;
}

/** A cue ends behind its start, however short it is (WebVTT 4.1). */
function formatCue(cue: Cue): string {
  const start = millisecondsOf(cue.start);
  const end = Math.max(start + 1, millisecondsOf(cue.end));
  const settings = cue.settings === undefined ? "" : ` ${cue.settings}`;
  return `\n${formatTime(start)} --> ${formatTime(end)}${settings}\n${formatCueText(cue)}\n`;
}

const spelled = (header: string, cues: readonly Cue[]): string =>
  header +
  [...cues]
    .sort((a, b) => compare(a.start, b.start))
    .map(formatCue)
    .join("");

/**
 * A segment of subtitles; undefined where there is no such segment.
 * @param cues on the film's own time line; those that the segment touches are in it with all of their time
 */
export function subtitleSegment(plan: DeliveryPlan, cues: readonly Cue[], number: number): string | undefined {
  const { grid, source } = plan;
  if (number >= segmentCount(grid)) return undefined;
  const said = { cues, version: source.version };
  return spelled(SEGMENT_HEADER, cuesWithin(said, plan, segmentStart(grid, number), segmentStart(grid, number + 1)));
}

/** All subtitles of a programme in one file, for players that take them as a whole. */
export const subtitleFile = (plan: DeliveryPlan, cues: readonly Cue[]): string =>
  spelled(HEADER, cuesWithin({ cues, version: plan.source.version }, plan, 0, plan.grid.frames));

/** Of such a file what is said in a run of segments, counted from the run's beginning. */
export function subtitlePart({ grid }: DeliveryPlan, file: string, { first, last }: SegmentRun): string {
  const [from, to] = [segmentStart(grid, first), segmentStart(grid, last + 1)];
  return spelled(HEADER, cutTo(readWebvtt(file), secondsOf(from, grid.frameRate), secondsOf(to, grid.frameRate)));
}
