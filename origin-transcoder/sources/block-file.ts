/** A local, partial copy of one source: a sparse file and the set of blocks that it holds. */

import { type FileHandle, open } from "node:fs/promises";
import { isOutOfSpace } from "./disk-space.ts";
import type { FetchRange } from "./fetch-range.ts";

export const BLOCK_BYTES = 1 << 20;

/** Blocks fetched at once: a round trip to the store costs more than the bytes. */
const BLOCKS_PER_FETCH = 4;

/** Blocks that are held in memory where the disk takes none: enough for the readers of a moment. */
const BLOCKS_IN_MEMORY = 32;

/** Only the blocks that somebody reads are ever fetched; each is fetched once. */
export class BlockFile {
  readonly path: string;
  readonly bytes: number;
  readonly #file: FileHandle;
  readonly #fetchRange: FetchRange;
  readonly #present: Uint8Array;
  readonly #fetching = new Map<number, Promise<void>>();
  /** Blocks that the disk did not take, the newest last. */
  readonly #unstored = new Map<number, Uint8Array>();
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

  /** Whether the disk has lately refused a block. */
  get isCrowded(): boolean {
    return this.#unstored.size > 0;
  }

  get storedBytes(): number {
    return (this.#present.length - this.#missing) * BLOCK_BYTES;
  }

  /** Reads what is there of [start, start + length), up to the end of a block; fetches the block where it is missing. */
  async read(start: number, length: number): Promise<Uint8Array> {
    const block = Math.floor(start / BLOCK_BYTES);
    const end = Math.min(start + length, (block + 1) * BLOCK_BYTES, this.bytes);
    while (!this.#present[block]) {
      const unstored = this.#unstored.get(block);
      if (unstored) return unstored.subarray(start - block * BLOCK_BYTES, end - block * BLOCK_BYTES);
      await this.#ensure(block);
    }
    const buffer = new Uint8Array(end - start);
    await this.#file.read(buffer, 0, buffer.length, start);
    return buffer;
  }

  /** Begins to fetch a block that will be read soon. */
  prefetch(block: number): void {
    if (block < this.#present.length) this.#ensure(block).catch(() => {});
  }

  #ensure(block: number): Promise<void> {
    if (this.#present[block] || this.#unstored.has(block)) return Promise.resolve();
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
    try {
      await this.#write(bytes, start);
      for (let block = first; block <= last; block++) this.#present[block] = 1;
      this.#missing -= last - first + 1;
      this.#unstored.clear();
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      for (let block = first; block <= last; block++) this.#remember(block, bytes, start);
    }
  }

  /** A disk that is about to be full takes a part. */
  async #write(bytes: Uint8Array, start: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, start + done);
      done += bytesWritten;
    }
  }

  #remember(block: number, bytes: Uint8Array, start: number): void {
    const from = block * BLOCK_BYTES - start;
    this.#unstored.set(block, bytes.subarray(from, from + BLOCK_BYTES));
    const [oldest] = this.#unstored.keys();
    if (this.#unstored.size > BLOCKS_IN_MEMORY && oldest !== undefined) this.#unstored.delete(oldest);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
