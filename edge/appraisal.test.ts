import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "#transformation";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { answerWhole, type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let films = 0;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url, APPRAISE_UPLOADS: "on" }, { log: () => {} });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.jobs.length = 0;
});

afterEach(() => {
  origin.answer = undefined;
});

/** A film that nobody has uploaded before. */
async function upload(): Promise<string> {
  const name = `film-${++films}`;
  await send(name, await newFilm(50_000 + films));
  return name;
}

const send = async (name: string, path: string): Promise<unknown> =>
  (await sdkFor(edge.base)).upload(path, { public_id: name });

/** What the catalog holds of a film. */
async function factsOf(film: string): Promise<string> {
  const [row] = await edge.sql<{ facts: string }>(`SELECT facts FROM sources WHERE public_id = '${film}'`);
  return row?.facts ?? "";
}

/** Addresses of media playlists of H.264, the lowest rung first. */
async function rungsOf(film: string): Promise<readonly string[]> {
  const playlist = await (await edge.get(`/demo/video/upload/sp_auto/${film}.m3u8?caps=h264`)).text();
  return playlist
    .split("\n")
    .filter((line) => /^\/.*\/\d+p-h264[^/]*\/playlist\.m3u8$/.test(line))
    .sort();
}

const segmentOf = (playlist: string): string => playlist.replace("playlist.m3u8", "0.m4s");

const isDecided = (playlist: string): boolean => /-f\d+-\d+k\/playlist/.test(playlist);

const appraised = (film: string): Promise<readonly string[]> =>
  vi.waitFor(
    async () => {
      const rungs = await rungsOf(film);
      expect(rungs.every(isDecided)).toBe(true);
      return rungs;
    },
    { timeout: 30_000, interval: 200 },
  );

describe("an upload", () => {
  it("plays at once by everybody's ladder, and by its own when it has been appraised in idle time", async () => {
    // As long as an appraisal takes.
    origin.delayMilliseconds = 1000;
    const film = await upload();
    const before = await rungsOf(film);
    expect(before.some(isDecided)).toBe(false);
    const after = await appraised(film);
    origin.delayMilliseconds = 0;
    expect(after).toHaveLength(before.length);
    expect(origin.jobs.filter(({ job }) => job.kind === "appraisal").map(({ isIdle }) => isIdle)).toEqual([true]);
    for (const playlist of [...before, ...after]) {
      expect((await edge.get(playlist)).status).toBe(200);
      expect((await edge.get(segmentOf(playlist))).status).toBe(200);
    }
  });

  it("is offered as it was watched before its appraisal, while the origin is silent and nothing is there by its own ladder", async () => {
    origin.delayMilliseconds = 1500;
    const film = await upload();
    const before = await rungsOf(film);
    for (const playlist of before) expect((await edge.get(segmentOf(playlist))).status).toBe(200);
    const [lowest = ""] = await appraised(film);
    origin.delayMilliseconds = 0;
    origin.isDown = true;
    try {
      // By which the edge learns that it is.
      expect((await edge.get(segmentOf(lowest))).status).toBe(503);
      expect(await rungsOf(film)).toEqual(before);
    } finally {
      origin.isDown = false;
    }
    await vi.waitFor(async () => expect((await rungsOf(film)).every(isDecided)).toBe(true), { timeout: 30_000 });
  });

  it("is explained with what was measured of it, and whether that holds for a URL", async () => {
    const film = await upload();
    await appraised(film);
    const headers = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };
    const appraisalOf = async (chain: string) => {
      const response = await edge.get(`/demo/video/upload/${chain}/sp_auto/${film}.m3u8?explain`, { headers });
      return ((await response.json()) as { plan: { appraisal: { holds: boolean; trials: readonly unknown[] } } }).plan
        .appraisal;
    };
    expect([(await appraisalOf("so_2")).holds, (await appraisalOf("e_blur:100")).holds]).toEqual([true, false]);
    expect((await appraisalOf("so_2")).trials[0]).toMatchObject({ codec: "h264", width: 1280, rate_factor: 23 });
  });

  it("is appraised once, however often it is sent again", async () => {
    const path = await newFilm(60_000);
    await send("sent-twice", path);
    await appraised("sent-twice");
    await send("sent-twice", path);
    expect((await rungsOf("sent-twice")).every(isDecided)).toBe(true);
    expect(origin.jobs.filter(({ job }) => job.kind === "appraisal")).toHaveLength(1);
  });

  it("lets nobody invent a rate that no appraisal has led to", async () => {
    const [lowest = ""] = await appraised(await upload());
    const asked = origin.jobs.length;
    for (const forged of [lowest.replace(/-f\d+-/, "-f1-"), lowest.replace(/-\d+k/, "-99000k")]) {
      const response = await edge.get(segmentOf(forged));
      expect([response.status, await response.json()]).toMatchObject([404, { code: "not-found" }]);
    }
    expect(origin.jobs).toHaveLength(asked);
  });

  it("waits for an origin that is busy, and is appraised later", async () => {
    let refusals = 1;
    origin.answer = (job, response) => {
      if (job.kind !== "appraisal" || refusals-- <= 0) return answerWhole(job, response);
      const busy = new Problem("origin-busy", "All encoders are busy.", { retryAfterSeconds: 2 });
      response.writeHead(busy.status, { "content-type": "application/json" }).end(JSON.stringify(busy));
    };
    await appraised(await upload());
    expect(refusals).toBeLessThanOrEqual(0);
  });

  it("plays by everybody's ladder where no moment of it can be appraised", async () => {
    origin.answer = (job, response) => {
      if (job.kind !== "appraisal") return answerWhole(job, response);
      const failed = new Problem("encode-failed", "No picture of this source can be decoded.");
      response.writeHead(failed.status, { "content-type": "application/json" }).end(JSON.stringify(failed));
    };
    const film = await upload();
    await vi.waitFor(async () => expect(await factsOf(film)).toContain('"trials":[]'), { timeout: 30_000 });
    const rungs = await rungsOf(film);
    expect([rungs.length > 0, rungs.some(isDecided)]).toEqual([true, false]);
  });
});
