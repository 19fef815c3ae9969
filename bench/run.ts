/** `npm run bench`: every benchmark, or those that are named: `npm run bench -- cold warm --film path/to/long.mp4`. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { appraisal } from "./appraisal.ts";
import type { Bench } from "./bench.ts";
import { coldSegment } from "./cold-segment.ts";
import { crowds } from "./crowds.ts";
import { firstFrame } from "./first-frame.ts";
import { herd } from "./herd.ts";
import { lookAhead } from "./look-ahead.ts";
import { nginx } from "./nginx.ts";
import { passingThrough } from "./passing-through.ts";
import { type Product, startProduct } from "./product.ts";
import { formatTable } from "./table.ts";
import { urls } from "./urls.ts";
import { warmHit } from "./warm-hit.ts";
import { workerStart } from "./worker-start.ts";

/** What can be measured, in the order in which it is. */
const BENCHES: readonly Bench[] = [
  urls,
  workerStart,
  coldSegment,
  passingThrough,
  warmHit,
  nginx,
  firstFrame,
  herd,
  crowds,
  lookAhead,
  appraisal,
];

const { values, positionals } = parseArgs({ options: { film: { type: "string" } }, allowPositionals: true });
const film = values.film ?? process.env["BENCH_FILM"];
const known = BENCHES.map(({ name }) => name);
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) fail(`There is no benchmark ${unknown.join(", ")}; there are ${known.join(", ")}.`);
if (film !== undefined && !existsSync(film)) fail(`There is no film ${film}.`);
if (!existsSync("/proc/self/stat")) fail("Processor time is read from /proc, which this system does not have.");

function fail(text: string): never {
  console.error(`bench: ${text}`);
  process.exit(1);
}

/** Figures go to standard output, everything else beside them. */
const says = (text: string): void => console.error(`bench: ${text}`);

/** What the figures hold for. */
function machine(): string {
  const version = spawnSync("ffmpeg", ["-version"], { encoding: "utf8" }).stdout.split(" ")[2];
  const load = loadavg()[0]?.toFixed(2);
  return `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores (load ${load} at the start), ffmpeg ${version}, Node ${process.versions.node}`;
}

const folder = await mkdtemp(join(tmpdir(), "edgereel-bench-"));
let starting: Promise<Product> | undefined;

async function end(code: number): Promise<never> {
  const product = await starting?.catch(() => undefined);
  await product?.service.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}
process.once("SIGINT", () => void end(130));
process.once("SIGTERM", () => void end(143));

const setting = {
  folder,
  film,
  says,
  product: () => {
    if (!starting) says("starting the product, which measures this machine first");
    starting ??= startProduct(folder);
    return starting;
  },
};

try {
  console.log(`${machine()}\n`);
  if (film === undefined) says("no --film (and no BENCH_FILM): generated films only");
  for (const { name, run } of BENCHES.filter((bench) => positionals.length === 0 || positionals.includes(bench.name))) {
    says(`${name} …`);
    const startedAt = performance.now();
    console.log(formatTable(await run(setting)));
    says(`${name} took ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
  await end(0);
} catch (error) {
  console.error(error);
  await end(1);
}
