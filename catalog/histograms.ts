/** HISTOGRAMS: distributions that add up, between fixed bounds. One entry a distribution: its columns and its percentiles follow. */

import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { integer } from "drizzle-orm/sqlite-core";

interface Histogram<N extends string = string, B extends number = number> {
  /** What its fields begin with. */
  readonly name: N;
  /** Upper bounds of buckets, rising; a last bucket has what lies beyond. */
  readonly bounds: readonly B[];
}

/** Six a decade, each at most two thirds above the one before: a percentile is no further off than that. */
const SIX_A_DECADE = [
  100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000, 15_000, 20_000,
] as const;

export const HISTOGRAMS = {
  /** Startups by the milliseconds that they took. */
  startup: { name: "startup", bounds: [...SIX_A_DECADE, 30_000, 60_000] },
  /** Milliseconds of viewing by the thousandths of a minute around them that were stalled; most of them by none. */
  stalled: { name: "stalled", bounds: [0, 1, 2, 5, 10, 20, 50, 100, 200, 500] },
  /** Milliseconds of playing time by kilobits a second. */
  bitRate: { name: "bitRate", bounds: [...SIX_A_DECADE, 30_000, 50_000] },
  /** Encodes by the milliseconds that they took. */
  encode: { name: "encode", bounds: [...SIX_A_DECADE, 30_000, 60_000, 120_000, 300_000] },
} as const satisfies Record<string, Histogram>;

type FieldOf<H extends Histogram> = `${H["name"]}To${H["bounds"][number]}` | `${H["name"]}Beyond`;

const fieldsOf = <H extends Histogram>({ name, bounds }: H): readonly FieldOf<H>[] =>
  [...bounds.map((bound) => `${name}To${bound}`), `${name}Beyond`] as FieldOf<H>[];

const columnName = (field: string): string =>
  field.replaceAll(/[A-Z]|(?<=[a-z])(?=\d)/g, (letter) => `_${letter.toLowerCase()}`);

const counterColumn = (field: string) => integer(columnName(field)).notNull().default(0);

/** A column for each bucket. */
export const bucketColumns = <H extends Histogram>(histogram: H) =>
  Object.fromEntries(fieldsOf(histogram).map((field) => [field, counterColumn(field)])) as Record<
    FieldOf<H>,
    ReturnType<typeof counterColumn>
  >;

/** What an observation adds: its weight, to the bucket that its value lies in. */
export function observed<H extends Histogram>(
  histogram: H,
  value: number,
  weight = 1,
): { readonly [F in FieldOf<H>]?: number } {
  const { name, bounds } = histogram;
  const bound = bounds.find((each) => value <= each);
  const field = bound === undefined ? `${name}Beyond` : `${name}To${bound}`;
  return { [field]: weight } as { [F in FieldOf<H>]?: number };
}

/** The sums of the buckets, as JSON. */
export const bucketSums = <H extends Histogram>(
  histogram: H,
  columns: Readonly<Record<FieldOf<H>, SQLWrapper>>,
): SQL<string> =>
  sql`json_array(${sql.join(
    fieldsOf(histogram).map((field) => sql`sum(${columns[field]})`),
    sql`, `,
  )})`;

/**
 * The value that a share of all weight does not exceed, as if what lies in a bucket lay evenly in it; the last bound
 * where it lies beyond, undefined where nothing was observed.
 */
export function percentileOf({ bounds }: Histogram, sums: readonly number[], share: number): number | undefined {
  const all = sums.reduce((sum, weight) => sum + weight, 0);
  if (all <= 0) return undefined;
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    const weight = sums[index] ?? 0;
    if (weight > 0 && below + weight >= share * all) {
      const from = bounds[index - 1] ?? 0;
      return from + (bound - from) * Math.max(0, (share * all - below) / weight);
    }
    below += weight;
  }
  return bounds.at(-1);
}
