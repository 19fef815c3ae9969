import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "./testing/fake-origin.ts";
import { newFilm, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;

beforeAll(async () => {
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  sdk = await sdkFor(edge.base);
  await sdk.upload(await newFilm(50_000), {
    public_id: "film",
  });
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

const playlistOf = async (transformation: string): Promise<readonly string[]> => {
  const response = await edge.get(`/demo/video/upload/${transformation}/film.m3u8?caps=h264`);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.text()).trim().split("\n");
};
const variantsOf = async (transformation: string): Promise<readonly string[]> =>
  (await playlistOf(transformation)).filter((line) => !line.startsWith("#"));

/** What Cloudinary's SDK throws. */
interface Refusal {
  readonly error: { readonly message: string; readonly http_code: number };
}

describe("a transformation under a name", () => {
  it("is kept, read, changed and forgotten by Cloudinary's own SDK", async () => {
    const { api } = sdk.cloudinary;
    expect(
      await api.create_transformation("small_sepia", { width: 320, crop: "limit", effect: "sepia" }),
    ).toMatchObject({
      message: "created",
    });
    expect(await api.transformation("small_sepia")).toMatchObject({
      name: "t_small_sepia",
      allowed_for_strict: true,
      definition: "c_limit,e_sepia,w_320",
    });
    const { transformations } = (await api.transformations()) as { transformations: { name: string }[] };
    expect(transformations.map(({ name }) => name)).toContain("t_small_sepia");
    await api.update_transformation("small_sepia", { unsafe_update: { width: 160, crop: "limit" } } as never);
    expect(await api.transformation("small_sepia")).toMatchObject({ definition: "c_limit,w_160" });
    await api.delete_transformation("small_sepia");
    await expect(api.transformation("small_sepia")).rejects.toMatchObject({ error: { http_code: 404 } });
  });

  it("means what it was kept for: the same children as the transformation itself", async () => {
    await sdk.cloudinary.api.create_transformation("half", { width: 640, crop: "limit" });
    expect(await variantsOf("t_half")).toEqual(await variantsOf("c_limit,w_640"));
    expect(await variantsOf("t_half/e_sepia")).toEqual(await variantsOf("c_limit,w_640/e_sepia"));
  });

  it("is refused by name where nothing is kept under it", async () => {
    const response = await edge.get("/demo/video/upload/t_nothing/film.m3u8");
    expect([response.status, await response.json()]).toMatchObject([400, { parameter: "t" }]);
  });

  it("is not kept twice, not kept broken, and not kept by strangers", async () => {
    const { api } = sdk.cloudinary;
    await api.create_transformation("once", { width: 100 });
    const refusals = await Promise.all(
      [
        api.create_transformation("once", { width: 200 }),
        api.create_transformation("broken", "w_abc"),
        api.create_transformation("a/b", "w_100"),
        api.create_transformation("stranger", "w_100", { api_secret: "wrong" } as never),
      ].map((attempt) =>
        attempt.then(
          () => undefined,
          (error: Refusal) => error.error.http_code,
        ),
      ),
    );
    // SDKs read messages of few statuses: 409 is said as 400.
    expect(refusals).toEqual([400, 400, 400, 401]);
    expect(await api.transformation("once")).toMatchObject({ definition: "w_100" });
  });
});

describe("a streaming profile of one's own", () => {
  it("is kept, listed beside those that are built in, changed and forgotten", async () => {
    const { api } = sdk.cloudinary;
    const representations = [{ transformation: { width: 640, height: 360, crop: "limit", bit_rate: "500k" } }];
    expect(
      await api.create_streaming_profile("tiny", { representations, display_name: "Tiny" } as never),
    ).toMatchObject({
      message: "created",
      data: { name: "tiny", predefined: false, representations: [{ transformation: "c_limit,h_360,w_640/br_500k" }] },
    });
    const { data } = (await api.list_streaming_profiles()) as { data: { name: string; predefined: boolean }[] };
    expect(data.find(({ name }) => name === "full_hd")?.predefined).toBe(true);
    expect(data.find(({ name }) => name === "tiny")?.predefined).toBe(false);
    await api.update_streaming_profile("tiny", { display_name: "Tinier" } as never);
    expect(await api.get_streaming_profile("tiny")).toMatchObject({ data: { display_name: "Tinier" } });
    await api.delete_streaming_profile("tiny");
    await expect(api.get_streaming_profile("tiny")).rejects.toMatchObject({ error: { http_code: 404 } });
  });

  it("streams its own rungs, smallest first where players look for the smallest, all of them playable", async () => {
    const representations = [
      { transformation: { width: 960, height: 540, crop: "limit", bit_rate: "1500k" } },
      { transformation: { width: 480, height: 270, crop: "limit", bit_rate: "400k" } },
    ];
    await sdk.cloudinary.api.create_streaming_profile("ours", { representations } as never);
    const lines = await playlistOf("sp_ours");
    const sizes = lines.flatMap((line) => /RESOLUTION=(\d+x\d+)/.exec(line)?.[1] ?? []).slice(0, 2);
    expect([...sizes].sort()).toEqual(["480x270", "960x540"]);
    for (const uri of await variantsOf("sp_ours")) {
      expect((await edge.get(uri)).status).toBe(200);
      expect((await edge.get(uri.replace("playlist.m3u8", "0.m4s"))).status).toBe(200);
    }
  });

  it("is refused where nobody keeps it, with the nearest name", async () => {
    const response = await edge.get("/demo/video/upload/sp_ful_hd/film.m3u8");
    expect([response.status, await response.json()]).toMatchObject([400, { parameter: "sp", nearest: "sp_full_hd" }]);
  });
});
