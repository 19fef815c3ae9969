/** What a new isolate costs: the size of the Worker's bundle, and the time until it can take its first request. */

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildConsole } from "../scripts/build-console.ts";
import type { Bench } from "./bench.ts";
import { median } from "./measurement.ts";

const exec = promisify(execFile);

const TURNS = 5;
const wrangler = join(import.meta.dirname, "../node_modules/.bin/wrangler");

interface Started {
  readonly bundle: string;
  readonly packed: string;
  readonly activeMilliseconds: number;
}

/** As wrangler measures it: the processor's share of a profile from the script's first line on. */
async function start(folder: string, profile: string): Promise<Started> {
  const { stdout } = await exec(wrangler, ["check", "startup", "--outfile", profile], { cwd: folder });
  const found = (pattern: RegExp): string => {
    const value = pattern.exec(stdout)?.[1];
    if (value === undefined) throw new Error(`wrangler check startup said: ${stdout}`);
    return value;
  };
  return {
    bundle: found(/Bundle: ([\d.]+ \w+)/),
    packed: found(/gzip: ([\d.]+ \w+)/),
    activeMilliseconds: Number(found(/Active: ([\d.]+) ms/)),
  };
}

async function minimalWorker(folder: string): Promise<string> {
  const path = join(folder, "minimal-start");
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "worker.js"), "export default { fetch: () => new Response('hello') };\n");
  await writeFile(
    join(path, "wrangler.toml"),
    'name = "minimal"\nmain = "worker.js"\ncompatibility_date = "2026-11-17"\n',
  );
  return path;
}

export const workerStart: Bench = {
  name: "isolate",
  async run({ folder }) {
    await buildConsole();
    const workers = [
      { name: "a Worker that says hello", folder: await minimalWorker(folder), starts: [] as Started[] },
      { name: "edgereel's Worker", folder: join(import.meta.dirname, ".."), starts: [] as Started[] },
    ];
    for (let turn = 0; turn < TURNS; turn++)
      for (const worker of workers) worker.starts.push(await start(worker.folder, join(folder, "startup.cpuprofile")));
    return {
      title: "The start of an isolate",
      method: `wrangler check startup on workerd, ${TURNS} turns, medians; the platform allows 1 s.`,
      columns: ["Worker", "bundle", "packed", "processor ms"],
      rows: workers.map(({ name, starts }) => [
        name,
        starts[0]?.bundle ?? "",
        starts[0]?.packed ?? "",
        median(starts.map(({ activeMilliseconds }) => activeMilliseconds)).toFixed(0),
      ]),
    };
  },
};
