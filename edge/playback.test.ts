import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cmcd, toCmcdHeaders, toCmcdQuery } from "@svta/cml-cmcd";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { fileOf, sdkFor } from "./testing/sdk.ts";
import { urisIn } from "./testing/stream-walk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
const log: string[] = [];

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url }, { log: (line) => log.push(line) });
  const sdk = await sdkFor(edge.base);
  const folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  for (const [seed, public_id] of ["film", "shows/pilot"].entries())
    await sdk.upload(await fileOf(join(folder, "film.mp4"), 30_000, seed), { public_id });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const STREAM = "/demo/video/upload/sp_auto/film.m3u8";
const SESSION = "0a1b2c3d-session-of-a-viewer";

/** An address as a player asks for it. */
const withCmcd = (path: string, cmcd: Cmcd, version: 1 | 2 = 1): string =>
  `${path}${path.includes("?") ? "&" : "?"}${toCmcdQuery({ sid: SESSION, ...cmcd }, { version })}`;

const tierOf = (response: Response): string | undefined =>
  /cache;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1];

const textOf = async (path: string): Promise<string> => (await edge.get(path)).text();

const folderOf = async (stream: string, rendition: string): Promise<string> =>
  urisIn(await textOf(stream))
    .find((uri) => uri.includes(`/${rendition}/`))
    ?.replace(/\/playlist\.m3u8$/, "") ?? "";

const rows = async (query = ""): Promise<readonly Record<string, unknown>[]> => {
  const headers = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };
  const answer = await edge.get(`/v1/demo/analytics/playback?${query}`, { headers });
  return ((await answer.json()) as { rows: readonly Record<string, unknown>[] }).rows;
};

const rowOf = async (mode: "request" | "event", publicId: string): Promise<Record<string, unknown> | undefined> =>
  (await rows("group_by=public_id")).find((row) => row["mode"] === mode && row["public_id"] === publicId);

const beacon = (body: string, query = `?stream=${STREAM}`): Promise<Response> =>
  edge.get(`/v1/demo/cmcd${query}`, { method: "POST", headers: { "content-type": "application/cmcd" }, body });

const POLL = { timeout: 30_000, interval: 500 };

describe("what a player tells with its requests", () => {
  it("parts no cache: the same segment with another report is a hit, in query or headers", async () => {
    const segment = `${await folderOf(STREAM, "540p-h264")}/1.m4s`;
    const [first, second] = [
      await edge.get(withCmcd(segment, { br: [2000], d: 4000, nor: ["2.m4s"] })),
      await edge.get(withCmcd(segment, { br: [2000], d: 4000, bs: true, pt: 7 }, 2)),
    ];
    const headers = toCmcdHeaders({ sid: SESSION, br: [900], su: true }, { version: 1 });
    const answers = [first, second, await edge.get(segment), await edge.get(segment, { headers })];
    expect(answers.map(tierOf)).toEqual(["encoded", "edge", "edge", "edge"]);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.headers.get("etag"))).size).toBe(1);
    for (const answer of answers) expect(answer.headers.get("vary")).toBeNull();
  });

  it("changes no playlist", async () => {
    const media = `${await folderOf(STREAM, "540p-h264")}/playlist.m3u8`;
    for (const path of [STREAM, STREAM.replace(".m3u8", ".mpd"), media]) {
      const plain = await textOf(path);
      expect(await textOf(withCmcd(path, { ot: "m", su: true })), path).toBe(plain);
      expect((await edge.get(withCmcd(path, { ot: "m" }, 2))).headers.get("vary")).toMatch(/^accept-encoding(, |$)/i);
    }
  });

  it("is counted by video and rung: views, playing time, bits, stalls and throughput", async () => {
    const stream = "/demo/video/upload/sp_auto/shows/pilot.m3u8";
    const [high, low, sound] = await Promise.all(
      ["540p-av1", "234p-h264", "audio0-aac"].map((rendition) => folderOf(stream, rendition)),
    );
    await edge.get(withCmcd(stream, { ot: "m", su: true }));
    await edge.get(withCmcd(`${low}/0.m4s`, { ot: "v", br: [300], d: 4000, mtp: [5000], su: true }));
    await edge.get(withCmcd(`${high}/1.m4s`, { ot: "v", br: [2100], d: 4000, mtp: [7000], bs: true }));
    await edge.get(withCmcd(`${sound}/0.m4s`, { ot: "a", br: [2100], d: 4000 }));
    await expect.poll(async () => (await rowOf("request", "shows/pilot"))?.["reports"], POLL).toBe(4);
    expect(await rowOf("request", "shows/pilot")).toMatchObject({
      ...{ views: 1, startups: null, startup_seconds: null, requested_seconds: 8, bit_rate: 1_200_000 },
      ...{ throughput: 6_000_000, rebuffers: 1, rebuffers_per_hour: 450, rebuffer_ratio: null },
    });
    const rungs = (await rows("group_by=public_id,rung")).filter((row) => row["public_id"] === "shows/pilot");
    expect(rungs.find(({ rung }) => rung === "540p")).toMatchObject({ bit_rate: 2_100_000, rebuffers: 1 });
  });

  it("is counted as a start that failed, where a stream cannot be had", async () => {
    expect((await edge.get(withCmcd("/demo/video/upload/sp_auto/nothing.m3u8", { ot: "m" }))).status).toBe(404);
    await expect.poll(async () => (await rowOf("request", ""))?.["failed_starts"], POLL).toBe(1);
    expect(await rowOf("request", "nothing")).toBeUndefined();
    expect((await edge.get(withCmcd("/demo/video/upload/vc_vp9,sp_auto/film.m3u8", { ot: "m" }))).status).toBe(400);
    await expect.poll(async () => (await rowOf("request", "film"))?.["failed_starts"], POLL).toBe(1);
  });
});

describe("a beacon", () => {
  const event = (text: string, sid = SESSION): string => `${text},sid="${sid}",v=2`;

  it("may come from any page", async () => {
    const headers = { origin: "https://example.com", "access-control-request-method": "POST" };
    const preflight = await edge.get("/v1/demo/cmcd", { method: "OPTIONS", headers });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("content-type");
    const answer = await beacon(event("e=t,ts=1"));
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(await answer.text()).toBe("");
  });

  it("is read with those that came before, wherever they arrived: a view, its startup, its stalls", async () => {
    const sid = "a-whole-session";
    await beacon(event("e=ps,sta=s,sn=0,ts=1000000", sid), "?stream=/demo/video/upload/w_640/sp_auto/film.m3u8");
    await beacon(
      `${event("e=bc,sta=s,sn=1,ts=1000100,br=(1500;v)", sid)}\n${event("e=ps,sta=p,sn=2,ts=1000700", sid)}`,
    );
    await beacon(event("e=ps,sta=r,sn=3,ts=1008700", sid));
    await beacon(event("e=ps,sta=p,sn=4,ts=1010700", sid));
    await beacon(event("e=ps,sta=q,sn=5,ts=1020700", sid));
    await expect.poll(async () => (await rowOf("event", "film"))?.["reports"], POLL).toBe(7);
    expect(await rowOf("event", "film")).toMatchObject({
      ...{ views: 1, startups: 1, startup_seconds: 0.7, rebuffers: 1, rebuffer_seconds: 2, played_seconds: 18 },
      ...{ rebuffer_ratio: 0.1, rebuffers_per_hour: 200, bit_rate: 1_500_000, failed_starts: 0 },
    });
  });

  it("names its video by the stream, the content id or a segment that was answered, or is of none", async () => {
    const segment = `${edge.base}${await folderOf(STREAM.replace("film", "shows/pilot"), "540p-h264")}/0.m4s?token=t`;
    await beacon(event('e=ps,sta=s,sn=0,cid="shows/pilot"', "by-cid"), "");
    await beacon(event(`e=rr,sta=s,sn=0,ot=v,d=4000,url="${segment}"`, "by-url"), "");
    await beacon(event('e=ps,sta=s,sn=0,cid="made/up"', "of-none"), "?stream=/demo/video/upload/sp_auto/another.m3u8");
    await expect.poll(async () => (await rowOf("event", "shows/pilot"))?.["views"], POLL).toBe(2);
    await expect.poll(async () => (await rowOf("event", ""))?.["views"], POLL).toBe(1);
    expect((await rows("group_by=rung")).find(({ rung, mode }) => rung === "540p" && mode === "event")).toBeDefined();
    expect(await rowOf("event", "made/up")).toBeUndefined();
    expect((await beacon('{"sid": "half-a-character", "e": "t", "cid": "\\ud800"}', "")).status).toBe(204);
  });

  it.each<[string, RequestInit, string, number]>([
    ["without a report", { body: "hello" }, "/v1/demo/cmcd", 400],
    ["that is too large", { body: "e=t,".repeat(20_000) }, "/v1/demo/cmcd", 413],
    ["for another cloud", { body: 'e=t,sid="a"' }, "/v1/other/cmcd", 404],
    ["that is none", { method: "GET" }, "/v1/demo/cmcd", 404],
  ])("is refused %s, so that a page may read why", async (_, init, path, status) => {
    const answer = await edge.get(path, { method: "POST", ...init });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
  });
});

it("keeps no session: no table, log line, job or answer names one", async () => {
  await expect.poll(async () => (await rows()).length, POLL).toBeGreaterThan(1);
  const tables = await edge.sql<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  );
  const kept = await Promise.all(tables.map(({ name }) => edge.sql(`SELECT * FROM "${name}"`)));
  const products = await (await edge.miniflare.getR2Bucket("PRODUCTS")).list({ include: ["customMetadata"] });
  const everything = JSON.stringify([
    kept,
    products.objects,
    log,
    origin.jobs.map(({ job, lookAhead }) => [job, lookAhead]),
  ]);
  for (const secret of [SESSION, "a-whole-session", "CMCD"]) expect(everything).not.toContain(secret);
  const answer = await edge.get(withCmcd(STREAM, {}));
  expect(JSON.stringify([...answer.headers])).not.toContain(SESSION);
  expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
});

describe("what players are told with answers (CMSD)", () => {
  it("is what each part of a stream is, and how long it took where it had to be made", async () => {
    const [video, sound] = [await folderOf(STREAM, "360p-h264"), await folderOf(STREAM, "audio0-aac")];
    const told = async (path: string) => {
      const { headers } = await edge.get(path);
      expect(headers.get("x-robots-tag"), path).toBe("noindex");
      for (const name of ["cmsd-static", "cmsd-dynamic"])
        expect(headers.get("access-control-expose-headers")).toContain(name);
      return [headers.get("cmsd-static"), headers.get("cmsd-dynamic")];
    };
    expect(await told(STREAM)).toEqual(["ot=m,sf=h,st=v", null]);
    expect(await told(STREAM.replace(".m3u8", ".mpd"))).toEqual(["ot=m,sf=d,st=v", null]);
    expect(await told(`${video}/playlist.m3u8`)).toEqual(["ot=m,sf=h,st=v", null]);
    expect((await told(`${video}/init.mp4`))[0]).toBe("ot=i,st=v");
    expect((await told(`${sound}/1.m4s`))[0]).toBe("ot=a,st=v");
    // As the origin says: 250 ms of encoding.
    expect(await told(`${video}/2.m4s`)).toEqual(["ot=v,st=v", expect.stringMatching(/^"edgereel";rd=\d+$/)]);
    expect(await told(`${video}/2.m4s`)).toEqual(["ot=v,st=v", null]);
  });

  it("is not said of posters, which search engines may find", async () => {
    const poster = await edge.get("/demo/video/upload/so_1/film.jpg");
    expect([poster.headers.get("cmsd-static"), poster.headers.get("x-robots-tag")]).toEqual([null, null]);
    const robots = await textOf("/robots.txt");
    expect(robots).toContain("Disallow: /*.m3u8");
    expect(robots).not.toMatch(/^Disallow: \/$/m);
  });
});

it("bounds how many beacons an address may send", async () => {
  const statuses = new Set<number>();
  for (let sent = 0; sent < 700 && !statuses.has(429); sent += 50)
    for (const { status } of await Promise.all(Array.from({ length: 50 }, () => beacon(" ")))) statuses.add(status);
  expect([...statuses].sort()).toEqual([400, 429]);
  expect((await beacon(" ")).headers.get("retry-after")).toBe("60");
});
