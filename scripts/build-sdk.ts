/** Builds the SDK as it is published, and holds it to what it promises: no dependency, nothing of Node, a bounded size. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

/** Packed bytes that the composer may cost a page: it holds the whole language. */
const MAX_PACKED_BYTES = 24_000;

/** What the table says to readers of its pages, as the formatter leaves it: a composer has no use for it. */
const SAID = /\n\s+(?:summary:\s+(?:"(?:[^"\\]|\\.)*"|`[^`]*`)|examples: \[[^\]]*\]),(?=\n)/g;

const silenced: Plugin = {
  name: "silenced",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/transformation\/parameters\/\w+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(SAID, ""),
      loader: "ts",
    }));
  },
};

rmSync("sdk/dist", { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["sdk/index.ts", "sdk/server.ts"],
  outdir: "sdk/dist",
  bundle: true,
  format: "esm",
  // Neither Node's modules nor a browser's stand-ins for them: what needs any does not build.
  platform: "neutral",
  target: "es2022",
  minify: true,
  metafile: true,
  plugins: [silenced],
});

const foreign = Object.keys(metafile.inputs).filter((path) => !/^(sdk|transformation)\//.test(path));
if (foreign.length > 0) fail(`it holds more than its own: ${foreign.join(", ")}`);
const packed = gzipSync(readFileSync("sdk/dist/index.js")).length;
if (packed > MAX_PACKED_BYTES) fail(`it weighs ${packed} bytes packed; ${MAX_PACKED_BYTES} are the most`);

const types = "sdk/dist/types";
const run = (...args: string[]) => spawnSync("node_modules/.bin/tsc", args, { stdio: "inherit" }).status === 0;
if (!run("-b", "sdk")) fail("its types do not build");
for (const room of ["sdk", "transformation"])
  cpSync(`node_modules/.cache/types/${room}`, `${types}/${room}`, {
    recursive: true,
    filter: (path) => !path.includes("tsbuildinfo"),
  });

cpSync("sdk/published.json", "sdk/dist/package.json");
checkConsumer();
console.log(`sdk: ${packed} bytes packed`);

/** A project that knows only what is published. */
function checkConsumer(): void {
  const folder = "node_modules/.cache/sdk-consumer";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/node_modules`, { recursive: true });
  cpSync("sdk/dist", `${folder}/node_modules/edgereel-sdk`, { recursive: true });
  writeFileSync(
    `${folder}/page.ts`,
    `import { edgereel } from "edgereel-sdk";
import { playbackToken, type SigningKey, signUrl } from "edgereel-sdk/server";
const url: string = edgereel({ base: "https://x", cloud: "demo" }).url("a", { steps: [{ width: 640, crop: "fill" }] });
export const signed: Promise<string> = signUrl(url, { apiSecret: "s" });
// @ts-expect-error there is no such parameter
edgereel({ base: "https://x", cloud: "demo" }).url("a", { steps: [{ widht: 640 }] });
const token = { cloud: "demo", key: {} as SigningKey, subject: "*", expiresAt: new Date() };
export const narrow: Promise<string> = playbackToken({ ...token, maxRung: "720p", window: [30, 60] });
// @ts-expect-error there is no such claim
export const wrong = playbackToken({ ...token, maxRungs: "720p" });
`,
  );
  writeFileSync(`${folder}/package.json`, '{ "type": "module" }');
  const options = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "false",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--lib",
    "es2024",
  ];
  if (!run("--ignoreConfig", ...options, `${folder}/page.ts`)) fail("a project that uses it does not compile");
}

function fail(why: string): never {
  console.error(`sdk: ${why}`);
  process.exit(1);
}
