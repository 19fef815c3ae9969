/** The whole service on this machine: the Worker under `wrangler dev`, the origin beside it, storage in a folder. */

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { buildConsole } from "./build-console.ts";
import type { LocalSettings } from "./local-settings.ts";

export interface LocalService {
  /** `http://127.0.0.1:8787` */
  readonly base: string;
  readonly originPort: number;
  readonly originProcess: number;
  /** Rejects when a part of the service ends by itself. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface LocalServiceOptions {
  readonly port: number;
  readonly settings: LocalSettings;
  /** Databases, buckets and caches. */
  readonly stateFolder: string;
  /** Measurements and temporary copies of the origin; logs. */
  readonly workFolder: string;
}

/** Wrangler without a terminal, a network or a habit of asking. */
const WRANGLER_ENVIRONMENT = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  // Writes every request into SQLite: doubles the time of a hit.
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
};

const BUCKET = "edgereel-sources";
const START_SECONDS = 180;

/**
 * wrangler.toml for this machine: S3 credentials for the local bucket (random ones, or any page could read it through
 * loopback), and paths that hold from the work folder, so that several services run side by side.
 */
async function writeLocalConfig(settings: LocalSettings, workFolder: string): Promise<string> {
  const text = await readFile("wrangler.toml", "utf8");
  const bucket = `bucket_name = "${BUCKET}"`;
  const credentials = `{ accessKeyId = "${settings.S3_ACCESS_KEY_ID}", secretAccessKey = "${settings.S3_SECRET_ACCESS_KEY}" }`;
  const local = text
    .replace(bucket, `${bucket}\nlocal_dev = { experimental_s3_credentials = ${credentials} }`)
    .replaceAll(
      /^(main|directory|migrations_dir) = "(.*)"$/gm,
      (_, name: string, path: string) => `${name} = ${JSON.stringify(resolve(path))}`,
    );
  const path = join(workFolder, "wrangler.toml");
  await writeFile(path, local, { mode: 0o600 });
  return path;
}

const wrangler = (args: readonly string[], log: string): ChildProcess =>
  logged(
    spawn("node_modules/.bin/wrangler", args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...WRANGLER_ENVIRONMENT, WRANGLER_LOG_PATH: join(log, "..", "wrangler") },
    }),
    log,
  );

function logged(child: ChildProcess, path: string): ChildProcess {
  const file = createWriteStream(path, { flags: "a" });
  child.stdout?.pipe(file, { end: false });
  child.stderr?.pipe(file, { end: false });
  return child;
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode !== null ? resolve(child.exitCode) : child.once("exit", resolve)));

/** Applies migrations that this state has not seen; a mark beside the database saves asking again. */
async function migrate(config: string, stateFolder: string, log: string): Promise<void> {
  const folder = "catalog/migrations";
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort())
    hash.update(await readFile(join(folder, name)));
  const [mark, digest] = [join(stateFolder, "migrated"), hash.digest("hex")];
  if ((await readFile(mark, "utf8").catch(() => "")) === digest) return;
  const code = await exitOf(
    wrangler(
      ["d1", "migrations", "apply", "DB", "--local", "--config", config, "--persist-to", resolve(stateFolder)],
      log,
    ),
  );
  if (code !== 0) throw new Error(`The database could not be set up; see ${log}.`);
  await mkdir(stateFolder, { recursive: true });
  await writeFile(mark, digest);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once("error", reject)
      .listen(0, "127.0.0.1", () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
  });
}

export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function startOrigin(
  settings: LocalSettings,
  sourcePrefix: string,
  port: number,
  workFolder: string,
  log: string,
): ChildProcess {
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    ORIGIN_SECRET: settings.ORIGIN_SECRET,
    ORIGIN_PORT: String(port),
    ORIGIN_WORK_FOLDER: join(workFolder, "origin"),
    SOURCE_URL_PREFIXES: sourcePrefix,
    ...(process.env["ENCODERS"] !== undefined && { ENCODERS: process.env["ENCODERS"] }),
  };
  const args = ["--disable-warning=ExperimentalWarning", "origin-transcoder/server.ts"];
  return logged(spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "pipe"], env }), log);
}

/** Variables go through a file: arguments are for everybody on the machine to read. */
async function startEdge(
  config: string,
  variables: Readonly<Record<string, string>>,
  { port, stateFolder, workFolder }: LocalServiceOptions,
  log: string,
): Promise<ChildProcess> {
  const file = join(workFolder, "edge.vars");
  await writeFile(
    file,
    Object.entries(variables)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
    { mode: 0o600 },
  );
  const args = [
    "dev",
    "--config",
    config,
    "--ip",
    "127.0.0.1",
    "--port",
    String(port),
    "--persist-to",
    resolve(stateFolder),
    "--show-interactive-dev-session=false",
    "--inspector-port",
    "0",
    "--log-level",
    "warn",
    "--env-file",
    resolve(file),
  ];
  return wrangler(args, log);
}

/** Ends a process and all that it has started. */
async function end(child: ChildProcess): Promise<void> {
  const group = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Gone already.
    }
  };
  const exited = exitOf(child);
  group("SIGTERM");
  const timer = setTimeout(() => group("SIGKILL"), 5000);
  await exited;
  clearTimeout(timer);
  group("SIGKILL");
}

async function healthy(base: string, failed: Promise<never>): Promise<void> {
  const deadline = performance.now() + START_SECONDS * 1000;
  for (;;) {
    const pause = new Promise((resolve) => setTimeout(resolve, 150));
    const response = await Promise.race([fetch(`${base}/health`).catch(() => undefined), failed]);
    if (response?.ok) return;
    if (performance.now() > deadline) throw new Error(`The service did not come up within ${START_SECONDS} s.`);
    await Promise.race([pause, failed]);
  }
}

/** Starts everything and answers when it can serve. */
export async function startLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const { port, settings, stateFolder, workFolder } = options;
  await mkdir(join(workFolder, "logs"), { recursive: true });
  const log = (name: string): string => join(workFolder, "logs", `${name}.log`);
  await buildConsole();
  const config = await writeLocalConfig(settings, workFolder);
  await migrate(config, stateFolder, log("migrations"));
  const base = `http://127.0.0.1:${port}`;
  const s3 = `${base}/cdn-cgi/local/r2/s3`;
  const originPort = await freePort();
  const origin = startOrigin(settings, `${s3}/${BUCKET}/`, originPort, workFolder, log("origin"));
  const variables = { ...settings, ORIGIN_URL: `http://127.0.0.1:${originPort}`, S3_ENDPOINT: s3, S3_BUCKET: BUCKET };
  const edge = await startEdge(config, variables, options, log("edge"));
  let stopping = false;
  const failed = Promise.race(
    (
      [
        ["origin", origin],
        ["edge", edge],
      ] as const
    ).map(async ([name, child]): Promise<never> => {
      const code = await exitOf(child);
      if (stopping) return new Promise(() => {});
      throw new Error(`The ${name} ended with code ${code}; see ${log(name)}.`);
    }),
  );
  failed.catch(() => {});
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all([end(edge), end(origin)]);
  };
  try {
    await healthy(base, failed);
  } catch (error) {
    await stop();
    throw error;
  }
  return { base, originPort, originProcess: origin.pid ?? 0, failed, stop };
}
