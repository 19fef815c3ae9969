// Sets up what a fresh machine lacks, then runs a script of ours with the Node that this project pins. This file is
// plain JavaScript for whatever Node the machine has; everything behind it may assume the pinned one.
//
//   node scripts/bootstrap.mjs start scripts/start.ts [arguments]

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

const [purpose, script, ...rest] = process.argv.slice(2);
const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
process.chdir(root);

/** Programs that each purpose needs: any of the names will do. */
const PROGRAMS = {
  start: [{ names: ["ffmpeg"], packages: "ffmpeg" }],
  test: [
    { names: ["ffmpeg"], packages: "ffmpeg" },
    { names: ["chromium", "chromium-browser", "google-chrome"], packages: "chromium" },
  ],
};

/** How each system installs a package; the first manager that is there is the system's. */
const MANAGERS = [
  {
    name: "apt-get",
    before: ["apt-get", "update", "-qq"],
    install: ["apt-get", "install", "-y", "-qq", "--no-install-recommends"],
  },
  { name: "dnf", install: ["dnf", "install", "-y", "-q"] },
  { name: "apk", install: ["apk", "add", "--quiet"] },
  { name: "pacman", install: ["pacman", "-S", "--noconfirm", "--quiet"] },
  { name: "brew", install: ["brew", "install", "--quiet"], asUser: true },
];

const says = (text) => console.log(`edgereel: ${text}`);

function stop(text) {
  console.error(`edgereel: ${text}`);
  process.exit(1);
}

const has = (program) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));

/** npm installs exactly what package-lock.json says; a mark tells when that was done for these bytes. */
function installPackages() {
  const mark = "node_modules/.edgereel-installed";
  const wanted = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  says("installing packages (npm ci)");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) stop("npm ci failed; its own message is above.");
  writeFileSync(mark, wanted);
}

function installPrograms() {
  const missing = (PROGRAMS[purpose] ?? []).filter(({ names }) => !names.some(has));
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.packages);
  const manager = MANAGERS.find(({ name }) => has(name));
  if (!manager)
    stop(`${packages.join(" and ")} must be installed; this system's package manager is not known to edgereel.`);
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot || manager.asUser ? [] : ["sudo", "-n"];
  const command = [...manager.install, ...packages];
  const mayInstall =
    isRoot || manager.asUser || (has("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0);
  if (!mayInstall) stop(`${packages.join(" and ")} must be installed first. Type:\n\n    sudo ${command.join(" ")}\n`);
  says(`installing ${packages.join(" and ")} (${manager.name})`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const silently = ([file, ...args]) =>
    spawnSync(file, args, { stdio: ["ignore", "ignore", "inherit"], env }).status === 0;
  if (manager.before) silently([...prefix, ...manager.before]);
  if (!silently([...prefix, ...command])) stop(`that failed. Type:\n\n    sudo ${command.join(" ")}\n`);
}

/** The Node that package.json pins for this system, or the machine's own where it is new enough. */
function findNode() {
  const pinned = join(root, "node_modules", ".bin", "node");
  if (existsSync(pinned)) return pinned;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 24 || major === 24 || (major === 22 && minor >= 18)) return process.execPath;
  return stop(`Node ${process.versions.node} is too old, and none is pinned for this system; install Node 24.`);
}

installPackages();
installPrograms();
const node = findNode();
const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...rest], {
  stdio: "inherit",
  // Programs that are found by name find the pinned Node, too.
  env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}` },
});
// The terminal signals the child as well; it decides when to end.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
