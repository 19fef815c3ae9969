/** Init sections, made without their source and remembered: every segment of a rendition is held against its own. */

import type { InitJob } from "#media";
import { Problem } from "#transformation";
import { initArguments } from "./ffmpeg/arguments.ts";
import { type Program, run } from "./ffmpeg/run.ts";
import { checkedInit } from "./ffmpeg/verify.ts";

const INIT_LIMITS = { wallSeconds: 20, outputBytes: 2 ** 20 };

/** Renditions of a thousand different shapes; an init section is less than a kilobyte. */
const REMEMBERED = 1000;

export class InitSections {
  readonly #ffmpeg: Program;
  readonly #known = new Map<string, Promise<Uint8Array>>();

  constructor(ffmpeg: Program) {
    this.#ffmpeg = ffmpeg;
  }

  /** The init section that a job describes; throws `encode-failed` where the encoder does not write what it should. */
  get(job: InitJob): Promise<Uint8Array> {
    const key = JSON.stringify(job);
    const known = this.#known.get(key);
    if (known) return known;
    const made = this.#make(job);
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return made;
  }

  async #make(job: InitJob): Promise<Uint8Array> {
    const { output, complaints, exitCode } = await run(this.#ffmpeg, initArguments(job), INIT_LIMITS);
    if (exitCode !== 0)
      throw new Problem("encode-failed", `The encoder refuses this rendition: ${complaints.trim().split("\n").at(-1)}`);
    return checkedInit(output, job);
  }
}
