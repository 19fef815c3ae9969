/** Writes an object of unknown length into R2 in bounded memory, and takes its digest on the way. */

import { hex } from "../access/hash.ts";
import type { FileSink } from "./form.ts";

/** R2 wants parts of equal length, 5 MiB at least; ten thousand of these are 80 GB. */
const PART_BYTES = 8 * 2 ** 20;

export interface WrittenObject {
  readonly bytes: number;
  readonly etag: string;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/** Streaming SHA-256, which the runtime has and browsers have not. */
export class RunningDigest {
  readonly #stream = new crypto.DigestStream("SHA-256");
  readonly #writer = this.#stream.getWriter();

  async add(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes as Uint8Array<ArrayBuffer>);
  }

  async end(): Promise<string> {
    await this.#writer.close();
    return hex(await this.#stream.digest);
  }
}

/** A small object is put at once, a large one in parts. */
export class ObjectWriter implements FileSink {
  readonly #bucket: R2Bucket;
  readonly #key: string;
  readonly #digest = new RunningDigest();
  #part = new Uint8Array(PART_BYTES);
  #filled = 0;
  #bytes = 0;
  #multipart: R2MultipartUpload | undefined;
  readonly #uploaded: R2UploadedPart[] = [];

  constructor(bucket: R2Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#digest.add(bytes);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.subarray(at, at + PART_BYTES - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === PART_BYTES) await this.#flush();
    }
  }

  async close(): Promise<WrittenObject> {
    const digest = await this.#digest.end();
    if (!this.#multipart) {
      const object = await this.#bucket.put(this.#key, this.#part.subarray(0, this.#filled));
      return { bytes: this.#bytes, etag: object?.etag ?? digest, digest };
    }
    if (this.#filled > 0) await this.#flush();
    const object = await this.#multipart.complete(this.#uploaded);
    return { bytes: this.#bytes, etag: object.etag, digest };
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    if (this.#multipart) await this.#multipart.abort().catch(() => {});
    await this.#bucket.delete(this.#key);
  }

  async #flush(): Promise<void> {
    this.#multipart ??= await this.#bucket.createMultipartUpload(this.#key);
    this.#uploaded.push(
      await this.#multipart.uploadPart(this.#uploaded.length + 1, this.#part.subarray(0, this.#filled)),
    );
    // R2 may still hold the old buffer.
    this.#part = new Uint8Array(PART_BYTES);
    this.#filled = 0;
  }
}
