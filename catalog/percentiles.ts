/** Metrics that are percentiles of a distribution, for the tables of the ledgers. */

import type { SQL } from "drizzle-orm";
import { type HISTOGRAMS, percentileOf } from "./histograms.ts";
import type { Metric } from "./ledger.ts";

interface Distribution {
  /** The name of the metric whose distribution it is, without its percentile. */
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  readonly histogram: (typeof HISTOGRAMS)[keyof typeof HISTOGRAMS];
  /** The sums of its buckets. */
  readonly sums: SQL<string>;
  /** The metric's units in one of the histogram's. */
  readonly scale: number;
  readonly digits: number;
  readonly percents?: readonly number[];
}

const PERCENTS = [50, 75, 95];

/** `startup_seconds_p50`, and so on. */
export const percentiles = ({
  metric,
  title,
  unit,
  histogram,
  sums,
  scale,
  digits,
  percents = PERCENTS,
}: Distribution): Readonly<Record<string, Metric>> =>
  Object.fromEntries(
    percents.map((percent) => [
      `${metric}_p${percent}`,
      {
        title: `${title}, ${percent} % of them at most`,
        unit,
        expression: sums,
        figure: (json: string) => {
          const value = percentileOf(histogram, JSON.parse(json) as number[], percent / 100);
          return value === undefined ? null : Number((value * scale).toFixed(digits));
        },
      },
    ]),
  );
