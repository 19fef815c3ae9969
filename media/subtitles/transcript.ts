/** Cloudinary's transcripts: JSON lists of excerpts, each with its words and their times in seconds. */

import { rational } from "#transformation";
import type { Cue } from "./cue.ts";

interface Word {
  readonly word: string;
  readonly start_time: number;
  readonly end_time: number;
}

/** Two lines, as subtitles are read. */
const MAX_CHARACTERS = 84;

function isWord(value: unknown): value is Word {
  const { word, start_time: start, end_time: end } = (value ?? {}) as Partial<Word>;
  return typeof word === "string" && Number.isFinite(start) && Number.isFinite(end) && Number(start) >= 0;
}

/** The words of an excerpt, as many to a cue as are read at a glance. */
function glances(words: readonly Word[]): readonly (readonly Word[])[] {
  const cues: Word[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const word of words) {
    length += word.word.length + 1;
    if (length > MAX_CHARACTERS) {
      cues.push([]);
      length = word.word.length;
    }
    cues.at(-1)?.push(word);
  }
  return cues;
}

const seconds = (value: number) => rational(Math.round(value * 1000), 1000);

/** @param fault what is wrong with the file */
export function transcriptCues(text: string, fault: (detail: string) => void): readonly Cue[] {
  let excerpts: unknown;
  try {
    excerpts = JSON.parse(text);
  } catch {
    fault("no JSON");
    return [];
  }
  return (excerpts as readonly { words?: unknown }[]).flatMap((excerpt): readonly Cue[] => {
    const words = excerpt?.words;
    if (!Array.isArray(words) || !words.every(isWord)) {
      fault("an excerpt without words, each with start_time and end_time in seconds");
      return [];
    }
    return glances(words).flatMap((part) => {
      const [first, last] = [part[0], part.at(-1)];
      if (!first || !last || last.end_time <= first.start_time) return [];
      const runs = [{ text: part.map(({ word }) => word).join(" ") }];
      return [{ start: seconds(first.start_time), end: seconds(last.end_time), runs }];
    });
  });
}
