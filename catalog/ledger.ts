/** Ledgers: things counted into minutes by what they have in common, each batch once, and read again by any of it. */

import { and, eq, getTableColumns, gte, lt, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { deliveryBatches } from "./schema.ts";

export interface Metric {
  readonly title: string;
  readonly unit: string;
  readonly expression: SQL<number | string | null>;
  /** Makes the figure of what SQL can only gather. */
  readonly figure?: (gathered: string) => number | null;
}

/** A table whose rows are counts: its primary key says of what, all other columns add up. */
export type LedgerTable = SQLiteTable & { readonly minute: SQLiteColumn; readonly cloud: SQLiteColumn };

export interface Ledger {
  readonly table: LedgerTable;
  /** What rows may be grouped by; the name in the API is the column's. */
  readonly dimensions: Readonly<Record<string, SQLWrapper>>;
  /** Dimensions that are always told apart: what lies on both sides of them must not be added up. */
  readonly apart: readonly string[];
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** A line of a batch: what some things of a minute have in common, and how many they were. Absent counters are zero. */
export type Count = Readonly<Record<string, string | number>>;

/** What an isolate sends from time to time. */
export interface Batch<C = Count> {
  /** Makes counting idempotent: a queue may deliver a batch more than once. */
  readonly id: string;
  readonly counts: readonly C[];
}

export const INTERVAL_MINUTES = { minute: 1, hour: 60, day: 1440 } as const;
export type IntervalName = keyof typeof INTERVAL_MINUTES;

export interface CountQuery {
  readonly cloud: string;
  /** Minutes since 1970; `to` is not included. */
  readonly from: number;
  readonly to: number;
  /** Names of the ledger's dimensions. */
  readonly groupBy: readonly string[];
  readonly interval?: IntervalName | undefined;
}

export type CountRow = Readonly<Record<string, string | number | null>>;

export interface CountCatalog<C = Count> {
  /** Counts batches, each exactly once, all or none. */
  count(batches: readonly Batch<C>[], at: number): Promise<void>;
  read(query: CountQuery): Promise<readonly CountRow[]>;
  /** Drops what is older than its lifetime. */
  expire(now: number): Promise<void>;
}

/** A sum of nothing is nothing; SQL says NULL. */
export const total = (column: SQLWrapper): SQL<number> => sql<number>`coalesce(sum(${column}), 0)`;

/** Names of a ledger's fields in a count: those that tell rows apart, and those that add up. */
export function fieldsOf({ table }: Pick<Ledger, "table">): {
  readonly dimensions: readonly string[];
  readonly counters: readonly string[];
} {
  const keys = new Set(getTableConfig(table).primaryKeys.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const fields = Object.entries(getTableColumns(table));
  return {
    dimensions: fields.flatMap(([field, { name }]) => (keys.has(name) ? [field] : [])),
    counters: fields.flatMap(([field, { name }]) => (keys.has(name) ? [] : [field])),
  };
}

const withFigures = (row: CountRow, metrics: Ledger["metrics"]): CountRow => ({
  ...row,
  ...Object.fromEntries(
    Object.entries(metrics).flatMap(([name, { figure }]) => (figure ? [[name, figure(String(row[name]))]] : [])),
  ),
});

const NOTE_BATCH = "INSERT OR IGNORE INTO delivery_batches (id, counted_at) VALUES (?1, ?2)";

/** One statement a batch, whatever its size: bound parameters are limited to a hundred (D1). */
function countStatement(table: LedgerTable, fields: readonly string[], counters: readonly string[]): string {
  const columns = getTableColumns(table);
  const nameOf = (field: string): string => columns[field]?.name ?? field;
  return `INSERT INTO ${getTableConfig(table).name} (${fields.map(nameOf).join(", ")})
SELECT ${fields.map((_, index) => `json_extract(value, '$[${index}]')`).join(", ")} FROM json_each(?1)
WHERE NOT EXISTS (SELECT 1 FROM delivery_batches WHERE id = ?2)
ON CONFLICT DO UPDATE SET ${counters
    .map(nameOf)
    .map((name) => `${name} = ${name} + excluded.${name}`)
    .join(", ")}`;
}

const KEPT_MINUTES = 400 * 1440;
/** Longer than a queue can hold a message back. */
const KEPT_BATCH_SECONDS = 15 * 86_400;

export function countCatalog<C extends object>(db: Database, d1: D1Database, ledger: Ledger): CountCatalog<C> {
  const { table, dimensions, apart, metrics } = ledger;
  const names = fieldsOf(ledger);
  const fields = [...names.dimensions, ...names.counters];
  const statement = countStatement(table, fields, names.counters);
  const counters = new Set(names.counters);
  const inOrder = (count: C) => {
    const values = count as Count;
    return fields.map((field) => values[field] ?? (counters.has(field) ? 0 : null));
  };
  return {
    async count(batches, at) {
      if (batches.length === 0) return;
      await d1.batch(
        batches.flatMap(({ id, counts }) => [
          d1.prepare(statement).bind(JSON.stringify(counts.map(inOrder)), id),
          d1.prepare(NOTE_BATCH).bind(id, at),
        ]),
      );
    },

    async read({ cloud, from, to, groupBy, interval }) {
      const length = interval && INTERVAL_MINUTES[interval];
      // Seconds since 1970 of the interval's start.
      const time =
        length && sql<number>`(${table.minute} / ${sql.raw(String(length))}) * ${sql.raw(String(length * 60))}`;
      const grouped = Object.fromEntries(
        [...new Set([...apart, ...groupBy])].map((name) => [name, sql`${dimensions[name]}`]),
      );
      const grouping = [...(time ? [time] : []), ...Object.values(grouped)];
      const measured = Object.fromEntries(Object.entries(metrics).map(([name, { expression }]) => [name, expression]));
      const rows = db
        .select({ ...(time && { time }), ...grouped, ...measured } as Record<string, SQL<unknown>>)
        .from(table)
        .where(and(eq(table.cloud, cloud), gte(table.minute, from), lt(table.minute, to)))
        .$dynamic();
      const answer = grouping.length > 0 ? rows.groupBy(...grouping).orderBy(...grouping) : rows;
      return ((await answer) as unknown as readonly CountRow[]).map((row) => withFigures(row, metrics));
    },

    async expire(now) {
      await db.batch([
        db.delete(table).where(lt(table.minute, Math.floor(now / 60) - KEPT_MINUTES)),
        db.delete(deliveryBatches).where(lt(deliveryBatches.countedAt, now - KEPT_BATCH_SECONDS)),
      ]);
    },
  };
}
