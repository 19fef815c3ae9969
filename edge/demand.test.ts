import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { answerWhole, type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;

const STREAM = "/demo/video/upload/sp_auto/film.m3u8?caps=h264,av1";

beforeAll(async () => {
  origin = await startFakeOrigin();
  // Takes three times as long as it plays, at 360p.
  const av1 = { startSeconds: 1, secondsPerMegapixel: 0.5 };
  origin.build = { ...origin.build, speeds: { ...origin.build.speeds, av1 } };
  edge = await startEdge({ ORIGIN_URL: origin.url }, { log: () => {} });
  const path = await newFilm(50_000);
  await (await sdkFor(edge.base)).upload(path, { public_id: "film" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.jobs.length = 0;
  origin.answer = undefined;
});

/** Folders of the renditions that a stream offers, by their ids. */
async function offered(): Promise<ReadonlyMap<string, string>> {
  const playlist = await (await edge.get(STREAM)).text();
  const folders = [...playlist.matchAll(/^(\/.*\/(\d+p-\w+))\/playlist\.m3u8/gm)];
  return new Map(folders.map(([, folder = "", id = ""]) => [id, folder]));
}

const inAv1 = async (): Promise<readonly string[]> => [...(await offered()).keys()].filter((id) => id.endsWith("-av1"));

interface Explained {
  readonly id: string;
  readonly offered: boolean;
  readonly demand?: { readonly views: number; readonly saved_bytes: number; readonly worthwhile: boolean };
}

async function explained(id: string): Promise<Explained> {
  const headers = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };
  const answer = (await (await edge.get(`${STREAM}&explain`, { headers })).json()) as {
    plan: { renditions: readonly Explained[] };
  };
  const found = answer.plan.renditions.find((rendition) => rendition.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

/** The hour has come. */
const round = async (): Promise<void> => {
  const worker = await edge.miniflare.getWorker();
  await (worker as unknown as { scheduled(options: { cron: string }): Promise<unknown> }).scheduled({
    cron: "17 * * * *",
  });
};

/** All of a rung was watched so many times in H.264 within the last day. */
async function wasWatched(rung: string, times: number): Promise<void> {
  const minute = Math.floor(Date.now() / 60_000) - 600;
  await edge.sql(`INSERT INTO deliveries (minute, cloud, public_id, product, codec, rung, tier, status, country, device,
    requests, bytes, encodes, encode_milliseconds) VALUES (${minute}, 'demo', 'film', 'segment', 'h264', '${rung}', 'edge', 200, 'DE',
    'desktop', ${times * 15}, ${times * 60 * 400_000}, 0, 0)`);
}

const refuse = (response: ServerResponse): void => {
  response.writeHead(503).end(JSON.stringify({ code: "origin-busy", detail: "busy", retryAfterSeconds: 2 }));
};

describe("a codec that is too slow to be made while it is watched", () => {
  it("is not offered, and not made of what nobody watches", async () => {
    expect(await inAv1()).toEqual([]);
    await round();
    expect(origin.jobs).toEqual([]);
    expect(await explained("360p-av1")).toMatchObject({ offered: false, demand: { views: 0, worthwhile: false } });
  });

  it("is not paid for by what was watched under other transformations", async () => {
    await wasWatched("360p", 5000);
    await wasWatched("540p", 5000);
    await round();
    expect(origin.jobs).toEqual([]);
  });

  it("is worth its cost when very many watch it, and says by which numbers", async () => {
    const folders = await offered();
    for (const id of ["360p-h264", "540p-h264"]) await edge.get(`${folders.get(id)}/3.m4s`);
    const { offered: isOffered, demand } = await explained("360p-av1");
    expect(isOffered).toBe(false);
    expect(demand?.views).toBeGreaterThan(4000);
    expect(demand?.saved_bytes).toBeCloseTo(5000 * 60 * 400_000 * 4 * 0.6 * 0.3);
    expect(demand?.worthwhile).toBe(true);
    expect((await explained("720p-av1")).demand?.worthwhile).toBe(false);
  });

  it("waits for the next hour when the origin has no time for it", async () => {
    origin.answer = (_, response) => refuse(response);
    await round();
    expect(origin.jobs).toHaveLength(1);
    expect(await inAv1()).toEqual([]);
  });

  it("is not offered while a part of it is missing", async () => {
    origin.answer = (job, response) => (origin.jobs.length > 12 ? refuse(response) : answerWhole(job, response));
    await round();
    expect(origin.jobs).toHaveLength(13);
    expect(await inAv1()).toEqual([]);
  });

  it("is made in idle time, one thing at a time, and offered to whoever plays it once all of it is there", async () => {
    await round();
    expect(origin.jobs.length).toBeGreaterThan(20);
    expect(origin.jobs.every(({ isIdle }) => isIdle)).toBe(true);
    const av1 = await inAv1();
    expect(av1).toContain("540p-av1");
    expect(av1).not.toContain("720p-av1");
    expect(await explained("540p-av1")).toMatchObject({ offered: true, demand: { worthwhile: true } });

    origin.jobs.length = 0;
    const folder = (await offered()).get("540p-av1") ?? "";
    const playlist = (await (await edge.get(`${folder}/playlist.m3u8`)).text()).split("\n");
    const names = ["init.mp4", ...playlist.filter((line) => line.endsWith(".m4s"))];
    for (const name of names) expect((await edge.get(`${folder}/${name}`)).status, name).toBe(200);
    expect(origin.jobs).toEqual([]);
  });

  it("is not made again", async () => {
    await round();
    expect(origin.jobs).toEqual([]);
    expect(await inAv1()).toContain("540p-av1");
  });
});
