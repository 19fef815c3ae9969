/** What a job reads for a part of its output, and how parts that are read one after the other are told apart. */

import type { Filter, FilterInput } from "#transformation";
import type { Filtered, JobInput } from "./job.ts";

export interface Reading extends Filtered {
  readonly inputs: readonly JobInput[];
}

/** Reads parts one after the other; each is told how many inputs of the job come before its own. */
export function readInTurn<Part>(
  parts: readonly Part[],
  firstInput: number,
  read: (part: Part, firstInput: number) => Reading,
): readonly Reading[] {
  let next = firstInput;
  return parts.map((part) => {
    const reading = read(part, next);
    next += reading.inputs.length;
    return reading;
  });
}

/** A reading with further filters behind its own. */
export const followedBy = (reading: Reading, ...filters: readonly Filter[]): Reading => ({
  ...reading,
  filters: [...reading.filters, ...filters],
});

/** A reading as one of several inputs of a filter. */
export const asInput = ({ stream, filters }: Reading, ...further: readonly Filter[]): FilterInput => ({
  ...(stream && { stream }),
  filters: [...filters, ...further],
});

/** Several readings as what comes out of one filter over all of them. */
export const joinedBy = (filter: Filter, readings: readonly Reading[]): Reading => ({
  inputs: readings.flatMap(({ inputs }) => inputs),
  filters: [{ ...filter, inputs: readings.map((reading) => asInput(reading)) }],
});

/** Inputs of another source than the one around them name it. */
export const ofSource = (reading: Reading, version: string, around: string): Reading =>
  version === around ? reading : { ...reading, inputs: reading.inputs.map((input) => ({ version, ...input })) };
