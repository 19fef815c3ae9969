/** Builds the console: bundles its scripts, copies its pages, into console/dist. */

import { cp, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const [SOURCE, TARGET] = ["console/src", "console/dist"];

export async function buildConsole(): Promise<void> {
  await mkdir(TARGET, { recursive: true });
  await build({
    entryPoints: [`${SOURCE}/player.ts`],
    outdir: TARGET,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  for (const file of ["player.html", "player.css"]) await cp(`${SOURCE}/${file}`, `${TARGET}/${file}`);
}

if (import.meta.main) await buildConsole();
