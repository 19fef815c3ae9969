/** Look-up tables as files, for filters that read them: never the bytes that were uploaded, but what was understood of them. */

import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatLut, type JobSource, MAX_LUT_BYTES, parseLut } from "#media";
import { type Filter, Problem } from "#transformation";
import type { OriginConfig } from "../config.ts";
import { temporaryFolder } from "../work-folder.ts";
import type { OpenSource } from "./source-cache.ts";

/** The versions of all tables that filters name. */
export const tablesIn = (filters: readonly Filter[]): ReadonlySet<string> =>
  new Set(
    filters.flatMap(({ table, inputs = [] }) => [
      ...(table === undefined ? [] : [table]),
      ...inputs.flatMap((input) => [...tablesIn(input.filters)]),
    ]),
  );

/** Filters that know where their tables lie. */
export const withTables = (filters: readonly Filter[], paths: ReadonlyMap<string, string>): readonly Filter[] =>
  filters.map(({ table, options, inputs, ...filter }) => {
    const file = table === undefined ? undefined : paths.get(table);
    return {
      ...filter,
      options: { ...(file !== undefined && { file }), ...options },
      ...(inputs && { inputs: inputs.map((input) => ({ ...input, filters: withTables(input.filters, paths) })) }),
    };
  });

/** Writes a table that was opened into the folder of tables; throws `invalid-lut` where it is none. */
export async function lutFile(source: JobSource, opened: OpenSource, config: OriginConfig): Promise<string> {
  if (source.bytes > MAX_LUT_BYTES) throw new Problem("invalid-lut", "The look-up table is too large.");
  const parts: Uint8Array[] = [];
  for (let at = 0; at < source.bytes; at += parts.at(-1)?.length ?? source.bytes)
    parts.push(await opened.read(at, source.bytes - at));
  const path = join(await temporaryFolder(config, "tables"), `${randomUUID()}.cube`);
  await writeFile(path, formatLut(parseLut(Buffer.concat(parts).toString("utf8"), source.container)));
  return path;
}
