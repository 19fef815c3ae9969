import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { factsOf } from "./facts.ts";
import { makeFilm } from "./films.ts";
import { difference, frameNumbers, output, thumbnail } from "./pictures.ts";
import { streamOf, X264 } from "./play.ts";
import { lagAt, samplesOf } from "./sound.ts";
import { address, get, joinRendition, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const cloud = settings.CLOUD_NAME;

describe("transformations", () => {
  const film = () => makeFilm(folder, { name: "plain.mov", seconds: 8 });
  const ready = async (): Promise<string> => {
    const { path } = await film();
    await upload(path, "plain");
    return path;
  };

  it.each([
    ["c_fill,h_120,w_120", 120, 120, "crop=180:180,scale=120:120"],
    ["c_crop,g_north_west,h_90,w_160", 160, 90, "crop=160:90:0:0"],
    ["c_pad,h_200,w_200", 200, 200, "scale=200:112,pad=200:200:0:44"],
    ["a_90", 180, 320, "transpose=clock"],
    ["a_hflip", 320, 180, "hflip"],
    ["h_90,w_300", 300, 90, "scale=300:90"],
  ])("change the picture as an independent rendering does: %s", async (transformation, width, height, filter) => {
    const source = await ready();
    const still = join(folder, `${transformation.replaceAll(/\W/g, "-")}.png`);
    await writeFile(
      still,
      Buffer.from(await (await get(address(`/${cloud}/video/upload/${transformation}/so_2/plain.png`))).arrayBuffer()),
    );
    const facts = await factsOf(still);
    expect([facts.width, facts.height]).toEqual([width, height]);
    expect(difference(await thumbnail(still, 0, ""), await thumbnail(source, 2, filter))).toBeLessThan(5);
    const stream = await streamOf("plain", transformation);
    const { path } = await joinRendition(
      stream.variants[0]?.address ?? "",
      `t-${transformation.replaceAll(/\W/g, "-")}`,
    );
    expect(stream.variants[0]?.resolution).toBe(`${width}x${height}`);
    expect(
      difference(await thumbnail(path, 2, "", ["-ignore_editlist", "1"]), await thumbnail(source, 2, filter)),
    ).toBeLessThan(5);
  });

  it("cut a clip to the frame, with its sound", async () => {
    await ready();
    const clip = join(folder, "clip.mp4");
    await writeFile(
      clip,
      Buffer.from(await (await get(address(`/${cloud}/video/upload/so_2.5,eo_5/plain.mp4`))).arrayBuffer()),
    );
    expect(await frameNumbers(clip)).toEqual(Array.from({ length: 75 }, (_, index) => 75 + index));
    const [sound, source] = await Promise.all([samplesOf(clip, 48_000), samplesOf(join(folder, "plain.mov"), 48_000)]);
    expect(lagAt(sound, source.subarray(120_000), 40_000, 64)).toBe(0);
  });

  it.each([
    ["e_volume:-50", 0.5],
    ["e_volume:100", 2],
    ["e_volume:-6dB", 0.5012],
    ["e_volume:mute", 0],
  ])("change the sound's loudness: %s", async (transformation, factor) => {
    const source = await ready();
    const [playlist] = (await streamOf("plain", `${transformation}/sp_auto`)).audio;
    const joined = await joinRendition(playlist ?? "", `v-${transformation.replaceAll(/\W/g, "-")}`);
    const [changed, plain] = await Promise.all([
      samplesOf(joined.path, 48_000, ["-ignore_editlist", "1"]),
      samplesOf(source, 48_000),
    ]);
    const power = (samples: Float32Array) =>
      Math.sqrt(samples.subarray(50_000, 250_000).reduce((sum, sample) => sum + sample * sample, 0) / 200_000);
    expect(power(changed) / power(plain)).toBeCloseTo(factor, 1);
  });

  it.each([
    ["jpg", "mjpeg"],
    ["png", "png"],
    ["webp", "webp"],
  ])("give stills: %s", async (extension, codec) => {
    await ready();
    const path = join(folder, `still.${extension}`);
    await writeFile(
      path,
      Buffer.from(await (await get(address(`/${cloud}/video/upload/so_50p,w_160/plain.${extension}`))).arrayBuffer()),
    );
    const json = JSON.parse(
      (await output("ffprobe", ["-v", "error", "-show_streams", "-of", "json", path])).toString(),
    ) as { streams: readonly { codec_name: string; width: number; height: number }[] };
    expect(json.streams[0]).toMatchObject({ codec_name: codec, width: 160, height: 90 });
  });

  it("refuse a clip that is too long for one file, and say what helps", async () => {
    const { path } = await makeFilm(folder, {
      name: "minute.mp4",
      seconds: 70,
      size: "64x64",
      frameRate: "10",
      options: [...X264, "-c:a", "aac"],
    });
    await upload(path, "minute");
    const response = await fetch(address(`/${cloud}/video/upload/w_64/minute.webm`));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "clip-too-long", parameter: "du" });
    expect((await fetch(address(`/${cloud}/video/upload/w_64,du_3/minute.webm`))).status).toBe(200);
  });

  it("are refused where the source has nothing of the kind", async () => {
    const film = await makeFilm(folder, {
      name: "only-sound.m4a",
      seconds: 3,
      picture: false,
      options: ["-c:a", "aac"],
    });
    await upload(film.path, "only-sound");
    expect((await fetch(address(`/${cloud}/video/upload/so_1/only-sound.jpg`))).status).toBe(400);
  });
});
