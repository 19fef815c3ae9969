/**
 * Init sections, made without their source, or copied of it, and remembered: every segment of a rendition is held
 * against its own.
 */

import type { CopiedInitJob, InitJob } from "#media";
import { Problem } from "#transformation";
import { copiedInitArguments, initArguments } from "./ffmpeg/arguments.ts";
import { type Program, run } from "./ffmpeg/run.ts";
import { checkedInit } from "./ffmpeg/verify.ts";
import type { Services } from "./services.ts";
import { openJob } from "./sources/open-job.ts";

const INIT_LIMITS = { wallSeconds: 20, outputBytes: 2 ** 20 };

/** Renditions of a thousand different shapes; an init section is less than a kilobyte. */
const REMEMBERED = 1000;

export class InitSections {
  readonly #ffmpeg: Program;
  readonly #known = new Map<string, Promise<Uint8Array>>();

  constructor(ffmpeg: Program) {
    this.#ffmpeg = ffmpeg;
  }

  /**
   * The init section that a job describes.
   * @throws Problem `encode-failed` where what comes is not what it should be, `source-unreadable`
   */
  get(job: InitJob, services: Services): Promise<Uint8Array> {
    // The address of a source is signed anew each time.
    const key = JSON.stringify(job, (name, value) => (name === "url" ? undefined : value));
    const known = this.#known.get(key);
    if (known) return known;
    const made = this.#make(job, services);
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return made;
  }

  async #make(job: InitJob, services: Services): Promise<Uint8Array> {
    if ("source" in job) return copied(job, services);
    const { output, complaints, exitCode } = await run(this.#ffmpeg, initArguments(job), INIT_LIMITS);
    if (exitCode !== 0)
      throw new Problem("encode-failed", `The encoder refuses this rendition: ${complaints.trim().split("\n").at(-1)}`);
    return checkedInit(output, job);
  }
}

async function copied(job: CopiedInitJob, services: Services): Promise<Uint8Array> {
  const opened = await openJob(job, services);
  try {
    const { output } = await run(services.config.ffmpeg, copiedInitArguments(job, opened.inputOf), INIT_LIMITS);
    return checkedInit(output, job);
  } finally {
    await opened.release();
  }
}
