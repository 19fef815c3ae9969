import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { fileOf, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  sdk = await sdkFor(edge.base);
  const path = await fileOf(join(await mkdtemp(join(tmpdir(), "edgereel-")), "film.mp4"), 50_000);
  await sdk.upload(path, { public_id: "film" });
  await sdk.upload(path, { public_id: "secret", type: "authenticated" });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.jobs.length = 0;
});

const pathOf = (transformation: string, extension?: string): string =>
  `/demo/video/upload/${transformation}/film${extension === undefined ? "" : `.${extension}`}`;

const explained = async (path: string) => {
  const headers = { authorization: `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}` };
  return (await edge.get(`${path}?explain`, { headers })).json();
};

describe("fl_getinfo", () => {
  it("tells what comes of a URL, and makes nothing", async () => {
    const response = await edge.get(pathOf("c_fill,h_100,w_200/du_5/fl_getinfo", "webm"));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("public, max-age=10");
    expect(await response.json()).toMatchObject({
      input: { format: "mp4", bytes: 50_000, width: 1280, height: 720, duration: 60, frame_rate: "25" },
      output: { format: "webm", width: 200, height: 100, duration: 5, frames: 125, video_codec: "vp9" },
    });
    expect(origin.jobs).toEqual([]);
  });

  it("tells of the file itself, to the byte, where nothing is asked of it", async () => {
    for (const extension of [undefined, "mp4"])
      expect(await (await edge.get(pathOf("fl_getinfo", extension))).json()).toMatchObject({
        output: { format: "mp4", bytes: 50_000 },
      });
  });

  it("is refused where the URL would be", async () => {
    const response = await edge.get(pathOf("vc_h264/fl_getinfo", "webm"));
    expect([response.status, await response.json()]).toMatchObject([400, { code: "unsupported-format" }]);
    const path = "/demo/video/authenticated/w_100/fl_getinfo/secret.jpg";
    expect((await edge.get(path)).status).toBe(401);
    const signed = sdk.path("secret", {
      ...{ type: "authenticated", sign_url: true, format: "jpg" },
      transformation: [{ width: 100 }, { flags: "getinfo" }],
    });
    const opened = await edge.get(signed);
    expect(opened.headers.get("cache-control")).toBe("private, max-age=10");
    expect(await opened.json()).toMatchObject({ output: { format: "jpg", width: 100 } });
  });

  it("is explained as any other parameter", async () => {
    expect(await explained(pathOf("w_100/fl_getinfo", "jpg"))).toMatchObject({
      parameters: [{ key: "w" }, { key: "fl_getinfo", from: "url" }],
      plan: { output: "information" },
    });
  });
});
