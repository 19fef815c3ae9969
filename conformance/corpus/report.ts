/** How a run over files reads: a line a file, in columns. */

import type { CorpusFile } from "./files.ts";
import type { Outcome } from "./follow-file.ts";

export interface Row {
  readonly number: number;
  readonly file: CorpusFile;
  readonly outcome: Outcome;
  readonly isRight: boolean;
  readonly tookSeconds: number;
  /** The most memory that one process of the origin has held. */
  readonly peakBytes: number;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly isNumber?: boolean;
  readonly of: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "", width: 3, of: ({ isRight }) => (isRight ? " " : "!!") },
  { title: "no", width: 3, isNumber: true, of: ({ number }) => String(number) },
  { title: "file", width: 46, of: ({ file }) => file.name },
  { title: "expected", width: 8, of: ({ file }) => file.expected ?? "-" },
  { title: "happened", width: 8, of: ({ outcome }) => outcome.happened },
  { title: "frames", width: 14, isNumber: true, of: ({ outcome }) => outcome.frames },
  { title: "seconds", width: 16, isNumber: true, of: ({ outcome }) => outcome.seconds },
  { title: "segments", width: 9, isNumber: true, of: ({ outcome }) => outcome.segments },
  { title: "took s", width: 6, isNumber: true, of: ({ tookSeconds }) => tookSeconds.toFixed(1) },
  { title: "MB", width: 5, isNumber: true, of: ({ peakBytes }) => (peakBytes / 2 ** 20).toFixed(0) },
  { title: "renditions", width: 36, of: ({ outcome }) => outcome.played.join(", ") },
  { title: "problem", width: 0, of: ({ outcome }) => outcome.problem.replaceAll(/\s+/g, " ") },
];

const line = (cells: readonly string[]): string =>
  COLUMNS.map(({ width, isNumber }, index) => {
    const cell = cells[index] ?? "";
    return isNumber ? cell.padStart(width) : cell.padEnd(width);
  })
    .join(" ")
    .trimEnd();

export const formatHead = (): string => line(COLUMNS.map(({ title }) => title));

export const formatRow = (row: Row): string => line(COLUMNS.map(({ of }) => of(row)));
