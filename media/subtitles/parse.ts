/** SUBTITLE FORMATS: WebVTT, SubRip and Cloudinary's transcripts, read strictly into cues. */

import { compare, Problem, type Rational, rational } from "#transformation";
import type { Cue } from "./cue.ts";
import { parseCueText } from "./cue-text.ts";
import { transcriptCues } from "./transcript.ts";

/** A feature film has two thousand. */
const MAX_CUES = 20_000;
export const MAX_SUBTITLE_BYTES = 2 * 2 ** 20;

const invalid = (detail: string): Problem => new Problem("invalid-subtitles", detail, { parameter: "file" });

interface Timing {
  readonly start: Rational;
  readonly end: Rational;
  readonly settings?: string;
}

interface SubtitleFormat {
  /** As it is called in messages, and as the catalog notes it. */
  readonly name: "webvtt" | "subrip" | "transcript";
  readonly mediaType: string;
  readonly matches: (text: string) => boolean;
  readonly parse: (text: string, fault: Fault) => readonly Cue[];
}

/** Says what is wrong at a line, counted from 1; strict readers throw. */
type Fault = (line: number, detail: string) => void;

const SETTINGS = [
  /^vertical:(?:rl|lr)$/,
  /^line:-?\d{1,4}(?:\.\d+)?%?(?:,(?:start|center|end))?$/,
  /^position:\d{1,3}(?:\.\d+)?%(?:,(?:line-left|center|line-right))?$/,
  /^size:\d{1,3}(?:\.\d+)?%$/,
  /^align:(?:start|center|end|left|right)$/,
];

/** Settings that no player knows say nothing (WebVTT 6.3). */
const knownSettings = (text: string): string =>
  text
    .trim()
    .split(/\s+/)
    .filter((setting) => SETTINGS.some((pattern) => pattern.test(setting)))
    .join(" ");

const secondsOf = (hours: string | undefined, minutes: string, seconds: string, fraction: string): Rational =>
  rational(
    ((Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, "0")),
    1000,
  );

/** @param time a time in four groups: hours, minutes, seconds, their fraction */
function timingReader(time: string): (line: string) => Timing | undefined {
  const pattern = new RegExp(`^\\s*${time}\\s*-->\\s*${time}(?:\\s+(.*))?$`);
  return (line) => {
    const [, h1, m1 = "", s1 = "", f1 = "", h2, m2 = "", s2 = "", f2 = "", rest = ""] = pattern.exec(line) ?? [];
    if (m1 === "") return undefined;
    const settings = knownSettings(rest);
    return {
      start: secondsOf(h1, m1, s1, f1),
      end: secondsOf(h2, m2, s2, f2),
      ...(settings !== "" && { settings }),
    };
  };
}

const VTT_TIMING = timingReader(String.raw`(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})`);
const SRT_TIMING = timingReader(String.raw`(\d{1,3}):([0-5]?\d):([0-5]?\d)[,.](\d{1,3})`);

/** Runs of lines without an empty one, with the number of their first. */
function blocksOf(text: string): readonly { readonly line: number; readonly lines: readonly string[] }[] {
  const blocks: { line: number; lines: string[] }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  text.split("\n").forEach((content, index) => {
    if (content.trim() === "") open = undefined;
    else if (open) open.lines.push(content);
    else {
      open = { line: index + 1, lines: [content] };
      blocks.push(open);
    }
  });
  return blocks;
}

/** One cue a block: perhaps a name, its times, its text. */
function cuesOf(blocks: ReturnType<typeof blocksOf>, timingOf: typeof VTT_TIMING, fault: Fault): readonly Cue[] {
  return blocks.flatMap(({ line, lines }): readonly Cue[] => {
    const at = lines.slice(0, 2).findIndex((content) => content.includes("-->"));
    const timing = timingOf(lines[at] ?? "");
    if (!timing)
      fault(
        line + Math.max(0, at),
        at < 0 ? "a cue without its times" : `times that do not read: "${lines[at]?.trim().slice(0, 60)}"`,
      );
    else if (compare(timing.start, timing.end) >= 0) fault(line + at, "a cue that ends before it has begun");
    else return [{ ...timing, runs: parseCueText(lines.slice(at + 1).join("\n")) }];
    return [];
  });
}

export const SUBTITLE_FORMATS: readonly SubtitleFormat[] = [
  {
    name: "webvtt",
    mediaType: "text/vtt; charset=utf-8",
    matches: (text) => /^WEBVTT(?:[ \t\n]|$)/.test(text),
    parse: (text, fault) => {
      const [header, ...blocks] = blocksOf(text);
      const glued = header?.lines.findIndex((content) => content.includes("-->")) ?? -1;
      if (header && glued > 0) fault(header.line + glued, "no empty line behind the head");
      const cues = blocks.filter(({ lines: [first = ""] }) => !/^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(first));
      return cuesOf(cues, VTT_TIMING, fault);
    },
  },
  {
    name: "transcript",
    mediaType: "application/json",
    matches: (text) => /^\s*\[/.test(text),
    parse: (text, fault) => transcriptCues(text, (detail) => fault(1, detail)),
  },
  {
    name: "subrip",
    mediaType: "application/x-subrip; charset=utf-8",
    matches: (text) => /^\s*(?:\d+[ \t]*\n)?[^\n]*-->/.test(text),
    parse: (text, fault) => cuesOf(blocksOf(text), SRT_TIMING, fault),
  },
];

const plainLines = (text: string): string => text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");

const read = (format: SubtitleFormat, text: string, fault: Fault): readonly Cue[] =>
  [...format.parse(text, fault)].filter(({ runs }) => runs.length > 0).sort((a, b) => compare(a.start, b.start));

/** Reads a subtitle file that somebody has uploaded; throws `invalid-subtitles`, naming the line at fault. */
export function parseSubtitles(given: string): { readonly format: SubtitleFormat; readonly cues: readonly Cue[] } {
  const text = plainLines(given);
  const format = SUBTITLE_FORMATS.find(({ matches }) => matches(text));
  if (!format) throw invalid("This is no subtitle file: WebVTT (.vtt), SubRip (.srt) and transcripts are taken.");
  const cues = read(format, text, (line, detail) => {
    throw invalid(`Line ${line} of the ${format.name} file: ${detail}.`);
  });
  if (cues.length === 0) throw invalid("There is not one cue in the file.");
  if (cues.length > MAX_CUES) throw invalid(`A subtitle file may have ${MAX_CUES} cues.`);
  return { format, cues };
}

/** Reads what a program wrote as WebVTT; cues that cannot be read are left out. */
export const readWebvtt = (text: string): readonly Cue[] =>
  read(SUBTITLE_FORMATS[0] as SubtitleFormat, plainLines(text), () => {});
