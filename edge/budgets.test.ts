import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";
import { urisIn, visit } from "./testing/stream-walk.ts";
import { keySet, newKey, type TestKey, tokenOf } from "./testing/tokens.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let [key, admin]: TestKey[] = [];

/** What was kept free for an encode is given back after its answer. */
const PATIENCE = { timeout: 10_000, interval: 100 };

/** Of the whole cloud, in an hour; every encode of the origin under test takes a quarter of a second. */
const CLOUD_SECONDS = 100;

beforeAll(async () => {
  origin = await startFakeOrigin();
  [key, admin] = [await newKey("EdDSA"), await newKey("HS256", "admin")];
  edge = await startEdge({
    ...{ ORIGIN_URL: origin.url, PLAYBACK_KEYS: keySet(key), ADMIN_KEYS: keySet(admin) },
    ...{ CLOUD_ENCODE_SECONDS: String(CLOUD_SECONDS), TOKEN_NEW_VARIANTS: "50" },
  });
  const sdk = await sdkFor(edge.base);
  const path = await newFilm(50_000);
  for (const type of ["upload", "authenticated"]) await sdk.upload(path, { public_id: "film", type });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

type Claims = Readonly<Record<string, unknown>>;

const token = (claims: Claims): Promise<string> => tokenOf(key as TestKey, claims);

/** The first segments of the smallest rendition, as a stream names them to the holder of a token. */
async function segmentsOf(chain: string, signed: string): Promise<readonly URL[]> {
  const stream = new URL(`/demo/video/authenticated/${chain}/film.m3u8?token=${signed}`, edge.base);
  const playlist = urisIn((await visit(stream)).body).find((uri) => uri.includes("/234p-h264/"));
  const url = new URL(playlist ?? "", stream);
  return urisIn((await visit(url)).body)
    .filter((uri) => !uri.startsWith("init"))
    .map((uri) => new URL(uri, url));
}

const play = async (urls: readonly (URL | undefined)[]): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (const url of urls) statuses.push((await visit(url as URL)).status);
  return statuses;
};

const left = async (): Promise<
  Record<string, { an_hour: number | null; left: number | null; a_token: number | null }>
> =>
  (
    await edge.get("/v1/demo/budget", { headers: { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` } })
  ).json() as never;

describe("a token with a budget of new variants", () => {
  it("plays as many, is told when to come again, and goes on with what is there", async () => {
    const signed = await token({ new_variants: 1 });
    const one = await segmentsOf("so_1/sp_auto", signed);
    const two = await segmentsOf("so_2/sp_auto", signed);
    expect(await play(one.slice(0, 3))).toEqual([200, 200, 200]);
    origin.jobs.length = 0;
    const refused = await visit(two[0] as URL);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      429,
      { code: "budget-spent", parameter: "new_variants", detail: expect.stringContaining("The playback token has no") },
    ]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3500);
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(origin.jobs).toEqual([]);
    // What it has begun it may go on with, and what somebody else has had made it may have.
    expect(await play([one[0], one[5]])).toEqual([200, 200]);
    expect(await play([(await segmentsOf("so_2/sp_auto", await token({})))[0], two[0], two[1]])).toEqual([
      200, 200, 200,
    ]);
  });

  it("asks nothing of it for playlists, and of none who plays what is there", async () => {
    const signed = await token({ new_variants: 0, encode_seconds: 0 });
    const [first, second] = await segmentsOf("so_3/sp_auto", signed);
    expect(await play([first])).toEqual([429]);
    expect(await play((await segmentsOf("so_3/sp_auto", await token({}))).slice(0, 1))).toEqual([200]);
    expect(await play([first, second])).toEqual([200, 429]);
  });
});

describe("a look at a video, for what is chosen by it", () => {
  const chosen = (signed: string) => `/demo/video/authenticated/c_fill,g_auto,h_64,w_64/film.jpg?token=${signed}`;

  it("is on the budget of whoever causes it, and nobody's once it was taken", async () => {
    origin.jobs.length = 0;
    const broke = await token({ encode_seconds: 0 });
    const refused = await edge.get(chosen(broke));
    expect([refused.status, await refused.json()]).toMatchObject([429, { parameter: "encode_seconds" }]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(origin.jobs).toEqual([]);
    expect((await edge.get(chosen(await token({})))).status).toBe(200);
    expect(origin.jobs.map(({ job }) => job.kind)).toEqual(["glance", "whole"]);
    expect((await edge.get(chosen(broke))).status).toBe(200);
  });
});

describe("a token with a budget of encode seconds", () => {
  it("is charged what its encodes have cost, whatever they are", async () => {
    const signed = await token({ encode_seconds: 5.3 });
    const file = (second: number) =>
      new URL(`/demo/video/authenticated/so_${second},w_64/film.jpg?token=${signed}`, edge.base);
    expect(await play([file(1)])).toEqual([200]);
    // What was kept free is given back a moment after the answer; then one more has room, and a third has not.
    await expect.poll(() => play([file(2)]), PATIENCE).toEqual([200]);
    await expect.poll(() => play([file(3)]), PATIENCE).toEqual([429]);
    expect(await play([file(1), file(2)])).toEqual([200, 200]);
  });

  it("spends with every token of one jti, and for itself with none", async () => {
    const same = [
      { jti: "one", exp: 4_000_000_000 },
      { jti: "one", exp: 4_000_000_001 },
      { exp: 4_000_000_002 },
    ] as const;
    const outcomes: number[] = [];
    for (const [at, claims] of same.entries()) {
      const signed = await token({ ...claims, new_variants: 1 });
      const path = `/demo/video/authenticated/so_${10 + at},w_64/film.jpg?token=${signed}`;
      outcomes.push((await edge.get(path)).status);
    }
    expect(outcomes).toEqual([200, 429, 200]);
  });
});

describe("a cloud's budget", () => {
  it("is told to whoever may know it", async () => {
    expect(await left()).toMatchObject({
      encode_seconds: { an_hour: CLOUD_SECONDS, a_token: null },
      new_variants: { an_hour: null, left: null, a_token: 50 },
    });
    const bearer = async (scope: string) => `Bearer ${await tokenOf(admin as TestKey, { aud: "demo/admin", scope })}`;
    const ask = async (authorization: string) =>
      (await edge.get("/v1/demo/budget", { headers: { authorization } })).status;
    expect([await ask(await bearer("budgets:read")), await ask(await bearer("keys:read")), await ask("")]).toEqual([
      200, 403, 401,
    ]);
  });

  it("is spent by everybody's encodes, public ones too; then all that was made goes on", async () => {
    const before = (await left())["encode_seconds"]?.left ?? 0;
    const still = (second: number) => `/demo/video/upload/so_${second},w_32/film.jpg`;
    for (const second of [1, 2, 3, 4]) expect((await edge.get(still(second))).status).toBe(200);
    await expect.poll(async () => before - ((await left())["encode_seconds"]?.left ?? 0), PATIENCE).toBeCloseTo(1, 0);
    // More begin at once than there is room for.
    origin.delayMilliseconds = 1500;
    const crowd = await Promise.all(Array.from({ length: 30 }, (_, at) => edge.get(still(5 + at))));
    origin.delayMilliseconds = 0;
    const refused = crowd.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused.length).toBeLessThan(25);
    expect(await refused[0]?.json()).toMatchObject({ detail: expect.stringContaining("This cloud has no") });
    for (const [at, { status }] of crowd.entries())
      if (status === 200) expect((await edge.get(still(5 + at))).status).toBe(200);
  });
});
