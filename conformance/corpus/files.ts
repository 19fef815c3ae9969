/** The files of a folder, and what its manifest, if it has one, says must become of each. */

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** `ok` must play to its last frame, `reject` must be refused, `degraded` must do one or the other. */
export type Expectation = "ok" | "degraded" | "reject";

export interface CorpusFile {
  readonly name: string;
  readonly path: string;
  /** Absent where no manifest names the file: then it is only shown what becomes of it. */
  readonly expected: Expectation | undefined;
}

interface ManifestEntry {
  readonly file: string;
  readonly expect: Expectation;
}

const MANIFEST = "manifest.json";

/** All files of a folder whose names hold a text, in the manifest's order and then by name. */
export async function corpusFiles(folder: string, holding: string): Promise<readonly CorpusFile[]> {
  const manifest = await readFile(join(folder, MANIFEST), "utf8").then(
    (text) => JSON.parse(text) as readonly ManifestEntry[],
    () => [],
  );
  const present = (await readdir(folder)).filter((name) => name !== MANIFEST).sort();
  const named = manifest.filter(({ file }) => present.includes(file));
  const unnamed = present.filter((name) => !manifest.some(({ file }) => file === name));
  const all = [
    ...named.map(({ file, expect }) => ({ name: file, path: join(folder, file), expected: expect })),
    ...unnamed.map((name) => ({ name, path: join(folder, name), expected: undefined })),
  ].filter(({ name }) => name.includes(holding));
  const kinds = await Promise.all(all.map(({ path }) => stat(path)));
  return all.filter((_, index) => kinds[index]?.isFile());
}
