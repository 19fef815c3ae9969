/** A chunk of a large upload: where it belongs, and its way into R2 as a part of the object to be. */

import { Problem } from "#transformation";
import type { FileSink } from "./form.ts";
import { RunningDigest } from "./object-writer.ts";

export interface ChunkRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  /** Known from the last chunk only. */
  readonly total: number | null;
}

/** R2's smallest part (error 10011); the last one may be smaller. */
const MIN_CHUNK_BYTES = 5 * 2 ** 20;
const MAX_PARTS = 10_000;

/** Reads `bytes 0-19999999/-1`; throws `invalid-upload` naming `Content-Range`. */
export function parseContentRange(header: string): ChunkRange {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|-1|\*)$/.exec(header.trim()) ?? [];
  const range = {
    start: Number(first),
    end: Number(last) + 1,
    total: total === "-1" || total === "*" ? null : Number(total),
  };
  const sane = total !== undefined && range.start < range.end && (range.total === null || range.end <= range.total);
  if (!sane) throw refused(`Content-Range reads "bytes <first>-<last>/<total or -1>", not "${header.slice(0, 80)}".`);
  return range;
}

const refused = (detail: string): Problem => new Problem("invalid-upload", detail, { parameter: "Content-Range" });

/** Which part a chunk is; all chunks but the last must be as long as the first one. */
export function partNumber({ start, end, total }: ChunkRange, chunkBytes: number): number {
  const isLast = total !== null && end === total;
  const length = end - start;
  if (start % chunkBytes !== 0 || (isLast ? length > chunkBytes : length !== chunkBytes)) {
    throw refused(`All chunks but the last must have the same length as the first one, ${chunkBytes} bytes.`);
  }
  const part = start / chunkBytes + 1;
  if (part > MAX_PARTS) throw refused(`An upload may have ${MAX_PARTS} chunks; make them larger (chunk_size).`);
  return part;
}

/** The length of an upload's chunks, as its first one has it. */
export function firstChunkBytes({ start, end }: ChunkRange): number {
  if (start !== 0) throw refused("The first chunk of an upload must come first.");
  if (end < MIN_CHUNK_BYTES) throw refused(`Chunks must have ${MIN_CHUNK_BYTES} bytes at least (chunk_size).`);
  return end;
}

/** Streams a chunk into its part: R2 takes streams of known length only. */
export class ChunkWriter implements FileSink {
  readonly #expected: number;
  readonly #stream: FixedLengthStream;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #digest = new RunningDigest();
  readonly #uploading: Promise<R2UploadedPart>;
  #bytes = 0;

  constructor(multipart: R2MultipartUpload, part: number, bytes: number) {
    this.#expected = bytes;
    this.#stream = new FixedLengthStream(bytes);
    this.#writer = this.#stream.writable.getWriter();
    this.#uploading = multipart.uploadPart(part, this.#stream.readable);
    this.#uploading.catch(() => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#expected) throw this.#mismatch();
    await this.#digest.add(bytes);
    await this.#writer.write(bytes);
  }

  async close(): Promise<{ etag: string; digest: string; bytes: number }> {
    if (this.#bytes !== this.#expected) throw this.#mismatch();
    await this.#writer.close();
    const [{ etag }, digest] = [await this.#uploading, await this.#digest.end()];
    return { etag, digest, bytes: this.#bytes };
  }

  async discard(): Promise<void> {
    await this.#writer.abort().catch(() => {});
  }

  #mismatch(): Problem {
    return refused(`The chunk has another length than its Content-Range says (${this.#expected} bytes).`);
  }
}
