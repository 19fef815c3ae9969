/** `npm test`: every test there is, or those of a project: `npm test -- --project pure`. */

import { spawnSync } from "node:child_process";

const { status } = spawnSync("node_modules/.bin/vitest", ["run", ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
