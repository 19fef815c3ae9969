/** Runs ffmpeg and ffprobe: bounded in time, memory, output and network, killed when nobody waits, stopped and continued. */

import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable } from "node:stream";
import { Problem } from "#transformation";
import type { NetworkNamespace } from "./network-namespace.ts";

export interface Program {
  readonly path: string;
  /** The user, and the group of the same number, that it runs as; that of the origin where there is none. */
  readonly userId?: number;
  /** All the network that it has; the origin's where there is none. */
  readonly network?: NetworkNamespace;
}

export interface RunLimits {
  /** Seconds that the process may run, pauses not counted. */
  readonly wallSeconds: number;
  readonly outputBytes: number;
}

export interface RunOptions extends RunLimits {
  readonly signal?: AbortSignal;
  /** Told once that the process exists, with what can be done to it. */
  readonly onStart?: (process: Pausable) => void;
}

/** A running encode that can be put aside for one that somebody waits for. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

export interface RunResult {
  readonly output: Buffer;
  readonly exitCode: number | null;
  /** The end of what it said, for our own logs only: it may hold paths. */
  readonly complaints: string;
}

const COMPLAINT_BYTES = 4096;

/** Address space: 8K AV1 needs 3 GB; a decompression bomb wants more. */
const MEMORY_BYTES = 6 * 2 ** 30;

/** Files it may write: the largest clip. */
const FILE_BYTES = 2 * 2 ** 30;

/** util-linux's prlimit replaces itself by the program, so the process id stays; absent on macOS, where only time and output are bounded. */
const PRLIMIT: readonly string[] =
  spawnSync("prlimit", ["--version"]).status === 0
    ? ["prlimit", `--as=${MEMORY_BYTES}`, `--fsize=${FILE_BYTES}`, "--core=0", "--"]
    : [];

/** Nothing of our environment: it holds secrets, and proxies that ffmpeg would obey. SVT_LOG=1: errors only. */
const ENVIRONMENT = { PATH: process.env["PATH"] ?? "", SVT_LOG: "1", LC_ALL: "C" };

/** Time limit that stands still while the process does. */
class Stopwatch {
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #left: number;
  readonly #expired: () => void;

  constructor(milliseconds: number, expired: () => void) {
    this.#left = milliseconds;
    this.#expired = expired;
    this.start();
  }

  start(): void {
    if (this.#timer) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#expired, Math.max(0, this.#left));
  }

  stop(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= performance.now() - this.#since;
  }
}

/** Only root enters a namespace as root: there, becoming another user is the last step of entering. */
function start(
  { path, userId, network }: Program,
  args: readonly string[],
): ChildProcessByStdio<null, Readable, Readable> {
  const [file = path, ...rest] = [...(network?.entering(userId) ?? []), ...PRLIMIT, path, ...args];
  return spawn(file, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: ENVIRONMENT,
    ...(userId !== undefined && !network && { uid: userId, gid: userId }),
  });
}

/**
 * Runs a program to its end and answers what it wrote to standard output, whatever its exit code.
 * @throws Problem `cancelled` when the signal fires, `encode-failed` beyond a limit or when it cannot be started
 */
export function run(
  program: Program,
  args: readonly string[],
  { wallSeconds, outputBytes, signal, onStart }: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const child = start(program, args);
    const chunks: Buffer[] = [];
    let size = 0;
    let complaints = "";
    let refusal: Problem | undefined;

    // SIGKILL: a stopped or hung encoder hears nothing else.
    const kill = (problem: Problem): void => {
      refusal ??= problem;
      child.kill("SIGKILL");
    };
    const clock = new Stopwatch(wallSeconds * 1000, () =>
      kill(new Problem("encode-failed", `ffmpeg took longer than ${wallSeconds} s.`)),
    );
    const abort = (): void => kill(cancelled());
    signal?.addEventListener("abort", abort, { once: true });

    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputBytes) kill(new Problem("encode-failed", `ffmpeg wrote more than ${outputBytes} bytes.`));
      else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaints = (complaints + chunk.toString("utf8")).slice(-COMPLAINT_BYTES);
    });
    const finish = (settle: () => void): void => {
      clock.stop();
      signal?.removeEventListener("abort", abort);
      settle();
    };
    child.once("error", (error) =>
      finish(() => reject(new Problem("encode-failed", `${program.path} cannot be started: ${error.message}`))),
    );
    child.once("close", (exitCode) =>
      finish(() =>
        refusal ? reject(refusal) : resolve({ output: Buffer.concat(chunks, size), exitCode, complaints }),
      ),
    );
    child.once("spawn", () =>
      onStart?.({
        pause: () => {
          clock.stop();
          child.kill("SIGSTOP");
        },
        resume: () => {
          child.kill("SIGCONT");
          clock.start();
        },
      }),
    );
  });
}

const cancelled = (): Problem => new Problem("cancelled", "Nobody waits for this encode any more.");
