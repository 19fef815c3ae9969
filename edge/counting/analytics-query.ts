/** Reads and bounds the query of the analytics API. */

import { type CountQuery, INTERVAL_MINUTES, type IntervalName, type Ledger } from "#catalog";
import { Problem } from "#transformation";

/** The longest span that one question may cover. */
const MAX_MINUTES = 400 * 1440;
const DEFAULT_MINUTES = 1440;

/** ISO 8601 with a time zone, a date, or seconds since 1970; as minutes since 1970. */
function minuteOf(text: string, name: string): number {
  const seconds = /^\d{1,11}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text)
      ? Date.parse(text) / 1000
      : Number.NaN;
  if (!Number.isFinite(seconds)) {
    throw new Problem(
      "invalid-query",
      `${name} takes a time such as 2026-01-31T12:00:00Z or seconds since 1970, not "${text.slice(0, 40)}".`,
      { parameter: name },
    );
  }
  return Math.floor(seconds / 60);
}

export function analyticsQuery(
  { dimensions }: Pick<Ledger, "dimensions">,
  cloud: string,
  query: URLSearchParams,
  now: number,
): CountQuery {
  const to = query.has("to") ? minuteOf(query.get("to") ?? "", "to") : Math.floor(now / 60) + 1;
  const from = query.has("from") ? minuteOf(query.get("from") ?? "", "from") : to - DEFAULT_MINUTES;
  if (from >= to || to - from > MAX_MINUTES)
    throw new Problem("invalid-query", `from must lie before to, by ${MAX_MINUTES / 1440} days at most.`, {
      parameter: "from",
    });
  const words = (query.get("group_by") ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const unknown = words.find((word) => !Object.hasOwn(dimensions, word));
  if (unknown !== undefined)
    throw new Problem(
      "invalid-query",
      `group_by takes ${Object.keys(dimensions).join(", ")}, not "${unknown.slice(0, 40)}".`,
      { parameter: "group_by" },
    );
  const interval = query.get("interval") ?? undefined;
  if (interval !== undefined && !Object.hasOwn(INTERVAL_MINUTES, interval)) {
    throw new Problem(
      "invalid-query",
      `interval takes ${Object.keys(INTERVAL_MINUTES).join(", ")}, not "${interval.slice(0, 40)}".`,
      { parameter: "interval" },
    );
  }
  return {
    cloud,
    from,
    to,
    groupBy: [...new Set(words)],
    interval: interval as IntervalName | undefined,
  };
}
