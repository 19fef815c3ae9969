/** Builds the Worker as it is deployed, and checks what is in it: nothing of Node or of the origin, and its size. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildConsole } from "./build-console.ts";

/** What must never be in the Worker; a name says which import grew, a size only that one did. */
const FORBIDDEN = ["fluent-ffmpeg", "child_process", "node:fs", "libx264 cannot", "better-sqlite"];

/** A free plan's limit is 3 MB; we hold ourselves to a tenth. */
const MAX_GZIP_BYTES = 300_000;

await buildConsole();
const folder = mkdtempSync(join(tmpdir(), "edgereel-bundle-"));
const { status } = spawnSync("node_modules/.bin/wrangler", ["deploy", "--dry-run", "--outdir", folder], {
  stdio: ["ignore", "ignore", "inherit"],
  env: {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  },
});
if (status !== 0) process.exit(1);
const bundle = readFileSync(join(folder, "worker.js"));
rmSync(folder, { recursive: true });

const bled = FORBIDDEN.filter((word) => bundle.includes(word));
const packed = gzipSync(bundle).length;
for (const word of bled) console.error(`the Worker's bundle holds ${word}`);
if (packed > MAX_GZIP_BYTES)
  console.error(`the Worker's bundle has ${packed} bytes, packed; ${MAX_GZIP_BYTES} are the most`);
console.log(`bundle: ${(bundle.length / 1000).toFixed(0)} kB, ${(packed / 1000).toFixed(0)} kB packed`);
process.exit(bled.length > 0 || packed > MAX_GZIP_BYTES ? 1 : 0);
