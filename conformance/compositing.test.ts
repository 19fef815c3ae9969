import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg } from "./films.ts";
import { output } from "./pictures.ts";
import { address, get, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const delivery = (transformation: string, name: string): string =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/${name}`);

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** The film is blue on its left half and grey on its right one; the mark's left half is orange, its right one empty. */
const [BLUE, GREY, ORANGE]: readonly Rgba[] = [
  [40, 70, 200, 255],
  [128, 128, 128, 255],
  [240, 130, 40, 255],
] as const;
const [WIDTH, HEIGHT, MARK] = [320, 160, 80];

const hex = ([red, green, blue]: Rgba): string =>
  [red, green, blue].map((level) => level.toString(16).padStart(2, "0")).join("");

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => Rgba;
}

async function still(transformation: string): Promise<Picture> {
  const png = Buffer.from(await (await get(delivery(transformation, "ground.png"))).arrayBuffer());
  const pixels = await output(
    "ffmpeg",
    ["-v", "error", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"],
    png,
  );
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  return {
    width,
    height,
    at: (x, y) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)] as unknown as Rgba,
  };
}

/** Within what two codings and a scaler leave of a flat colour; of what cannot be seen the colour does not matter. */
function expectColour(picture: Picture, x: number, y: number, wanted: Rgba): void {
  const found = picture.at(x, y);
  const isSame =
    Math.abs(found[3] - wanted[3]) <= 6 &&
    (wanted[3] < 8 || wanted.every((level, index) => Math.abs(level - (found[index] ?? 0)) <= 14));
  expect(isSame, `${found} at ${x},${y}, not ${wanted}`).toBe(true);
}

const EMPTY: Rgba = [0, 0, 0, 0];

beforeAll(async () => {
  const flat = (colour: Rgba | undefined, size: string) =>
    `color=${colour ? hex(colour) : "black"}:size=${size}:rate=30`;
  const tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"];
  const [ground, mark, ramp] = [join(folder, "ground.mp4"), join(folder, "mark.png"), join(folder, "ramp.png")];
  await ffmpeg(
    ...["-f", "lavfi", "-i", flat(BLUE, "160x160:d=6"), "-f", "lavfi", "-i", flat(GREY, "160x160:d=6")],
    ...["-filter_complex", "[0][1]hstack,scale=out_color_matrix=bt709,format=yuv420p", "-c:v", "libx264"],
    ...["-preset", "veryfast", "-crf", "4", ...tags, ground],
  );
  const half = `format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,${MARK / 2}),255,0)'`;
  await ffmpeg("-f", "lavfi", "-i", `${flat(ORANGE, `${MARK}x${MARK}`)},${half}`, "-frames:v", "1", mark);
  await ffmpeg("-f", "lavfi", "-i", "color=black:size=256x16,format=gray,geq=lum='X'", "-frames:v", "1", ramp);
  await upload(ground, "ground");
  await upload(mark, "mark");
  await upload(ramp, "ramp");
});

describe("a picture that lies under the video", () => {
  it("shows where the video can be seen through, in a frame that holds both", async () => {
    const picture = await still("r_40/u_mark/c_scale,w_320,h_160/fl_layer_apply");
    expect([picture.width, picture.height]).toEqual([WIDTH, HEIGHT]);
    expectColour(picture, 80, 80, BLUE);
    expectColour(picture, 240, 80, GREY);
    // The corners are cut off: the mark's left half shows, and its empty one.
    expectColour(picture, 3, 3, ORANGE);
    expectColour(picture, WIDTH - 4, HEIGHT - 4, EMPTY);
  });

  it("makes the frame larger where it is larger, as far as gravity says", async () => {
    const picture = await still("u_mark/c_scale,w_400,h_200/fl_layer_apply,g_north_west");
    expect([picture.width, picture.height]).toEqual([400, 200]);
    expectColour(picture, 80, 80, BLUE);
    expectColour(picture, 100, 190, ORANGE);
    expectColour(picture, 390, 190, EMPTY);
  });

  it("is there in every segment, for its time", async () => {
    const stream = await openStream(
      delivery("u_mark/c_crop,g_west,w_40,h_80/c_scale,w_400,h_200/fl_layer_apply,so_1,du_2", "ground.m3u8?caps=h264"),
    );
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "underlaid");
    const bytes = await output("ffmpeg", [
      ...["-v", "error", "-ignore_editlist", "1", "-i", path, "-fps_mode", "passthrough", "-pix_fmt", "rgb24"],
      ...["-vf", "scale=400:200,crop=8:8:20:6,scale=1:1:flags=area", "-f", "rawvideo", "pipe:1"],
    ]);
    const isOrange = Array.from({ length: bytes.length / 3 }, (_, at) => (bytes[at * 3] ?? 0) > 180);
    expect(isOrange.flatMap((shown, at) => (shown ? [at] : []))).toEqual(
      Array.from({ length: 60 }, (_, at) => at + 30),
    );
  });
});

describe("a layer that cuts the video", () => {
  it("by its lightness with e_mask: white keeps, black takes away, grey is in between", async () => {
    const picture = await still("l_ramp/c_scale,w_320,h_160/e_mask,fl_layer_apply");
    for (const x of [10, 80, 150, 240, 310]) {
      const alpha = Math.round(((x + 0.5) / WIDTH) * 255);
      expect(Math.abs(picture.at(x, 80)[3] - alpha), `at ${x}`).toBeLessThanOrEqual(8);
      if (alpha > 60) expectColour(picture, x, 80, [...(x < 160 ? BLUE : GREY).slice(0, 3), alpha] as unknown as Rgba);
    }
  });

  it("by its shape with fl_cutter: where it is not, nothing is", async () => {
    const picture = await still("l_mark/fl_cutter,fl_layer_apply,g_north_west,x_20,y_30");
    expectColour(picture, 30, 50, BLUE);
    expectColour(picture, 58, 108, BLUE);
    for (const [x, y] of [
      [10, 50],
      [70, 50],
      [30, 20],
      [30, 120],
      [240, 80],
    ] as const)
      expectColour(picture, x, y, EMPTY);
  });

  it("in the shape of a text", async () => {
    const picture = await still("l_text:DejaVu%20Sans_120_bold:II/fl_cutter,fl_layer_apply,g_west");
    const row = Array.from({ length: WIDTH }, (_, x) => picture.at(x, 80)[3] > 128);
    expect(row.flatMap((seen, x) => (seen !== (row[x - 1] ?? false) ? [seen] : []))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("of a video that is not seen through any more, on black", async () => {
    const path = join(folder, "cut.png");
    const film = delivery("du_1/l_mark/fl_cutter,fl_layer_apply,g_north_west", "ground.mp4");
    await ffmpeg("-i", film, "-frames:v", "1", path);
    const rgb = await output("ffmpeg", [
      "-v",
      "error",
      "-i",
      path,
      "-vf",
      "crop=40:40:200:80,scale=1:1:flags=area",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "pipe:1",
    ]);
    expect(Math.max(...rgb)).toBeLessThan(12);
  });
});

describe("a layer that lies partly outside", () => {
  it("is cut off there, with fl_no_overflow as without", async () => {
    for (const flag of ["fl_no_overflow,", ""]) {
      const picture = await still(`l_mark/${flag}fl_layer_apply,g_north_west,x_-20,y_-20`);
      expect([picture.width, picture.height]).toEqual([WIDTH, HEIGHT]);
      expectColour(picture, 8, 30, ORANGE);
      expectColour(picture, 30, 30, BLUE);
      expectColour(picture, 8, 70, BLUE);
    }
  });
});

describe("a layer in many places", () => {
  it("fills the picture with fl_tiled", async () => {
    const picture = await still("l_mark/fl_tiled,fl_layer_apply");
    for (const [x, y, wanted] of [
      [20, 20, ORANGE],
      [60, 20, BLUE],
      [100, 150, ORANGE],
      [220, 20, GREY],
      [260, 100, ORANGE],
    ] as const)
      expectColour(picture, x, y, wanted);
  });

  it("names the flag where tiles would be too many", async () => {
    const response = await fetch(delivery("l_mark/c_scale,w_1,h_1/fl_tiled,fl_layer_apply", "ground.png"));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter: "fl_tiled" });
  });

  it("has grain in its transparency with e_anti_removal, the same in every frame that is encoded again", async () => {
    const [plain, grained, again] = [
      await still("l_mark/fl_layer_apply,g_north_west"),
      await still("l_mark/e_anti_removal:90,fl_layer_apply,g_north_west"),
      await still("so_0/l_mark/e_anti_removal:90,fl_layer_apply,g_north_west"),
    ];
    const reds = ({ at }: Picture) => Array.from({ length: 40 }, (_, x) => at(x, 40)[0]);
    expect(reds(grained)).not.toEqual(reds(plain));
    expect(reds(grained)).toEqual(reds(again));
  });
});

describe("a layer with layers of its own", () => {
  it("has them where it is", async () => {
    const picture = await still(
      "l_ramp/c_scale,w_160,h_80/l_mark/c_scale,w_20,h_20/fl_layer_apply,g_north_west/fl_layer_apply,g_south_east",
    );
    expectColour(picture, 165, 85, ORANGE);
    expectColour(picture, 100, 85, BLUE);
    expectColour(picture, 316, 150, [252, 252, 252, 255]);
  });
});
