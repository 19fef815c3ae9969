import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  await (await sdkFor(edge.base)).upload(await newFilm(30_000), { public_id: "film" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

interface Answer {
  readonly rows: readonly Record<string, string | number>[];
}

const ask = async (query = ""): Promise<Response> =>
  edge.get(`/v1/demo/analytics/deliveries?${query}`, {
    headers: { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` },
  });
const rows = async (query = ""): Promise<Answer["rows"]> => ((await (await ask(query)).json()) as Answer).rows;

describe("deliveries", () => {
  it("are counted to the last one, by what they have in common", async () => {
    const playlist = await (await edge.get("/demo/video/upload/sp_auto/film.m3u8")).text();
    const folder = (codec: string) => new RegExp(`^/.*540p-${codec}`, "m").exec(playlist)?.[0] ?? "";
    const headers = { "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148" };
    for (let turn = 0; turn < 30; turn++) await edge.get(`${folder("av1")}/${turn % 3}.m4s`, { headers });
    for (let turn = 0; turn < 5; turn++) await edge.get(`${folder("h264")}/0.m4s`);

    const segments = async () => (await rows("group_by=product")).find(({ product }) => product === "segment");
    await expect.poll(async () => (await segments())?.["requests"], { timeout: 30_000, interval: 500 }).toBe(35);
    expect(await segments()).toMatchObject({
      encodes: 4,
      encode_seconds: 1,
      cache_ratio: Math.round((31 / 35) * 1e6) / 1e6,
    });
    const byCodec = await rows("group_by=codec,rung,device");
    expect(byCodec.find((row) => row["codec"] === "av1")).toMatchObject({
      rung: "540p",
      device: "mobile",
      requests: 30,
    });
    const byTier = Object.fromEntries((await rows("group_by=tier")).map((row) => [row["tier"], row["requests"]]));
    expect(byTier).toMatchObject({ encoded: 4, edge: 31, computed: 1 });
    const bytes = Number((await segments())?.["bytes"]);
    expect(bytes).toBeGreaterThan(35 * 1000);
    expect((await rows("interval=minute")).every((row) => Number(row["time"]) % 60 === 0)).toBe(true);
  });

  it("are counted once though their batch comes twice", async () => {
    const count = {
      minute: 1000,
      cloud: "demo",
      publicId: "twice",
      product: "segment",
      codec: "av1",
      rung: "540p",
      tier: "edge",
      status: 200,
      country: "XX",
      device: "desktop",
      requests: 3,
      bytes: 30,
      encodes: 0,
      encodeMilliseconds: 0,
    };
    const { DELIVERIES } = (await edge.miniflare.getBindings()) as {
      DELIVERIES: { send(body: unknown): Promise<void> };
    };
    for (let turn = 0; turn < 3; turn++)
      await DELIVERIES.send({ id: "the-same-batch", of: "deliveries", counts: [count] });
    await DELIVERIES.send({ id: "another-batch", of: "deliveries", counts: [count] });
    await expect
      .poll(
        async () =>
          (await edge.sql<{ requests: number }>("SELECT requests FROM deliveries WHERE public_id = 'twice'"))[0]
            ?.requests,
        { timeout: 20_000 },
      )
      .toBe(6);
  });

  it.each([
    ["group_by=colour", "group_by"],
    ["interval=week", "interval"],
    ["from=yesterday", "from"],
    ["from=2026-01-02&to=2026-01-01", "from"],
    ["from=0&to=99999999999", "from"],
  ])("refuses %s by name", async (query, parameter) => {
    const response = await ask(query);
    expect([response.status, ((await response.json()) as { parameter: string }).parameter]).toEqual([400, parameter]);
  });
});

describe("health", () => {
  it("is good while the database and the origin answer", async () => {
    expect((await edge.get("/health")).status).toBe(200);
  });
});
