/** Tables that are read as they are and as Markdown. */

export interface Table {
  readonly title: string;
  /** What was measured against what, how often, and how it was kept honest. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What was left out, and why. */
  readonly remarks?: readonly string[];
}

export function formatTable({ title, method, columns, rows, remarks = [] }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  // The first column names things, the others are numbers.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [`### ${title}`, "", method, "", line(columns), rule, ...rows.map(line), ...remarks.map((text) => `\n${text}`)]
    .join("\n")
    .concat("\n");
}

export const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(0);

/** For figures below a millisecond. */
export const fineMilliseconds = (seconds: number): string => (seconds * 1000).toFixed(2);

export const ratio = (value: number): string => value.toFixed(2);
