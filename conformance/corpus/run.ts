/**
 * `npm run corpus [folder]`: takes every file of a folder through the whole service and prints what became of it. Ends
 * with 1 where a manifest's expectation is broken, something hangs or fails, or something is left behind.
 *
 *   npm run corpus -- ../shared/media --only iphone
 */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startServiceIn } from "../service.ts";
import { type CorpusFile, corpusFiles } from "./files.ts";
import { followFile, type Outcome } from "./follow-file.ts";
import { descendantsOf, MemoryWatch, strayFiles } from "./leftovers.ts";
import { formatHead, formatRow } from "./report.ts";

const { values, positionals } = parseArgs({
  options: { only: { type: "string", default: "" } },
  allowPositionals: true,
});
const source = positionals[0] ?? process.env["EDGEREEL_MEDIA"] ?? "../shared/media";
if (!existsSync(source)) {
  console.log(`corpus: skipped, there is no folder ${source}; name one: npm run corpus -- path/to/files`);
  process.exit(0);
}

/** A file that takes longer hangs: six renditions of a minute of film, on two slow cores. */
const FILE_SECONDS = 300;

const SETTLING_SECONDS = 20;

const folder = await mkdtemp(join(tmpdir(), "edgereel-corpus-"));
// What a tool leaves in the temporary folder shows, too.
process.env["TMPDIR"] = folder;
const { service, settings } = await startServiceIn(folder);
const workFolder = join(folder, "origin");
const memory = new MemoryWatch(service.originProcess);

async function end(code: number): Promise<never> {
  memory.stop();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}
process.once("SIGINT", () => void end(130));
process.once("SIGTERM", () => void end(143));
service.failed.catch((error: Error) => {
  console.error(`corpus: ${error.message}`);
  void end(1);
});

/** Whether what happened is what was expected of the file. */
function isAsExpected({ expected }: CorpusFile, { happened }: Outcome): boolean {
  if (happened === "fails") return expected === undefined;
  if (expected === "ok") return happened === "plays";
  return expected !== "reject" || happened === "refused";
}

function within(seconds: number, outcome: Promise<Outcome>): Promise<Outcome> {
  const late: Outcome = {
    ...{ happened: "fails", played: [], segments: "", frames: "", seconds: "" },
    problem: `it takes longer than ${seconds} s`,
  };
  let timer: NodeJS.Timeout | undefined;
  const lateness = new Promise<Outcome>((give) => {
    timer = setTimeout(() => give(late), seconds * 1000);
  });
  return Promise.race([outcome, lateness]).finally(() => clearTimeout(timer));
}

/** What the service still does or holds when nobody wants anything of it any more. */
async function leftBehind(): Promise<readonly string[]> {
  const deadline = performance.now() + SETTLING_SECONDS * 1000;
  for (;;) {
    const [processes, files] = await Promise.all([descendantsOf(service.originProcess), strayFiles(workFolder)]);
    if (processes.length + files.length === 0) return [];
    if (performance.now() > deadline) return [...processes.map((pid) => `process ${pid}`), ...files];
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

const target = {
  base: service.base,
  cloud: settings.CLOUD_NAME,
  apiKey: settings.API_KEY,
  apiSecret: settings.API_SECRET,
};
const files = await corpusFiles(resolve(source), values.only);
console.log(formatHead());
let broken = 0;
for (const [index, file] of files.entries()) {
  const startedAt = performance.now();
  const outcome = await within(FILE_SECONDS, followFile(file, `corpus-${index + 1}`, { target, folder }));
  const tookSeconds = (performance.now() - startedAt) / 1000;
  const left = await leftBehind();
  const isRight = isAsExpected(file, outcome) && left.length === 0;
  if (!isRight) broken++;
  const problem = [outcome.problem, ...left.map((what) => `left behind: ${what}`)].filter(Boolean).join("; ");
  console.log(
    formatRow({
      number: index + 1,
      file,
      outcome: { ...outcome, problem },
      isRight,
      tookSeconds,
      peakBytes: memory.taken(),
    }),
  );
}
console.log(`\n${files.length} files, ${broken} not as they must be`);
await end(broken === 0 ? 0 : 1);
