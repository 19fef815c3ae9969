import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFrom, type Env } from "./config.ts";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;

beforeAll(async () => {
  origin = await startFakeOrigin();
  // The film has 1280 by 720 pixels, 25 pictures a second, and lasts a minute.
  const limits = { side_pixels: 640, layers: 1, file_seconds: 10 };
  edge = await startEdge({ ORIGIN_URL: origin.url, LIMITS: JSON.stringify(limits) });
  const sdk = await sdkFor(edge.base);
  await sdk.upload(await newFilm(50_000), {
    public_id: "film",
  });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const film = (chain: string, extension: string): string => `/demo/video/upload/${chain}/film.${extension}`;
const text = "l_text:Arial_20:a/fl_layer_apply";

describe("a cloud with limits of its own", () => {
  it.each([
    ["so_1", "m3u8", "side_pixels", "w"],
    ["w_642", "jpg", "side_pixels", "w"],
    ["w_320", "mp4", "file_seconds", "du"],
    [`w_320/${text}/${text}`, "m3u8", "layers", "l"],
  ])("makes nothing of %s as .%s, and says what bounds it", async (chain, extension, limit, parameter) => {
    const response = await edge.get(film(chain, extension));
    expect([response.status, await response.json()]).toMatchObject([400, { code: "beyond-limit", limit, parameter }]);
    expect(response.headers.get("x-cld-error")).toContain(limit);
    expect(origin.jobs).toEqual([]);
  });

  it("makes what lies within them, and hands out uploaded files as they are", async () => {
    expect((await edge.get(film("w_640", "m3u8"))).status).toBe(200);
    expect((await edge.get(film("du_10,w_640", "mp4"))).status).toBe(200);
    expect((await edge.get("/demo/video/upload/film.mp4")).status).toBe(200);
  });

  it("makes no rendition that none of its playlists can have named", async () => {
    const playlist = await (await edge.get(film("w_640", "m3u8"))).text();
    const named = playlist.split("\n").find((line) => line.includes("/full-h264/")) ?? "";
    expect((await fetch(new URL(named, edge.base))).status).toBe(200);
    const forged = await fetch(new URL(named.replace("w_640", "w_1280"), edge.base));
    expect([forged.status, await forged.json()]).toMatchObject([400, { code: "beyond-limit", limit: "side_pixels" }]);
  });
});

describe("limits in the configuration", () => {
  it.each(['{"sides":1}', '{"layers":"2"}', '{"layers":0}', "[]", "1920", "{"])(
    "are refused where they bound nothing that is known: %s",
    (LIMITS) => {
      expect(() => configFrom({ LIMITS } as Env)).toThrow(/LIMITS must be a JSON object.*side_pixels/);
    },
  );
});
