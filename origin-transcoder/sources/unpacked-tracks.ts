/** Copies tracks into files of their own, where ffmpeg can only read them so; each is copied once, and kept for a while. */

import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { UnpackedTrack } from "#media";
import { Problem } from "#transformation";
import { type Input, unpackArguments } from "../ffmpeg/arguments.ts";
import { type Program, run } from "../ffmpeg/run.ts";
import { makeFolder } from "../work-folder.ts";

/** An hour of telephone sound is read in seconds; output goes to a file. */
const LIMITS = { wallSeconds: 60, outputBytes: 2 ** 16 };

/** What was used longest ago goes first; no job uses as many at once. */
const KEPT = 100;

export class UnpackedTracks {
  readonly #ffmpeg: Program;
  readonly #folder: string;
  readonly #files = new Map<string, Promise<string>>();

  private constructor(ffmpeg: Program, folder: string) {
    this.#ffmpeg = ffmpeg;
    this.#folder = folder;
  }

  /** Starts with an empty folder. */
  static async start(ffmpeg: Program, folder: string): Promise<UnpackedTracks> {
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder, "writes", ffmpeg);
    return new UnpackedTracks(ffmpeg, folder);
  }

  /**
   * A track of the source of a version, as a file that ffmpeg opens.
   * @throws Problem `encode-failed` where it cannot be copied
   */
  async open(version: string, track: UnpackedTrack, source: Input): Promise<Input> {
    const name = `${version}-${track.streamIndex}`;
    const known = this.#files.get(name);
    const made = known ?? this.#copy(name, track, source);
    this.#files.delete(name);
    this.#files.set(name, made);
    made.catch(() => this.#files.delete(name));
    const [oldest] = this.#files;
    if (oldest && this.#files.size > KEPT) {
      this.#files.delete(oldest[0]);
      oldest[1].then((path) => rm(path, { force: true })).catch(() => {});
    }
    return { location: `file:${await made}`, protocols: "file", demuxer: track.into };
  }

  async #copy(name: string, track: UnpackedTrack, source: Input): Promise<string> {
    const path = join(this.#folder, `${name}.${track.into}`);
    const unfinished = join(this.#folder, randomUUID());
    try {
      const { exitCode } = await run(this.#ffmpeg, unpackArguments(track, source, unfinished), LIMITS);
      if (exitCode !== 0) throw new Problem("encode-failed", "The sound of this source cannot be read.");
      await rename(unfinished, path);
      return path;
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}
