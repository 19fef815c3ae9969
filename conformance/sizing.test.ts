import { beforeAll, describe, expect, inject, it } from "vitest";
import { makeFilm } from "./films.ts";
import { difference, output } from "./pictures.ts";
import { address, bytesOf, upload } from "./stream.ts";

const { folder, settings } = inject("service");

/** 320 by 180, a second of it. */
let film = "";

beforeAll(async () => {
  film = (await makeFilm(folder, { name: "sized.mov", seconds: 1, sound: undefined })).path;
  await upload(film, "sized");
});

/** Every pixel's grey, and the size of the picture. */
async function greys(input: Uint8Array | string, filter: string) {
  const source = typeof input === "string" ? input : "pipe:0";
  const arguments_ = ["-v", "error", "-i", source, "-vf", `${filter},format=rgb24,format=gray`, "-frames:v", "1", "-f"];
  const bytes = typeof input === "string" ? undefined : input;
  const [header, pixels] = await Promise.all([
    output("ffmpeg", [...arguments_, "image2pipe", "-c:v", "pgm", "pipe:1"], bytes),
    output("ffmpeg", [...arguments_, "rawvideo", "pipe:1"], bytes),
  ]);
  const size = header.subarray(0, 20).toString("latin1").split("\n")[1];
  return { size, pixels };
}

describe("the size and the part of a picture", () => {
  it.each([
    ["c_scale,w_0.5", "scale=160:90:flags=bicubic"],
    ["c_fit,h_100,w_100", "scale=100:56:flags=bicubic"],
    ["c_limit,w_640", "null"],
    ["c_mfit,h_400,w_640", "scale=640:360:flags=bicubic"],
    ["ar_1:1,c_crop", "crop=180:180:70:0"],
    ["ar_1:2,c_fill,h_180", "crop=90:180:114:0"],
    ["c_lfill,h_400,w_400", "crop=180:180:70:0"],
    ["c_fill,g_east,h_180,w_100", "crop=100:180:220:0"],
    ["c_lpad,h_200,w_400", "pad=400:200:40:10"],
    ["c_mpad,h_100,w_400", "pad=400:180:40:0"],
    ["c_pad,g_north_west,h_200,w_400", "scale=356:200:flags=bicubic,pad=400:200:0:0"],
    ["c_thumb,h_90,w_90,z_2", "crop=90:90:114:44"],
    ["c_crop,h_80,w_100,x_40,y_20", "crop=100:80:40:20"],
    ["c_crop,g_south_east,h_80,w_100,x_10,y_6", "crop=100:80:210:94"],
    ["a_180", "hflip,vflip"],
    ["a_vflip.90", "vflip,transpose=clock"],
  ])("are those that ffmpeg gives by filters that say the same: %s", async (transformation, filter) => {
    const url = address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/sized.png`);
    const [ours, theirs] = [await greys(await bytesOf(url), "null"), await greys(film, filter)];
    expect(ours.size).toBe(theirs.size);
    expect(difference(ours.pixels, theirs.pixels)).toBeLessThan(3);
  });
});
