import { createHash } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "#transformation";
import { API_KEY, API_SECRET, type EdgeUnderTest, startEdge } from "./testing/edge-under-test.ts";
import { type FakeOrigin, PROBE, startFakeOrigin } from "./testing/fake-origin.ts";
import { fileOf, sdkFor } from "./testing/sdk.ts";

let edge: EdgeUnderTest;
let origin: FakeOrigin;
let sdk: Awaited<ReturnType<typeof sdkFor>>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  origin = await startFakeOrigin();
  edge = await startEdge({ ORIGIN_URL: origin.url });
  sdk = await sdkFor(edge.base);
});

afterAll(async () => {
  await edge?.stop();
  await origin?.stop();
});

beforeEach(() => {
  origin.probe = PROBE;
});

const storedObjects = async (): Promise<readonly { key: string; size: number }[]> => {
  const bucket = await edge.miniflare.getR2Bucket("SOURCES");
  return (await bucket.list()).objects.map(({ key, size }) => ({ key, size }));
};

const original = async (publicId: string, type = "upload"): Promise<Buffer> =>
  Buffer.from(await (await edge.get(`/demo/video/${type}/${publicId}.mp4`)).arrayBuffer());

describe("an upload by Cloudinary's SDK", () => {
  it("is answered in the SDK's shape", async () => {
    const answer = await sdk.upload(await fileOf(join(folder, "a.mp4"), 100_000), {
      public_id: "shape/a",
      tags: ["one", "two"],
      context: { caption: "A film" },
    });
    expect(answer).toMatchObject({
      public_id: "shape/a",
      resource_type: "video",
      type: "upload",
      format: "mp4",
      bytes: 100_000,
      width: 1280,
      height: 720,
      duration: 60,
      frame_rate: 25,
      tags: ["one", "two"],
      context: { custom: { caption: "A film" } },
      audio: { codec: "aac", frequency: 48_000, channels: 2 },
      video: { codec: "h264" },
      is_audio: false,
      original_filename: "a",
      nb_frames: 1500,
    });
    expect(answer.secure_url).toBe(`${edge.base}/demo/video/upload/v${answer.version}/shape/a.mp4`);
    const signed = `public_id=${answer.public_id}&version=${answer.version}${API_SECRET}`;
    expect(answer.signature).toBe(createHash("sha1").update(signed).digest("hex"));
    expect((await fetch(answer.playback_url)).status).toBe(200);
  });

  it("takes what clients call an image: its bytes say what it is", async () => {
    const path = await fileOf(join(folder, "picture.mp4"), 5000);
    expect(await sdk.upload(path, { public_id: "picture", resource_type: "image" })).toMatchObject({
      public_id: "picture",
      bytes: 5000,
    });
    expect((await original("picture")).length).toBe(5000);
    expect(await sdk.cloudinary.uploader.destroy("picture", { resource_type: "image" })).toEqual({ result: "ok" });
  });

  it("does not take a picture for a video", async () => {
    const path = await fileOf(join(folder, "still.mp4"), 5000);
    origin.probe = { ...PROBE, container: "png_pipe", audio: [] };
    await expect(sdk.upload(path, { public_id: "no-video" })).rejects.toMatchObject({
      http_code: 400,
      message: expect.stringContaining("resource_type image"),
    });
    expect((await edge.get("/demo/video/upload/no-video.png")).status).toBe(404);
    expect(await sdk.upload(path, { public_id: "logo", resource_type: "image" })).toMatchObject({ format: "png" });
  });

  it.each([1, 8 * 2 ** 20 - 1, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 21_000_000])("keeps every byte: %i", async (bytes) => {
    const path = await fileOf(join(folder, `b${bytes}.mp4`), bytes, bytes);
    await sdk.upload(path, { public_id: `bytes/${bytes}` });
    expect(
      createHash("sha256")
        .update(await original(`bytes/${bytes}`))
        .digest("hex"),
    ).toBe(
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex"),
    );
  });

  it("takes large files in chunks", async () => {
    const path = await fileOf(join(folder, "large.mp4"), 23_000_000, 7);
    const answer = await sdk.uploadLarge(path, { public_id: "chunks/large", chunk_size: 6_000_000 });
    expect(answer).toMatchObject({ public_id: "chunks/large", bytes: 23_000_000 });
    expect((await original("chunks/large")).equals(await readFile(path))).toBe(true);
    expect(await edge.sql("SELECT * FROM uploads")).toEqual([]);
    expect(await edge.sql("SELECT * FROM upload_chunks")).toEqual([]);
  });

  it("takes a file in one chunk as any other", async () => {
    const path = await fileOf(join(folder, "small.mp4"), 1_000_000, 8);
    expect(await sdk.uploadLarge(path, { public_id: "chunks/small" })).toMatchObject({ bytes: 1_000_000 });
  });

  it("gives a name to what has none, or takes the file's", async () => {
    const path = await fileOf(join(folder, "my film (1).mp4"), 1000);
    expect((await sdk.upload(path)).public_id).toMatch(/^[a-z0-9]{20}$/);
    expect((await sdk.upload(path, { use_filename: true, unique_filename: false, folder: "named" })).public_id).toBe(
      "named/my_film_1_",
    );
  });

  it("replaces what the public id stood for, unless it must not", async () => {
    const [one, two] = [await fileOf(join(folder, "one.mp4"), 5000, 1), await fileOf(join(folder, "two.mp4"), 6000, 2)];
    const first = await sdk.upload(one, { public_id: "replaced" });
    expect(await sdk.upload(two, { public_id: "replaced", overwrite: false })).toMatchObject({
      existing: true,
      bytes: 5000,
    });
    const second = await sdk.upload(two, { public_id: "replaced" });
    expect(second.asset_id).toBe(first.asset_id);
    expect(await original("replaced")).toHaveLength(6000);
  });

  it("keeps one object for the same bytes uploaded again", async () => {
    const path = await fileOf(join(folder, "again.mp4"), 7777, 9);
    await sdk.upload(path, { public_id: "again" });
    const before = await storedObjects();
    await sdk.upload(path, { public_id: "again" });
    expect(await storedObjects()).toEqual(before);
  });

  it("can be deleted", async () => {
    await sdk.upload(await fileOf(join(folder, "gone.mp4"), 1000, 3), { public_id: "gone" });
    expect(await sdk.cloudinary.uploader.destroy("gone", { resource_type: "video" })).toEqual({ result: "ok" });
    expect((await edge.get("/demo/video/upload/sp_auto/gone.m3u8")).status).toBe(404);
    expect(await sdk.cloudinary.uploader.destroy("gone", { resource_type: "video" })).toEqual({ result: "not found" });
  });
});

describe("an upload of subtitles", () => {
  const VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
  const subtitles = async (name: string, text = VTT) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const raw = (publicId: string) => edge.get(`/demo/raw/upload/${publicId}`);

  it("is answered as a raw file, which its URL gives back byte for byte", async () => {
    const options = { resource_type: "raw", public_id: "film_en.vtt" } as const;
    const answer = await sdk.upload(await subtitles("film.vtt"), options);
    expect(answer).toMatchObject({ ...options, type: "upload", bytes: VTT.length, original_filename: "film" });
    expect(answer).not.toHaveProperty("duration");
    expect(answer.secure_url).toBe(`${edge.base}/demo/raw/upload/v${answer.version}/film_en.vtt`);
    const file = await fetch(answer.secure_url);
    expect([file.headers.get("content-type"), await file.text()]).toEqual(["text/vtt; charset=utf-8", VTT]);
  });

  it("leaves a video of the same name alone", async () => {
    await sdk.upload(await fileOf(join(folder, "same.mp4"), 5000), { public_id: "same" });
    await sdk.upload(await subtitles("same.vtt"), { public_id: "same", resource_type: "raw" });
    expect(await original("same")).toHaveLength(5000);
    expect(await sdk.cloudinary.uploader.destroy("same", { resource_type: "raw" })).toEqual({ result: "ok" });
    expect((await raw("same")).status).toBe(404);
    expect(await original("same")).toHaveLength(5000);
  });

  it("replaces what it is called", async () => {
    await sdk.upload(await subtitles("one.vtt"), { public_id: "again.vtt", resource_type: "raw" });
    await sdk.upload(await subtitles("two.vtt", `${VTT}\n`), { public_id: "again.vtt", resource_type: "raw" });
    expect((await (await raw("again.vtt")).text()).length).toBe(VTT.length + 1);
  });

  it("is told from films by its name where the client leaves that open, which ends as the file does", async () => {
    const srt = await subtitles("open.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n");
    const options = { resource_type: "auto", use_filename: true, unique_filename: false } as const;
    expect(await sdk.upload(srt, options)).toMatchObject({ public_id: "open.srt", resource_type: "raw" });
    expect((await sdk.upload(srt, { resource_type: "raw" })).public_id).toMatch(/^[a-z0-9]{20}\.srt$/);
  });
});

describe("an upload of a look-up table", () => {
  const table = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const CUBE = `LUT_3D_SIZE 2\n${"0.5 0.5 0.5\n".repeat(8)}`;

  it("is a raw file, told by its name, which its URL gives back", async () => {
    const options = { resource_type: "auto", use_filename: true, unique_filename: false } as const;
    const answer = await sdk.upload(await table("warm.cube", CUBE), options);
    expect(answer).toMatchObject({ resource_type: "raw", public_id: "warm.cube", bytes: CUBE.length });
    expect(await (await fetch(answer.secure_url)).text()).toBe(CUBE);
  });

  it("is refused with the line at fault", async () => {
    const options = { resource_type: "raw", public_id: "broken.cube" } as const;
    await expect(sdk.upload(await table("broken.cube", CUBE.replace("0.5", "half")), options)).rejects.toMatchObject({
      message: expect.stringMatching(/Line 2 holds no colour/),
    });
  });
});

describe("an upload that is refused", () => {
  const refusal = async (act: () => Promise<unknown>): Promise<{ message: string; http_code: number }> => {
    try {
      await act();
    } catch (error) {
      return (
        (error as { error?: { message: string; http_code: number } }).error ??
        (error as { message: string; http_code: number })
      );
    }
    throw new Error("it was taken");
  };
  const film = () => fileOf(join(folder, "refused.mp4"), 20_000, 4);

  it.each<[string, Record<string, unknown>, number, RegExp]>([
    ["signed with another secret", { api_secret: "wrong" }, 401, /signature/i],
    ["signed with another key", { api_key: "1" }, 401, /signature/i],
    ["signed long ago", { timestamp: 1_500_000_000 }, 401, /timestamp/],
    ["of a type that does not exist", { type: "fetch" }, 400, /type takes upload/],
    ["as a raw file that is no subtitles", { resource_type: "raw" }, 400, /UTF-8|subtitle file/],
    ["as something else", { resource_type: "font" }, 400, /resource_type/],
    ["under a name that no URL can hold", { public_id: "a//b" }, 400, /public id/],
    ["to another cloud", { cloud_name: "other" }, 404, /cloud/],
  ])("%s", async (_, options, status, message) => {
    const before = await storedObjects();
    const error = await refusal(async () => sdk.upload(await film(), { public_id: "refused", ...options }));
    expect(error.http_code).toBe(status);
    expect(error.message).toMatch(message);
    expect(await storedObjects()).toEqual(before);
  });

  it("because it cannot be played leaves nothing behind, and says why", async () => {
    origin.probe = new Problem("not-playable", "Nothing in this file can be decoded (vvc1).");
    const before = await storedObjects();
    const error = await refusal(async () => sdk.upload(await film(), { public_id: "unplayable" }));
    expect(error).toMatchObject({ http_code: 400, message: "Nothing in this file can be decoded (vvc1)." });
    const chunked = await refusal(async () =>
      sdk.uploadLarge(await fileOf(join(folder, "c.mp4"), 12_000_000, 5), {
        public_id: "unplayable",
        chunk_size: 6_000_000,
      }),
    );
    expect(chunked.http_code).toBe(400);
    expect(await storedObjects()).toEqual(before);
    expect(await edge.sql("SELECT * FROM assets WHERE public_id = 'unplayable'")).toEqual([]);
    expect(await edge.sql("SELECT * FROM uploads")).toEqual([]);
  });

  it("because its subtitles are broken, and says where", async () => {
    const path = join(folder, "broken.srt");
    await writeFile(path, "1\n00:00:01,000 --> soon\nHello\n");
    const before = await storedObjects();
    const error = await refusal(() => sdk.upload(path, { public_id: "broken.srt", resource_type: "raw" }));
    expect(error).toMatchObject({ http_code: 400, message: expect.stringMatching(/Line 2.*soon/) });
    expect(await storedObjects()).toEqual(before);
  });

  it("because it is empty", async () => {
    expect((await refusal(async () => sdk.upload(await fileOf(join(folder, "empty.mp4"), 0)))).message).toMatch(
      /empty/,
    );
  });

  const post = (headers: Record<string, string>, body: RequestInit["body"]) =>
    edge.get("/v1_1/demo/video/upload", { method: "POST", headers, ...(body !== undefined && { body }) });

  it.each<[string, Record<string, string>, RegExp]>([
    ["no chunk range", { "content-range": "bytes 5-1/10", "x-unique-upload-id": "u" }, /Content-Range/],
    ["a chunk without an upload", { "content-range": "bytes 0-5999999/-1" }, /X-Unique-Upload-Id/],
    ["a chunk too small for R2", { "content-range": "bytes 0-99/-1", "x-unique-upload-id": "small" }, /chunk_size/],
    [
      "a later chunk first",
      { "content-range": "bytes 6000000-11999999/-1", "x-unique-upload-id": "late" },
      /first chunk/,
    ],
  ])("because it is %s", async (_, headers, message) => {
    const form = new FormData();
    form.append("file", new Blob(["x"]), "x.mp4");
    const response = await post(headers, form);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(message);
  });

  it("because it is no form", async () => {
    expect((await post({ "content-type": "multipart/form-data; boundary=x" }, "garbage")).status).toBe(400);
    expect((await post({ "content-type": "application/json" }, "{}")).status).toBe(400);
    const unsigned = new FormData();
    unsigned.append("api_key", API_KEY);
    unsigned.append("file", new Blob(["x"]), "x.mp4");
    expect((await post({}, unsigned)).status).toBe(401);
  });
});
