/** Makes a job's source readable for ffmpeg: by a loopback address that fetches what is read, or as a complete file. */

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { JobSource } from "#media";
import type { Input } from "../ffmpeg/arguments.ts";
import type { Program } from "../ffmpeg/run.ts";
import { makeFolder } from "../work-folder.ts";
import { BLOCK_BYTES, BlockFile } from "./block-file.ts";
import type { FetchRange } from "./fetch-range.ts";

export interface OpenSource {
  /** How ffmpeg opens it at this moment. */
  input(demuxer: string): Input;
  /** Reads bytes of it for the origin itself. */
  read(start: number, length: number): Promise<Uint8Array>;
  release(): void;
}

interface Entry {
  readonly file: BlockFile;
  /** The secret of its loopback address. */
  readonly secret: string;
  users: number;
  usedAt: number;
}

/** Bounded by its settings: what was used longest ago is forgotten first, and whatever is idle where the disk is full. */
export class SourceCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #fetchRange: FetchRange;
  readonly #entries = new Map<string, Promise<Entry>>();
  readonly #bySecret = new Map<string, Entry>();
  readonly #server: Server;

  private constructor(folder: string, maxBytes: number, fetchRange: FetchRange) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#fetchRange = fetchRange;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /**
   * Starts with an empty folder: what an earlier process left is not trusted.
   * @param reader who opens complete files, and where the address is heard; the origin itself where neither is named
   */
  static async start(
    folder: string,
    maxBytes: number,
    fetchRange: FetchRange,
    reader: Pick<Program, "userId" | "network"> = {},
  ): Promise<SourceCache> {
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder, "reads", reader);
    const cache = new SourceCache(folder, maxBytes, fetchRange);
    const listener = await reader.network?.listen();
    await new Promise<void>((resolve) =>
      listener ? cache.#server.listen(listener, resolve) : cache.#server.listen(0, "127.0.0.1", resolve),
    );
    return cache;
  }

  async open(source: JobSource): Promise<OpenSource> {
    const entry = await this.#entry(source);
    entry.users++;
    entry.usedAt = performance.now();
    entry.file.url = source.url;
    await this.#evict();
    return {
      input: (demuxer) =>
        entry.file.complete
          ? { location: `file:${entry.file.path}`, protocols: "file", demuxer }
          : {
              location: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${entry.secret}`,
              protocols: "http,tcp",
              demuxer,
            },
      read: (start, length) => entry.file.read(start, length),
      release: () => {
        entry.users--;
      },
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    for (const entry of await Promise.all(this.#entries.values())) await entry.file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #entry({ version, bytes, url }: JobSource): Promise<Entry> {
    const known = this.#entries.get(version);
    if (known) return known;
    const opening = BlockFile.open(join(this.#folder, `${version}.source`), bytes, url, this.#fetchRange).then(
      (file) => {
        const entry = { file, secret: randomBytes(24).toString("hex"), users: 0, usedAt: 0 };
        this.#bySecret.set(entry.secret, entry);
        return entry;
      },
    );
    this.#entries.set(version, opening);
    opening.catch(() => this.#entries.delete(version));
    return opening;
  }

  async #evict(): Promise<void> {
    const entries = await Promise.all(
      [...this.#entries].map(async ([version, entry]) => ({ version, entry: await entry })),
    );
    const isCrowded = entries.some(({ entry }) => entry.file.isCrowded);
    let stored = entries.reduce((sum, { entry }) => sum + entry.file.storedBytes, 0);
    const idle = entries.filter(({ entry }) => entry.users === 0).sort((a, b) => a.entry.usedAt - b.entry.usedAt);
    for (const { version, entry } of idle) {
      if (stored <= this.#maxBytes && !isCrowded) return;
      stored -= entry.file.storedBytes;
      this.#entries.delete(version);
      this.#bySecret.delete(entry.secret);
      await entry.file.close();
      await rm(entry.file.path, { force: true });
    }
  }

  /** Answers ffmpeg's open-ended range requests from the blocks, fetching ahead of a reader that reads on. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = this.#bySecret.get((request.url ?? "").slice(1));
    if (!entry || request.method !== "GET") {
      response.writeHead(404).end();
      return;
    }
    const { file } = entry;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "bytes=0-") ?? [];
    const start = Number(from ?? 0);
    const end = to ? Math.min(Number(to) + 1, file.bytes) : file.bytes;
    if (start >= end) {
      response.writeHead(416, { "content-range": `bytes */${file.bytes}` }).end();
      return;
    }
    response.writeHead(206, {
      "accept-ranges": "bytes",
      "content-length": end - start,
      "content-range": `bytes ${start}-${end - 1}/${file.bytes}`,
      "content-type": "application/octet-stream",
    });
    for (let at = start; at < end && !response.destroyed; ) {
      const bytes = await file.read(at, end - at);
      at += bytes.length;
      if (at - start > BLOCK_BYTES) file.prefetch(Math.floor(at / BLOCK_BYTES) + 1);
      if (!response.write(bytes)) await drained(response);
    }
    response.end();
  }
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.once("drain", done);
    response.once("close", done);
  });
