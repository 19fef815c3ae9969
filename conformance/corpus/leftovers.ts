/** What a service leaves behind: processes under its origin, and files in the folders that it works in. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Processes that a process has started, and those that they have started. */
export async function descendantsOf(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const children = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, "utf8").catch(() => "")),
  );
  const own = children.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
  return [...own, ...(await Promise.all(own.map(descendantsOf))).flat()];
}

/** The most memory that each process has held, in bytes; nothing for those that have gone. */
async function peakBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

const POLL_MILLISECONDS = 100;

/** Watches what a process's children need, until it is told to stop. */
export class MemoryWatch {
  #peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(async () => {
      const peaks = await Promise.all((await descendantsOf(pid)).map(peakBytesOf));
      this.#peakBytes = Math.max(this.#peakBytes, ...peaks);
    }, POLL_MILLISECONDS);
  }

  /** The most that one of them has held since the last call. */
  taken(): number {
    const peak = this.#peakBytes;
    this.#peakBytes = 0;
    return peak;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** What an origin keeps on purpose: its measurements, and its bounded caches of sources and of tracks taken out of them. */
const KEPT = /^(measured\.json|sources\/[0-9a-f]{16}\.source|tracks\/[0-9a-f]{16}-\d+\.amr)$/;

/** Files in an origin's work folder that no job needs any more. */
export async function strayFiles(workFolder: string): Promise<readonly string[]> {
  const found = await readdir(workFolder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(workFolder.length + 1))
    .filter((path) => !KEPT.test(path));
}
