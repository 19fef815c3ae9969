import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PROBLEMS } from "#transformation";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { bytesFor, type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let folder: string;

/** What of the bucket fails from now on. */
const breakStore = async (...methods: readonly string[]): Promise<void> => {
  await edge.get("/faults", { method: "POST", body: JSON.stringify(methods) });
};

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url }, { entry: "edge/testing/faulty-worker.ts", log: () => {} });
  const path = await newFilm(50_000);
  await (await sdkFor(edge.base)).upload(path, { public_id: "film" });
  const playlist = await (await edge.get("/demo/video/upload/sp_auto/film.m3u8")).text();
  folder = /^\/.*540p-h264/m.exec(playlist)?.[0] ?? "";
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(async () => {
  await breakStore();
  origin.jobs.length = 0;
  origin.answer = undefined;
  origin.delayMilliseconds = 0;
  origin.isDown = false;
  origin.isSilent = false;
});

let segments = 0;
/** A segment that no other test asks for. */
const coldSegment = (): string => `${folder}/${segments++}.m4s`;
const wholeOf = (path: string): string => bytesFor({ kind: "segment", key: path } as never).toString();

const tierOf = (response: Response): string | undefined =>
  /cache;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1];

/** The cache of a data centre forgets what it likes. */
async function loseFromCache(path: string): Promise<void> {
  const caches = await edge.miniflare.getCaches();
  await caches.default.delete(new URL(path, edge.base).href);
}

async function seen(path: string) {
  const response = await edge.get(path);
  return { status: response.status, tier: tierOf(response), isWhole: (await response.text()) === wholeOf(path) };
}

/** An answer that tells what is wrong and when to come again, and that nobody keeps. */
async function expectRefusal(response: Response, code: string): Promise<void> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ code, status: 503, detail: expect.stringMatching(/\w+/) });
}

describe("a viewer, while the store takes nothing", () => {
  it("sees what is made, alone and in a crowd, and it is made once", async () => {
    await breakStore("put");
    const path = coldSegment();
    origin.delayMilliseconds = 200;
    const crowd = await Promise.all(Array.from({ length: 20 }, () => seen(path)));
    expect(crowd.filter(({ status, isWhole }) => status === 200 && isWhole)).toHaveLength(20);
    expect(origin.jobs).toHaveLength(1);
    expect(await seen(path)).toEqual({ status: 200, tier: "edge", isWhole: true });
    const range = await edge.get(path, { headers: { range: "bytes=3-6" } });
    expect([range.status, await range.text()]).toEqual([206, wholeOf(path).slice(3, 7)]);
  });

  it("sees it again elsewhere, where it is made and stored as soon as the store is back", async () => {
    await breakStore("put");
    const path = coldSegment();
    await seen(path);
    await loseFromCache(path);
    expect(await seen(path)).toMatchObject({ status: 200, tier: "encoded", isWhole: true });
    await breakStore();
    await loseFromCache(path);
    await seen(path);
    await loseFromCache(path);
    expect(await seen(path)).toEqual({ status: 200, tier: "store", isWhole: true });
  });

  it("sees what the store holds and does not give, since it is made again", async () => {
    const path = coldSegment();
    await seen(path);
    await loseFromCache(path);
    await breakStore("get", "put", "delete");
    expect(await seen(path)).toMatchObject({ status: 200, isWhole: true });
  });
});

describe("an object that is damaged in the store", () => {
  it.each([
    ["cut off", (text: string) => text.slice(0, 100)],
    ["empty", () => ""],
    ["changed", (text: string) => text.replace("e", "x")],
  ])("is never served or cached, but made again and put in its place: %s", async (_, damage) => {
    const path = coldSegment();
    await seen(path);
    await loseFromCache(path);
    const bucket = await edge.miniflare.getR2Bucket("PRODUCTS");
    const { objects } = await bucket.list({ include: ["customMetadata", "httpMetadata"] } as never);
    const object = objects.find(({ customMetadata }) => customMetadata?.["path"] === path);
    const { key = "", httpMetadata, customMetadata } = object ?? {};
    await bucket.put(key, damage(wholeOf(path)), {
      httpMetadata: httpMetadata ?? {},
      customMetadata: customMetadata ?? {},
    });
    expect(await seen(path)).toEqual({ status: 200, tier: "encoded", isWhole: true });
    expect(await seen(path)).toMatchObject({ tier: "edge", isWhole: true });
    await loseFromCache(path);
    expect(await seen(path)).toEqual({ status: 200, tier: "store", isWhole: true });
  });
});

describe("a viewer, while the origin fails", () => {
  it.each([
    [
      "is gone in the middle of its answer",
      (path: string) => {
        origin.answer = (_, response) => {
          response.writeHead(200, { "content-length": wholeOf(path).length });
          response.write(wholeOf(path).slice(0, 50), () => response.destroy());
        };
      },
    ],
    [
      "is gone in the middle of an encode",
      () => {
        origin.answer = (_, response) => void response.destroy();
      },
    ],
    [
      "does not accept the edge's clock",
      () => {
        origin.answer = (_, response) =>
          void response.writeHead(401).end(JSON.stringify({ code: "unauthorized", detail: "signed jobs only" }));
      },
    ],
    [
      "answers with a page of somebody else's",
      () => {
        origin.answer = (_, response) => void response.writeHead(502, { "content-type": "text/html" }).end("<html>");
      },
    ],
  ])("is told when to come again, and then sees a whole segment: it %s", async (_, fail) => {
    const path = coldSegment();
    fail(path);
    await expectRefusal(await edge.get(path), "origin-unreachable");
    origin.answer = undefined;
    expect(await seen(path)).toEqual({ status: 200, tier: "encoded", isWhole: true });
  });

  it("is told so while players still wait, where it takes every request and answers none", async () => {
    const path = coldSegment();
    origin.isSilent = true;
    const startedAt = performance.now();
    await expectRefusal(await edge.get(path), "origin-unreachable");
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    origin.isSilent = false;
    expect(await seen(path)).toEqual({ status: 200, tier: "encoded", isWhole: true });
  });

  it("waits while it is slow, with all who came later, for one encode", async () => {
    const path = coldSegment();
    origin.delayMilliseconds = 3000;
    const first = seen(path);
    await expect.poll(() => origin.jobs.length).toBe(1);
    const later = [seen(path), seen(path)];
    expect(await Promise.all([first, ...later])).toEqual([
      { status: 200, tier: "encoded", isWhole: true },
      { status: 200, tier: "joined", isWhole: true },
      { status: 200, tier: "joined", isWhole: true },
    ]);
    expect(origin.jobs).toHaveLength(1);
  });
});

describe("a viewer who comes while the origin is down", () => {
  const variants = async (path = "/demo/video/upload/so_1/sp_auto/film.m3u8?caps=h264"): Promise<readonly string[]> =>
    [...(await (await edge.get(path)).text()).matchAll(/^\/.*\/(\d+p)-h264\/playlist\.m3u8$/gm)].map(([uri]) => uri);

  it("is offered what is there in full, plays it to its end, and is offered all when the origin is back", async () => {
    const all = await variants();
    const full = all.find((uri) => uri.includes("/540p-")) ?? "";
    const segments = (await (await edge.get(full)).text()).split("\n").filter((line) => line.endsWith(".m4s"));
    const names = ["init.mp4", ...segments].map((name) => full.replace("playlist.m3u8", name));
    for (const name of names) expect((await edge.get(name)).status).toBe(200);

    origin.isDown = true;
    const missing = (all.find((uri) => uri.includes("/360p-")) ?? "").replace("playlist.m3u8", "3.m4s");
    await expectRefusal(await edge.get(missing), "origin-unreachable");
    expect(await variants()).toEqual([full]);
    for (const name of names) expect((await edge.get(name)).status).toBe(200);
    // Of this stream nothing is there: it is offered as ever, since the origin may be back at any moment.
    expect(await variants("/demo/video/upload/so_2/sp_auto/film.m3u8?caps=h264")).toHaveLength(all.length);

    origin.isDown = false;
    await expect.poll(() => variants(), { timeout: 15_000, interval: 500 }).toEqual(all);
    expect((await edge.get(missing)).status).toBe(200);
  });
});

describe("while the database is down", () => {
  const TABLES = ["assets", "sources", "origin_builds", "named_transformations", "deliveries"];
  const rename = async (from: (table: string) => string, to: (table: string) => string): Promise<void> => {
    for (const table of TABLES) await edge.sql(`ALTER TABLE ${from(table)} RENAME TO ${to(table)}`);
  };
  const away = (table: string) => `${table}_away`;
  const here = (table: string) => table;

  it("a film that was watched plays on, what is cold of it as well, and all of it is counted in the end", async () => {
    const counted = async (): Promise<number> => {
      const [row] = await edge.sql<{ n: number }>("SELECT sum(requests) AS n FROM deliveries WHERE public_id = 'film'");
      return row?.n ?? 0;
    };
    const [warm, other] = [coldSegment(), coldSegment()];
    await seen(warm);
    await rename(here, away);
    try {
      // Beyond the time for which the data centre does not ask.
      await new Promise((resolve) => setTimeout(resolve, 5200));
      const multivariant = await edge.get("/demo/video/upload/sp_auto/film.m3u8");
      expect([multivariant.status, await multivariant.text()]).toEqual([200, expect.stringContaining(folder)]);
      expect((await edge.get(`${folder}/playlist.m3u8`)).status).toBe(200);
      expect(await seen(warm)).toEqual({ status: 200, tier: "edge", isWhole: true });
      expect(await seen(other)).toMatchObject({ status: 200, isWhole: true });
      await expectRefusal(await edge.get("/demo/video/upload/sp_auto/other.m3u8"), "storage-unavailable");
      // Batches come from the queue meanwhile, and are refused.
      await new Promise((resolve) => setTimeout(resolve, 7000));
    } finally {
      await rename(away, here);
    }
    const before = await counted();
    await expect.poll(counted, { timeout: 40_000, interval: 500 }).toBeGreaterThanOrEqual(before + 4);
    expect((await edge.get("/demo/video/upload/sp_auto/other.m3u8")).status).toBe(404);
  });
});

describe("a refusal", () => {
  it.each(Object.entries(PROBLEMS))("is repeated by no cache for longer than it may hold: %s", (_, kind) => {
    const seconds = "cacheSeconds" in kind ? kind.cacheSeconds : 0;
    // What was wrong with a server is over at any moment; what is wrong with a URL may be put right by an upload.
    expect(seconds).toBeLessThanOrEqual(kind.status >= 500 ? 0 : 10);
  });
});
