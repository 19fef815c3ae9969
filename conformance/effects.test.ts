import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg } from "./films.ts";
import {
  at,
  delivery,
  expectPatches,
  HEIGHT,
  inYuv,
  luma,
  PATCHES,
  type Picture,
  patchesOf,
  type Rgb,
  SIDE,
  still,
  TOLERANCE,
  toYuv,
  uploadPatches,
  WIDTH,
} from "./patches.ts";
import { output } from "./pictures.ts";
import { joinRendition, openStream, upload } from "./stream.ts";

const { folder } = inject("service");

beforeAll(() => uploadPatches("patches"));

const SEPIA = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
] as const;

describe("an adjustment of every pixel", () => {
  it.each<[string, (rgb: Rgb) => Rgb]>([
    ["", (rgb) => rgb],
    ["e_brightness:20", inYuv(([y, u, v]) => [y + 0.1 * 255, u, v])],
    ["e_brightness:-30", inYuv(([y, u, v]) => [y - 0.15 * 255, u, v])],
    ["e_contrast:30", inYuv(([y, u, v]) => [(y - 127.5) * 1.3 + 127.5, u, v])],
    ["e_saturation:-100", (rgb) => [luma(rgb), luma(rgb), luma(rgb)]],
    ["e_saturation:20", inYuv(([y, u, v]) => [y, (u - 128) * 1.2 + 128, (v - 128) * 1.2 + 128])],
    ["e_gamma:50", inYuv(([y, u, v]) => [255 * (y / 255) ** (1 / 1.5), u, v])],
    ["e_grayscale", (rgb) => [luma(rgb), luma(rgb), luma(rgb)]],
    ["e_negate", ([r, g, b]) => [255 - r, 255 - g, 255 - b]],
    ["e_blackwhite", (rgb) => (luma(rgb) >= 127.5 ? [255, 255, 255] : [0, 0, 0])],
    [
      "e_sepia:60",
      (rgb) =>
        SEPIA.map((row, channel) => {
          const brown = row.reduce((sum, weight, index) => sum + weight * (rgb[index] ?? 0), 0);
          return 0.6 * brown + 0.4 * (rgb[channel] ?? 0);
        }) as unknown as Rgb,
    ],
    ["o_50", ([r, g, b]) => [r / 2, g / 2, b / 2]],
    ["o_25,b_white", ([r, g, b]) => [191 + r / 4, 191 + g / 4, 191 + b / 4]],
  ])("%s gives the colours that its definition gives", async (effect, change) => {
    const picture = await still(effect === "" ? "so_1" : `so_1/${effect}`);
    // The grey in the middle of the scale may fall on either side of black and white.
    const patches = patchesOf(picture);
    const judged =
      effect === "e_blackwhite" ? patches.map((rgb, index) => (index === 3 ? change([128, 128, 128]) : rgb)) : patches;
    expectPatches(judged, change, effect);
  });

  it("e_hue:50 turns every colour by a quarter of the colour circle, and leaves lightness and strength alone", async () => {
    const angle = ([, u, v]: Rgb): number => (Math.atan2(v - 128, u - 128) * 180) / Math.PI;
    const turned = patchesOf(await still("so_1/e_hue:50")).map(toYuv);
    for (const index of [0, 1, 2]) {
      const before = toYuv(PATCHES[index] as Rgb);
      const after = turned[index] as Rgb;
      const turn = (((angle(after) - angle(before)) % 360) + 360) % 360;
      expect(Math.min(Math.abs(turn - 90), Math.abs(turn - 270))).toBeLessThan(6);
      expect(Math.abs(after[0] - before[0])).toBeLessThan(TOLERANCE);
    }
  });

  it("e_vibrance gives more to what has little colour", async () => {
    const strength = ([, u, v]: Rgb): number => Math.hypot(u - 128, v - 128);
    const vivid = patchesOf(await still("so_1/e_vibrance:80")).map(toYuv);
    const gain = (index: number) => strength(vivid[index] as Rgb) / strength(toYuv(PATCHES[index] as Rgb));
    expect(gain(7)).toBeGreaterThan(1.15);
    expect(gain(7)).toBeGreaterThan(gain(0));
    expect(Math.abs((vivid[3] as Rgb)[1] - 128)).toBeLessThan(3);
  });
});

describe("an effect on neighbours", () => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const region = (picture: Picture, x: number, y: number, width: number, height: number): readonly number[] =>
    Array.from({ length: width * height }, (_, index) =>
      luma(at(picture, x + (index % width), y + Math.floor(index / width))),
    );
  const deviation = (values: readonly number[]): number =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

  it("e_blur mixes colours where they meet, the stronger the wider, and keeps the whole as light as it was", async () => {
    const [sharp, blurred, strong] = await Promise.all(
      ["so_1", "so_1/e_blur:300", "so_1/e_blur:1500"].map((text) => still(text)),
    );
    const row = (picture: Picture) => Array.from({ length: WIDTH }, (_, x) => luma(at(picture, x, SIDE / 2)));
    const steepest = (values: readonly number[]) =>
      Math.max(...values.slice(1).map((value, x) => Math.abs(value - (values[x] ?? 0))));
    const [a, b, c] = [sharp, blurred, strong].map((picture) => steepest(row(picture as Picture)));
    expect(a).toBeGreaterThan(2 * (b as number));
    expect(b).toBeGreaterThan(c as number);
    expect(
      Math.abs(
        mean(region(strong as Picture, 0, 0, WIDTH, HEIGHT)) - mean(region(sharp as Picture, 0, 0, WIDTH, HEIGHT)),
      ),
    ).toBeLessThan(4);
  });

  it("e_pixelate:32 shows squares of one colour", async () => {
    const picture = await still("so_1/e_pixelate:32");
    for (const [x, y] of [
      [0, 0],
      [64, 32],
      [224, 96],
      [288, 128],
    ] as const)
      expect(deviation(region(picture, x + 3, y + 3, 26, 26))).toBeLessThan(3);
    // The square across two patches has the colour of both.
    const [left, right] = [luma(PATCHES[0] as Rgb), luma(PATCHES[1] as Rgb)];
    expect(Math.abs(mean(region(picture, 67, 35, 20, 20)) - (left + right) / 2)).toBeLessThan(
      Math.abs(left - right) / 2 + TOLERANCE,
    );
  });

  it("e_noise adds grain that differs from picture to picture", async () => {
    const stream = await openStream(delivery("e_noise:40", "patches.m3u8?caps=h264"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "grain");
    const raw = await output("ffmpeg", [
      ...["-v", "error", "-i", path, "-frames:v", "2", "-vf", "crop=50:50:14:14"],
      ...["-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
    ]);
    const [one, other] = [raw.subarray(0, 2500), raw.subarray(2500, 5000)].map((picture) => [...picture]);
    expect(deviation(one as number[])).toBeGreaterThan(4);
    expect(deviation((one as number[]).map((level, index) => level - (other?.[index] ?? 0)))).toBeGreaterThan(2);
  });

  it("e_vignette darkens the corners and not the middle", async () => {
    const [plain, vignette] = await Promise.all(["so_1", "so_1/e_vignette:60"].map((text) => still(text)));
    const share = (x: number, y: number) =>
      mean(region(vignette as Picture, x, y, 8, 8)) / mean(region(plain as Picture, x, y, 8, 8));
    expect(share(0, 0)).toBeLessThan(0.7);
    expect(share(WIDTH / 2 + 8, HEIGHT / 2 + 8)).toBeGreaterThan(0.95);
  });

  it.each(["e_sharpen:300", "e_unsharp_mask:300"])("%s overshoots where colours meet", async (effect) => {
    const [plain, sharpened] = await Promise.all(["so_1", `so_1/${effect}`].map((text) => still(text)));
    const spread = (picture: Picture) => deviation(region(picture, SIDE - 10, 20, 20, 10));
    expect(spread(sharpened as Picture)).toBeGreaterThan(1.05 * spread(plain as Picture));
    expectPatches(patchesOf(sharpened as Picture), (rgb) => rgb, effect);
  });
});

describe("an effect on a rectangle", () => {
  it.each(["e_blur_region:1500", "e_pixelate_region:60"])(
    "%s changes what is inside, and nothing else",
    async (effect) => {
      const [plain, changed] = (await Promise.all(
        ["so_1", `so_1/${effect},h_80,w_80,x_40,y_40`].map((text) => still(text)),
      )) as [Picture, Picture];
      const differs = (x: number, y: number) => Math.abs(luma(at(plain, x, y)) - luma(at(changed, x, y)));
      // At the meeting of four patches everything changes, beside the rectangle nothing.
      expect(Math.max(differs(78, 60), differs(82, 60), differs(60, 78), differs(100, 82))).toBeGreaterThan(8);
      expect(Math.max(differs(20, 20), differs(130, 60), differs(60, 130), differs(300, 150))).toBeLessThan(4);
    },
  );
});

describe("a frame around the picture", () => {
  it("b_ and c_pad put the picture on a colour", async () => {
    const picture = await still("so_1/b_rgb:3050a0,c_pad,h_320,w_320", { width: 320, height: 320 });
    const beside = at(picture, 160, 20).map((level, channel) => Math.abs(level - ([0x30, 0x50, 0xa0][channel] ?? 0)));
    expect(Math.max(...beside)).toBeLessThan(TOLERANCE);
    expect(luma(at(picture, 40, 120))).toBeCloseTo(luma(PATCHES[0] as Rgb), -1);
  });

  it("b_blurred puts it on itself, blurred: colourful, and without an edge", async () => {
    const picture = await still("so_1/b_blurred:400,c_pad,h_320,w_320", { width: 320, height: 320 });
    const above = Array.from({ length: 32 }, (_, index) => at(picture, index * 10, 30));
    const steps = above.slice(1).map((rgb, index) => Math.abs(luma(rgb) - luma(above[index] as Rgb)));
    expect(Math.max(...steps)).toBeLessThan(12);
    expect(Math.min(...above.map(luma))).toBeGreaterThan(40);
    const darker = await still("so_1/b_blurred:400:-60,c_pad,h_320,w_320", { width: 320, height: 320 });
    expect(luma(at(darker, 160, 20))).toBeLessThan(luma(at(picture, 160, 20)) - 20);
  });

  it("bo_ draws a border inside", async () => {
    const picture = await still("so_1/bo_10px_solid_white");
    expect(Math.min(...at(picture, 4, 80), ...at(picture, WIDTH - 4, 80), ...at(picture, 160, 4))).toBeGreaterThan(235);
    expect(luma(at(picture, 30, 30))).toBeCloseTo(luma(PATCHES[0] as Rgb), -1);
  });

  it("r_ cuts the corners that it names, and nothing else", async () => {
    const all = await still("so_1/r_max");
    for (const [x, y] of [
      [2, 2],
      [WIDTH - 3, 2],
      [2, HEIGHT - 3],
      [WIDTH - 3, HEIGHT - 3],
    ] as const)
      expect(luma(at(all, x, y))).toBeLessThan(12);
    expect(luma(at(all, WIDTH / 2 - 20, 3))).toBeGreaterThan(60);
    const one = await still("so_1/r_60:0:0:0");
    expect(luma(at(one, 2, 2))).toBeLessThan(12);
    expect(luma(at(one, WIDTH - 3, HEIGHT - 3))).toBeGreaterThan(60);
  });
});

describe("colours that are drawn", () => {
  const SIZE = { width: 1280, height: 720 };
  const WANTED: Rgb = [208, 32, 48];
  const misses = (picture: Picture, x: number, y: number): number =>
    Math.max(...at(picture, x, y).map((level, channel) => Math.abs(level - (WANTED[channel] ?? 0))));

  it.each([
    ["eight bits, BT.709", "yuv420p", "bt709", "tv"],
    ["ten bits, BT.709", "yuv420p10le", "bt709", "tv"],
    ["full range, BT.601", "yuvj420p", "smpte170m", "pc"],
  ])("are those that the URL names, whatever the video is coded in: %s", async (_, pixelFormat, matrix, range) => {
    const publicId = `grey-${pixelFormat}`;
    const path = join(folder, `${publicId}.mp4`);
    const tags = ["-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix, "-color_range", range];
    await ffmpeg(
      ...["-f", "lavfi", "-i", "color=gray:s=1280x720:r=25:d=1", "-vf", `format=${pixelFormat}`],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", ...tags, path],
    );
    await upload(path, publicId);
    const bordered = await still("bo_20px_solid_rgb:d02030", SIZE, publicId);
    expect(misses(bordered, 10, 10)).toBeLessThanOrEqual(4);
    expect(misses(bordered, 640, 360)).toBeGreaterThan(50);
    const padded = await still("b_rgb:d02030,c_pad,h_720,w_720", { width: 720, height: 720 }, publicId);
    expect(misses(padded, 360, 60)).toBeLessThanOrEqual(4);
    const rounded = await still("b_rgb:d02030,r_100", SIZE, publicId);
    expect(misses(rounded, 4, 4)).toBeLessThanOrEqual(4);
    const lightened = await still("e_brightness:20", SIZE, publicId);
    expect(Math.abs(luma(at(lightened, 640, 360)) - 128 - 0.1 * 255 * (255 / 219))).toBeLessThanOrEqual(4);
  });
});

describe("an effect over time", () => {
  it("e_fade lightens the start, darkens the end, and knows its time behind a cut", async () => {
    const half = patchesOf(await still("e_fade:2000/so_1"));
    expectPatches(
      half,
      inYuv(([y, u, v]) => [16 + (y - 16) / 2, 128 + (u - 128) / 2, 128 + (v - 128) / 2]),
      "a second into two",
    );
    expectPatches(patchesOf(await still("e_fade:2000/so_3")), (rgb) => rgb, "behind the fade");
    const late = patchesOf(await still("e_fade:-2000/so_5"));
    expectPatches(
      late,
      inYuv(([y, u, v]) => [16 + (y - 16) / 2, 128 + (u - 128) / 2, 128 + (v - 128) / 2]),
      "a second before the end",
    );
    expect(luma(patchesOf(await still("so_2/e_fade:2000"))[0] as Rgb)).toBeLessThan(10);
  });

  it("e_deshake steadies as one run over the whole film does, in every segment", async () => {
    const film = join(folder, "shaken.mkv");
    const shaken =
      "mandelbrot=s=400x260:rate=25,trim=end_frame=1,loop=200:1:0,setpts=N/25/TB," +
      "crop=320:180:x='40+12*sin(n*0.9)+6*sin(n*0.23)':y='40+8*cos(n*0.7)',format=yuv420p";
    await ffmpeg("-f", "lavfi", "-i", shaken, "-frames:v", "200", "-c:v", "libx264", "-crf", "10", film);
    await upload(film, "shaken");
    const stream = await openStream(delivery("e_deshake:32/q_95", "shaken.m3u8?caps=h264"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "steadied");
    const likeness = async (filter: string): Promise<readonly number[]> => {
      const text = await output("ffmpeg", [
        ...["-v", "error", "-ignore_editlist", "1", "-i", path, "-i", film],
        ...["-filter_complex", `[1:v]${filter}[b];[0:v][b]psnr=stats_file=-`, "-f", "null", "/dev/null"],
      ]);
      return [...text.toString().matchAll(/psnr_y:([\d.]+|inf)/g)].map(([, value]) => Number(value));
    };
    const steady = await likeness("deshake=rx=32:ry=32");
    expect(steady).toHaveLength(200);
    expect(Math.min(...steady)).toBeGreaterThan(30);
    // Left alone it would be another film.
    expect(Math.min(...(await likeness("null")))).toBeLessThan(25);
  });

  it("e_progressbar grows evenly, in its colour, from segment to segment", async () => {
    const stream = await openStream(delivery("e_progressbar:bar:white:20", "patches.m3u8?caps=h264"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "progress");
    const raw = await output("ffmpeg", [
      ...["-v", "error", "-i", path, "-vf", `crop=${WIDTH}:2:0:${HEIGHT - 10}`],
      ...["-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
    ]);
    const lengths = Array.from({ length: 150 }, (_, frame) => {
      const row = raw.subarray(frame * 2 * WIDTH, (frame * 2 + 1) * WIDTH);
      return row.filter((level) => level > 215).length;
    });
    const misses = lengths.map((length, frame) => Math.abs(length - (WIDTH * frame) / 150));
    expect(Math.max(...misses)).toBeLessThan(5);
  });

  it("e_progressbar:frame goes around the picture once, clockwise", async () => {
    const stream = await openStream(delivery("e_progressbar:frame:white:8", "patches.m3u8?caps=h264"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "framed");
    const raw = await output("ffmpeg", [
      ...["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
    ]);
    const around = 2 * (WIDTH + HEIGHT);
    /** Where the frame is by then, pixel for pixel along it. */
    const place = (along: number): readonly [number, number] => {
      if (along < WIDTH) return [along, 3];
      if (along < WIDTH + HEIGHT) return [WIDTH - 4, along - WIDTH];
      if (along < 2 * WIDTH + HEIGHT) return [2 * WIDTH + HEIGHT - along - 1, HEIGHT - 4];
      return [3, around - along - 1];
    };
    const levelAt = (frame: number, along: number): number => {
      const [x, y] = place(along);
      return raw[frame * WIDTH * HEIGHT + y * WIDTH + x] ?? 0;
    };
    for (const frame of [20, 50, 80, 110, 140]) {
      const grown = Math.round((around * frame) / 150);
      expect(levelAt(frame, grown - 16)).toBeGreaterThan(215);
      expect(levelAt(frame, grown + 16)).toBeLessThan(215);
      expect(levelAt(frame, 20)).toBeGreaterThan(215);
    }
  });

  it("goes on evenly from segment to segment", async () => {
    const stream = await openStream(delivery("e_fade:5000/sp_auto", "patches.m3u8?caps=h264"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "faded");
    const raw = await output("ffmpeg", [
      "-v",
      "error",
      "-i",
      path,
      "-vf",
      "crop=20:20:10:10,scale=1:1:flags=area",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "gray",
      "pipe:1",
    ]);
    const levels = [...raw].map(Number);
    expect(levels).toHaveLength(150);
    const top = levels.at(-1) ?? 0;
    const misses = levels.slice(0, 125).map((level, frame) => Math.abs(level - (top * frame) / 125));
    expect(Math.max(...misses)).toBeLessThan(8);
  });
});
