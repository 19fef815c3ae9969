/**
 * `npm run fuzz`: sends damaged films through an origin, one seed after the other, and prints what may not be. Ends with
 * 1 where something was found.
 *
 *   npm run fuzz -- --from 5000 --seconds 600
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { originOfFiles } from "./follow-file.ts";
import { hostileFile, makeFilms } from "./hostile-files.ts";

const { values } = parseArgs({
  options: { from: { type: "string", default: "0" }, seconds: { type: "string", default: "300" } },
});
const [from, seconds] = [Number(values.from), Number(values.seconds)];

/** Longer is told: four looks at the file, an appraisal, and five products of three attempts each, are bounded, but this is much. */
const SLOW_SECONDS = 30;

const folder = await mkdtemp(join(tmpdir(), "edgereel-fuzz-"));
const films = await makeFilms(folder);
const origin = await originOfFiles(join(folder, "origin"), {}, true);

async function end(code: number): Promise<never> {
  await origin.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}
process.once("SIGINT", () => void end(130));
process.once("SIGTERM", () => void end(143));

const deadline = performance.now() + seconds * 1000;
let seed = from;
let faults = 0;
for (; performance.now() < deadline; seed++) {
  const file = hostileFile(films, seed);
  const startedAt = performance.now();
  const findings = await origin.follow(file);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  if (findings.length > 0) faults++;
  for (const finding of findings) console.log(`${file.name}: ${finding}`);
  if (tookSeconds > SLOW_SECONDS) console.log(`${file.name}: took ${tookSeconds.toFixed(0)} s`);
}
const answers = [...origin.answers].map(([answer, count]) => `${count} ${answer}`).join(", ");
console.log(`\nseeds ${from} to ${seed - 1}: ${answers}; ${faults} files with faults`);
await end(faults === 0 ? 0 : 1);
