/** A real D1, on workerd, as the migrations make it. */

import { readdirSync, readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

const FOLDER = "catalog/migrations";

/** The migrations in their order, as wrangler applies them: each all or none. */
export const migrations = (): readonly { readonly name: string; readonly statements: readonly string[] }[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, statements: readFileSync(`${FOLDER}/${name}`, "utf8").split("--> statement-breakpoint") }));

export async function migrate(database: Pick<D1Database, "batch" | "prepare">): Promise<void> {
  for (const { statements } of migrations())
    await database.batch(statements.map((statement) => database.prepare(statement)));
}

export interface DatabaseUnderTest {
  readonly d1: D1Database;
  rows<T = Record<string, unknown>>(sql: string): Promise<readonly T[]>;
  /** Drops every row of every table. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDatabase({ migrated = true } = {}): Promise<DatabaseUnderTest> {
  const options = { modules: true as const, script: "export default {}", d1Databases: ["DB"] };
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  const d1 = (await miniflare.getD1Database("DB")) as unknown as D1Database;
  if (migrated) await migrate(d1);
  const rows = async <T>(sql: string): Promise<readonly T[]> => (await d1.prepare(sql).all<T>()).results;
  return {
    d1,
    rows,
    async empty() {
      const tables = await rows<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
      );
      await d1.batch(tables.map(({ name }) => d1.prepare(`DELETE FROM ${name}`)));
    },
    stop: () => miniflare.dispose(),
  };
}
