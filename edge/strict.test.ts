import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url, STRICT_TRANSFORMATIONS: "on" });
  sdk = await sdkFor(edge.base);
  await sdk.upload(await newFilm(50_000), {
    public_id: "film",
  });
  await sdk.cloudinary.api.create_transformation("small", { width: 320, crop: "limit" });
  await sdk.cloudinary.api.create_transformation("draft", { width: 160, crop: "limit" });
  await sdk.cloudinary.api.update_transformation("draft", { allowed_for_strict: false } as never);
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const uris = (playlist: string): readonly string[] =>
  playlist.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

/** The first segment that a stream's first playlist names. */
async function firstSegment(path: string): Promise<URL> {
  const playlist = new URL(uris(await (await edge.get(path)).text())[0] ?? "", edge.base);
  return new URL(uris(await (await fetch(playlist)).text())[0] ?? "", playlist);
}

const SIGNED = { sign_url: true, crop: "scale", format: "vtt" };

const film = (transformation: string, extension = "m3u8"): string =>
  `/demo/video/upload/${transformation}/film.${extension}`;

describe("a strict cloud", () => {
  it.each(["w_300", "e_sepia", "so_1", "q_50", "t_small/w_100", "t_draft", "fps_10", "c_fill,g_auto,h_64,w_64"])(
    "makes nothing of %s",
    async (chain) => {
      for (const extension of ["m3u8", "jpg", "mp4"]) {
        const response = await edge.get(film(chain, extension));
        expect([response.status, await response.json()], extension).toMatchObject([401, { code: "not-permitted" }]);
      }
      expect(origin.jobs).toEqual([]);
    },
  );

  it.each(["sp_auto", "t_small", "t_small/sp_hd", "sp_auto/f_auto,q_auto", "q_auto:eco/sp_hd", "vc_h264"])(
    "plays %s, whole and in its parts",
    async (chain) => {
      expect((await fetch(await firstSegment(film(chain)))).status).toBe(200);
    },
  );

  it("plays whatever is signed", async () => {
    const options = { sign_url: true, width: 222, crop: "scale", format: "m3u8" };
    expect((await fetch(await firstSegment(sdk.path("film", options)))).status).toBe(200);
    expect((await edge.get(sdk.path("film", { ...options, format: "jpg" }))).status).toBe(200);
  });

  it("shows the storyboard of what it plays, and hands on what its sheets are opened by", async () => {
    for (const path of [film("fl_sprite", "vtt"), sdk.path("film", { ...SIGNED, width: 50, flags: "sprite" })]) {
      const sheet = (await (await edge.get(path)).text()).split("\n").find((line) => line.includes("#xywh=")) ?? "";
      expect((await edge.get(sheet.replace(/\?.*#/, "#"))).status).toBe(401);
      expect((await edge.get(sheet)).status).toBe(200);
    }
  });

  it("makes no part that no playlist of its own has named, and gives what is there to everybody", async () => {
    const named = await firstSegment(sdk.path("film", { sign_url: true, width: 444, crop: "scale", format: "m3u8" }));
    const forged = new URL(named);
    forged.pathname = forged.pathname.replace("w_444", "w_446");
    expect((await fetch(forged)).status).toBe(401);
    const bare = new URL(named);
    bare.search = "";
    expect((await fetch(bare)).status).toBe(401);
    expect((await fetch(named)).status).toBe(200);
    expect((await fetch(bare)).status).toBe(200);
  });
});
