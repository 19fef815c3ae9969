import { readFileSync } from "node:fs";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as schema from "./schema.ts";
import { type DatabaseUnderTest, migrate, migrations, startDatabase } from "./testing/database.ts";

let database: DatabaseUnderTest;

beforeAll(async () => {
  database = await startDatabase({ migrated: false });
});

afterAll(async () => {
  await database?.stop();
});

const tables = Object.values(schema)
  .filter((entry) => entry instanceof SQLiteTable)
  .map(getTableConfig);

const namesOf = async (type: "table" | "index"): Promise<readonly string[]> =>
  (
    await database.rows<{ name: string }>(
      `SELECT name FROM sqlite_master WHERE type = '${type}' AND name NOT LIKE '\\_%' ESCAPE '\\' AND sql IS NOT NULL`,
    )
  ).map(({ name }) => name);

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

describe("migrations", () => {
  it("make of an empty database what the schema says, to the column", async () => {
    expect(await namesOf("table")).toEqual([]);
    await migrate(database.d1);
    expect([...(await namesOf("table"))].sort()).toEqual(tables.map(({ name }) => name).sort());
    for (const { name, columns, primaryKeys } of tables) {
      const made = await database.rows<Column>(`PRAGMA table_info(${name})`);
      expect(
        made.map((column) => [column.name, column.type.toLowerCase(), column.notnull === 1]),
        name,
      ).toEqual(columns.map((column) => [column.name, column.getSQLType(), column.notNull]));
      const key = primaryKeys.flatMap((primary) => primary.columns.map((column) => column.name));
      expect(
        made
          .filter(({ pk }) => pk > 0)
          .map((column) => column.name)
          .sort(),
        name,
      ).toEqual((key.length > 0 ? key : columns.filter(({ primary }) => primary).map((column) => column.name)).sort());
    }
  });

  it("keep what was uploaded before subtitles were", async () => {
    const { d1, rows, stop } = await startDatabase({ migrated: false });
    const apply = async (names: (name: string) => boolean) => {
      for (const { statements } of migrations().filter(({ name }) => names(name)))
        await d1.batch(statements.map((statement) => d1.prepare(statement)));
    };
    await apply((name) => name < "0002");
    await d1.batch([
      d1.prepare("INSERT INTO assets VALUES ('demo', 'upload', 'film', 'id', 'v', 1, 2, 'film', '[]', '{}')"),
      d1.prepare("INSERT INTO sources VALUES ('demo', 'upload', 'film', 'v', 'key', 'etag', '{}', 3, 4)"),
    ]);
    await apply((name) => name >= "0002");
    expect(await rows("SELECT * FROM assets")).toMatchObject([
      { public_id: "film", resource_type: "video", asset_id: "id", uploaded_at: 1, tags: "[]" },
    ]);
    expect(await rows("SELECT * FROM sources")).toMatchObject([
      { public_id: "film", resource_type: "video", object_key: "key", stored_at: 3, replaced_at: 4 },
    ]);
    await stop();
  });

  it("make every index of the schema", async () => {
    const wanted = tables.flatMap(({ indexes }) => indexes.map(({ config }) => config.name));
    expect([...(await namesOf("index"))].sort()).toEqual(wanted.sort());
  });

  it("are applied in the order in which they were written, none left out", () => {
    const journal = JSON.parse(readFileSync("catalog/migrations/meta/_journal.json", "utf8")) as {
      entries: readonly { idx: number; tag: string }[];
    };
    expect(migrations().map(({ name }) => name)).toEqual(journal.entries.map(({ tag }) => `${tag}.sql`));
  });
});
