/** How every file that is delivered answers to ranges and conditions (RFC 9110, sections 13 and 14). */

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

export interface DeliveredFile {
  readonly bytes: Buffer;
  get(init?: RequestInit): Promise<Response>;
}

export function describeByteRangesContract(adapter: string, open: () => Promise<DeliveredFile>): void {
  describe(`byte ranges of ${adapter}`, () => {
    let file: DeliveredFile;
    let size: number;
    let etag: string;

    beforeAll(async () => {
      file = await open();
      size = file.bytes.length;
      etag = (await file.get({ method: "HEAD" })).headers.get("etag") ?? "";
    });

    const get = (headers: Record<string, string>) => file.get({ headers });
    const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

    async function expectWhole(response: Response): Promise<void> {
      expect([response.status, response.headers.get("content-length")]).toEqual([200, String(size)]);
      expect((await bodyOf(response)).equals(file.bytes)).toBe(true);
    }

    async function expectPart(response: Response, first: number, last: number): Promise<void> {
      expect([
        response.status,
        response.headers.get("content-range"),
        response.headers.get("content-length"),
        response.headers.get("etag"),
      ]).toEqual([206, `bytes ${first}-${last}/${size}`, String(last - first + 1), etag]);
      expect((await bodyOf(response)).equals(file.bytes.subarray(first, last + 1))).toBe(true);
    }

    it("come whole to whoever asks for no range, and say that ranges may be asked for", async () => {
      const response = await get({});
      expect(response.headers.get("accept-ranges")).toBe("bytes");
      expect(etag).toMatch(/^"[^"]+"$/);
      expect(response.headers.get("etag")).toBe(etag);
      await expectWhole(response);
    });

    it("come as they are asked for, cut at the end of the file", async () => {
      const place = fc.nat({ max: size - 1 });
      await fc.assert(
        fc.asyncProperty(place, fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 2 * size })), async (first, more) => {
          await expectPart(
            await get({ range: `bytes=${first}-${first + more}` }),
            first,
            Math.min(first + more, size - 1),
          );
        }),
        { numRuns: 8 },
      );
    });

    it("come from a place to the end, or as so many last ones", async () => {
      await expectPart(await get({ range: `bytes=${size - 7}-` }), size - 7, size - 1);
      await expectPart(await get({ range: "bytes=-9" }), size - 9, size - 1);
      await expectPart(await get({ range: "bytes=0-0" }), 0, 0);
    });

    it("are refused behind the end, with the file's length", async () => {
      const response = await get({ range: `bytes=${size}-` });
      expect([response.status, response.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
      expect(await bodyOf(response)).toHaveLength(0);
    });

    it("may come whole though a range is asked for, but never as anything else", async () => {
      const more = await get({ range: `bytes=-${size + 5}` });
      expect([200, 206]).toContain(more.status);
      expect((await bodyOf(more)).equals(file.bytes)).toBe(true);
      for (const range of ["bytes=0-1,4-5", "bytes=-0"]) {
        const response = await get({ range });
        expect(range === "bytes=-0" ? [200, 416] : [200, 206], range).toContain(response.status);
        await response.body?.cancel();
      }
    });

    it.each(["items=0-5", "bytes", "bytes=", "bytes=a-b", "bytes=5-2"])(
      "are not asked for by what is no range: %s",
      async (range) => {
        await expectWhole(await get({ range }));
      },
    );

    it("come without a body to HEAD, whatever range is asked for", async () => {
      for (const headers of [{}, { range: "bytes=0-4" }]) {
        const response = await file.get({ method: "HEAD", headers });
        expect([
          response.status,
          response.headers.get("content-length"),
          response.headers.get("accept-ranges"),
        ]).toEqual([200, String(size), "bytes"]);
        expect(await bodyOf(response)).toHaveLength(0);
      }
    });

    it("need not come to whoever has the file", async () => {
      for (const known of [etag, `"another", ${etag}`, `W/${etag}`, "*"]) {
        for (const method of ["GET", "HEAD"]) {
          const response = await file.get({ method, headers: { "if-none-match": known } });
          expect([response.status, response.headers.get("etag")], `${method} ${known}`).toEqual([304, etag]);
          expect(await bodyOf(response)).toHaveLength(0);
        }
      }
      expect((await get({ "if-none-match": etag, range: "bytes=0-4" })).status).toBe(304);
      const date = (await file.get({ method: "HEAD" })).headers.get("last-modified") ?? "";
      expect((await get({ "if-modified-since": date })).status).toBe(304);
      await expectWhole(await get({ "if-modified-since": date, "if-none-match": '"another"' }));
      await expectWhole(await get({ "if-none-match": '"another"' }));
    });

    it("come in parts only of the file that the client knows", async () => {
      await expectPart(await get({ range: "bytes=2-4", "if-range": etag }), 2, 4);
      await expectWhole(await get({ range: "bytes=2-4", "if-range": '"another"' }));
    });
  });
}
