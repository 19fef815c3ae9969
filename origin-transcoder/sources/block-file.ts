/** A local, partial copy of one source: a sparse file and the set of blocks that it holds. */

import { type FileHandle, open } from "node:fs/promises";
import type { FetchRange } from "./fetch-range.ts";

export const BLOCK_BYTES = 1 << 20;

/** Blocks fetched at once: a round trip to the store costs more than the bytes. */
const BLOCKS_PER_FETCH = 4;

/** Only the blocks that somebody reads are ever fetched; each is fetched once. */
export class BlockFile {
  readonly path: string;
  readonly bytes: number;
  readonly #file: FileHandle;
  readonly #fetchRange: FetchRange;
  readonly #present: Uint8Array;
  readonly #fetching = new Map<number, Promise<void>>();
  #missing: number;
  /** The newest presigned URL: older ones expire. */
  url: string;

  private constructor(path: string, bytes: number, url: string, file: FileHandle, fetchRange: FetchRange) {
    this.path = path;
    this.bytes = bytes;
    this.url = url;
    this.#file = file;
    this.#fetchRange = fetchRange;
    this.#missing = Math.ceil(bytes / BLOCK_BYTES);
    this.#present = new Uint8Array(this.#missing);
  }

  static async open(path: string, bytes: number, url: string, fetchRange: FetchRange): Promise<BlockFile> {
    return new BlockFile(path, bytes, url, await open(path, "w+"), fetchRange);
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  get storedBytes(): number {
    return (this.#present.length - this.#missing) * BLOCK_BYTES;
  }

  /** Reads what is there of [start, start + length), up to the end of a block; fetches the block where it is missing. */
  async read(start: number, length: number): Promise<Uint8Array> {
    const block = Math.floor(start / BLOCK_BYTES);
    await this.#ensure(block);
    const end = Math.min(start + length, (block + 1) * BLOCK_BYTES, this.bytes);
    const buffer = new Uint8Array(end - start);
    await this.#file.read(buffer, 0, buffer.length, start);
    return buffer;
  }

  /** Begins to fetch a block that will be read soon. */
  prefetch(block: number): void {
    if (block < this.#present.length) this.#ensure(block).catch(() => {});
  }

  #ensure(block: number): Promise<void> {
    if (this.#present[block]) return Promise.resolve();
    const running = this.#fetching.get(block);
    if (running) return running;
    let last = block;
    while (
      last + 1 < this.#present.length &&
      last + 1 - block < BLOCKS_PER_FETCH &&
      !this.#present[last + 1] &&
      !this.#fetching.has(last + 1)
    )
      last++;
    const fetched = this.#fetch(block, last).finally(() => {
      for (let done = block; done <= last; done++) this.#fetching.delete(done);
    });
    for (let pending = block; pending <= last; pending++) this.#fetching.set(pending, fetched);
    return fetched;
  }

  async #fetch(first: number, last: number): Promise<void> {
    const start = first * BLOCK_BYTES;
    const bytes = await this.#fetchRange(this.url, start, Math.min((last + 1) * BLOCK_BYTES, this.bytes));
    await this.#file.write(bytes, 0, bytes.length, start);
    for (let block = first; block <= last; block++) this.#present[block] = 1;
    this.#missing -= last - first + 1;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
