import { mkdtemp } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { BLOCK_BYTES } from "./block-file.ts";
import { type FetchRange, rangeFetcher } from "./fetch-range.ts";
import { SourceCache } from "./source-cache.ts";

const content = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 0xff));

let stop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of stop.splice(0)) await end();
  stop = [];
});

async function cacheOver(source: Buffer, maxBytes = 1e9) {
  const fetched: [number, number][] = [];
  const fetchRange: FetchRange = async (_, start, end) => {
    fetched.push([start, end]);
    return source.subarray(start, end);
  };
  const cache = await SourceCache.start(await mkdtemp(join(tmpdir(), "edgereel-")), maxBytes, fetchRange);
  stop.push(() => cache.stop());
  return { cache, fetched };
}

const job = (version: string, bytes: number) => ({ version, bytes, url: "http://store/x", container: "mov" });

describe("a source that is read through the cache", () => {
  it("is fetched block by block, only where it is read, and each block once", async () => {
    const source = content(10 * BLOCK_BYTES + 17);
    const { cache, fetched } = await cacheOver(source);
    const opened = await cache.open(job("a", source.length));
    const { location, protocols } = opened.input("mov");
    expect(protocols).toBe("http,tcp");
    for (const [from, to] of [
      [0, 99],
      [5 * BLOCK_BYTES, 5 * BLOCK_BYTES + 9],
      [source.length - 10, source.length - 1],
      [0, 99],
    ] as const) {
      const response = await fetch(location, { headers: { range: `bytes=${from}-${to}` } });
      expect([response.status, response.headers.get("content-range")]).toEqual([
        206,
        `bytes ${from}-${to}/${source.length}`,
      ]);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(source.subarray(from, to + 1));
    }
    const blocks = fetched.flatMap(([start, end]) =>
      Array.from({ length: Math.ceil((end - start) / BLOCK_BYTES) }, (_, index) => start / BLOCK_BYTES + index),
    );
    expect(new Set(blocks).size).toBe(blocks.length);
    expect(blocks.length).toBeLessThan(11);
  });

  it("is a file once all of it is there", async () => {
    const source = content(2 * BLOCK_BYTES);
    const { cache } = await cacheOver(source);
    const opened = await cache.open(job("a", source.length));
    await (await fetch(opened.input("mov").location)).arrayBuffer();
    expect(opened.input("mov")).toMatchObject({ protocols: "file" });
  });

  it("is fetched once by many who read it at the same time", async () => {
    const source = content(BLOCK_BYTES);
    const { cache, fetched } = await cacheOver(source);
    const opened = await cache.open(job("a", source.length));
    await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(opened.input("mov").location)).arrayBuffer()),
    );
    expect(fetched).toHaveLength(1);
  });

  it("is told from others, and cannot be had without knowing its address", async () => {
    const { cache } = await cacheOver(content(100));
    const opened = await cache.open(job("a", 100));
    const { origin } = new URL(opened.input("mov").location);
    expect((await fetch(`${origin}/`)).status).toBe(404);
    expect((await fetch(`${origin}/a`)).status).toBe(404);
    expect((await fetch(opened.input("mov").location, { headers: { range: "bytes=100-" } })).status).toBe(416);
  });

  it("makes room for others when nobody reads it", async () => {
    const source = content(2 * BLOCK_BYTES);
    const { cache, fetched } = await cacheOver(source, 3 * BLOCK_BYTES);
    for (const version of ["a", "b", "c"]) {
      const opened = await cache.open(job(version, source.length));
      await (await fetch(opened.input("mov").location)).arrayBuffer();
      opened.release();
    }
    await (await cache.open(job("d", source.length))).read(0, 10);
    const before = fetched.length;
    await (await cache.open(job("a", source.length))).read(0, 10);
    expect(fetched.length).toBe(before + 1);
  });
});

describe("fetching ranges", () => {
  const serve = async (
    answer: (attempt: number) => { status: number; headers?: Record<string, string>; body?: Buffer },
  ): Promise<{ url: string; attempts: () => number }> => {
    let attempts = 0;
    const server: Server = createServer((_, response) => {
      const { status, headers = {}, body } = answer(++attempts);
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stop.push(() => new Promise((resolve) => server.close(resolve)));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sources/film`, attempts: () => attempts };
  };
  const prefixOf = (url: string): string => url.slice(0, url.lastIndexOf("/") + 1);

  it("refuses whatever lies elsewhere, however it is spelled", async () => {
    const read = rangeFetcher(["http://store.example/sources/"]);
    for (const url of [
      "http://store.example/other",
      "http://evil.example/sources/x",
      "http://store.example/sources/../other",
      "http://store.example@evil.example/sources/",
      "file:///etc/passwd",
    ]) {
      await expect(read(url, 0, 10)).rejects.toMatchObject({ code: "source-unreadable" });
    }
  });

  it("follows no redirect", async () => {
    const { url } = await serve(() => ({ status: 302, headers: { location: "http://127.0.0.1:9/" } }));
    await expect(rangeFetcher([prefixOf(url)])(url, 0, 10)).rejects.toMatchObject({ code: "source-unreadable" });
  });

  it("tries again when the store stumbles, not when it refuses", async () => {
    const stumbling = await serve((attempt) =>
      attempt < 3 ? { status: 500 } : { status: 206, body: Buffer.alloc(10) },
    );
    expect(await rangeFetcher([prefixOf(stumbling.url)])(stumbling.url, 0, 10)).toHaveLength(10);
    const refusing = await serve(() => ({ status: 403 }));
    await expect(rangeFetcher([prefixOf(refusing.url)])(refusing.url, 0, 10)).rejects.toMatchObject({
      code: "source-unreadable",
    });
    expect(refusing.attempts()).toBe(1);
  });

  it("takes no answer that is too short", async () => {
    const { url } = await serve(() => ({ status: 206, body: Buffer.alloc(5) }));
    await expect(rangeFetcher([prefixOf(url)])(url, 0, 10)).rejects.toMatchObject({ code: "source-unreadable" });
  });
});
