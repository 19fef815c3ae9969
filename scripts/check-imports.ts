/**
 * Checks what the compiler cannot: which packages a room may import, that rooms are entered by their door, that pure
 * rooms have no clock and no randomness, and that files stay small.
 */

import { globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";

interface Room {
  readonly rooms: readonly string[];
  /** Packages that its code (not its tests) may import; `node:` stands for all of Node's own. */
  readonly packages: readonly string[];
  readonly pure?: boolean;
}

const ROOMS: Readonly<Record<string, Room>> = {
  transformation: { rooms: [], packages: [], pure: true },
  media: { rooms: ["#transformation"], packages: [], pure: true },
  catalog: { rooms: ["#transformation", "#media"], packages: ["drizzle-orm", "drizzle-kit"] },
  edge: {
    rooms: ["#transformation", "#media", "#catalog"],
    packages: ["hono", "jose", "aws4fetch", "multipasta", "cloudflare:"],
  },
  "origin-transcoder": {
    rooms: ["#transformation", "#media"],
    packages: ["@hono/node-server", "@napi-rs/canvas", "fluent-ffmpeg", "hono", "jose", "node:"],
  },
  sdk: { rooms: ["#transformation"], packages: [] },
  console: { rooms: [], packages: ["hls.js"] },
};

/** Lines that a file may have; tests read as specifications and may be longer. */
const MAX_LINES = 260;
const MAX_TEST_LINES = 460;

const IMPORT =
  /(?:import|export)\s[^"'();]*?from\s*["']([^"']+)["']|import\s*\(\s*["']([^"']+)["']\s*\)|import\s*["']([^"']+)["']/g;
const IMPURE = /\bDate\.now\b|\bnew Date\b|\bMath\.random\b|\bperformance\.|\bsetTimeout\b|\bglobalThis\b/;

const faults: string[] = [];

function packageOf(specifier: string): string {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return "node:";
  if (specifier.startsWith("cloudflare:")) return "cloudflare:";
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function checkImport(file: string, name: string, room: Room, specifier: string): void {
  if (specifier.startsWith(".")) {
    const depth = file.split("/").length - 2;
    if (specifier.split("../").length - 1 > depth)
      faults.push(`${file} leaves its room by ${specifier}; rooms are entered by #room`);
  } else if (specifier.startsWith("#")) {
    if (!room.rooms.includes(specifier)) faults.push(`${file} imports ${specifier}, which ${name} may not`);
  } else if (!room.packages.includes(packageOf(specifier))) {
    faults.push(`${file} imports ${specifier}, which ${name} may not`);
  }
}

for (const [name, room] of Object.entries(ROOMS)) {
  for (const file of globSync(`${name}/**/*.ts`).filter((path) => !path.includes("/dist/"))) {
    const text = readFileSync(file, "utf8");
    const isTest = /\.test\.ts$|\/testing\//.test(file);
    const lines = text.split("\n").length;
    if (lines > (isTest ? MAX_TEST_LINES : MAX_LINES)) faults.push(`${file} has ${lines} lines`);
    if (isTest) continue;
    if (!/^\/\*\*/.test(text)) faults.push(`${file} does not open by saying what it knows`);
    for (const match of text.matchAll(IMPORT)) checkImport(file, name, room, match[1] ?? match[2] ?? match[3] ?? "");
    if (room.pure && IMPURE.test(text)) faults.push(`${file} is in a pure room, but tells the time or rolls dice`);
  }
}

for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? "imports: as the rooms allow" : `imports: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
