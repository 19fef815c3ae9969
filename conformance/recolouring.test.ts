import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg } from "./films.ts";
import {
  delivery,
  expectPatches,
  luma,
  PATCHES,
  patchesOf,
  type Rgb,
  still,
  TOLERANCE,
  toYuv,
  uploadPatches,
} from "./patches.ts";
import { output } from "./pictures.ts";
import { get, joinRendition, openStream, upload } from "./stream.ts";

const { folder } = inject("service");

beforeAll(() => uploadPatches("recoloured"));

const recoloured = async (chain: string): Promise<readonly Rgb[]> =>
  patchesOf(await still(`so_1/${chain}`, undefined, "recoloured"));

const mixed = (a: Rgb, b: Rgb, share: number): Rgb =>
  a.map((level, channel) => level * (1 - share) + (b[channel] ?? 0) * share) as unknown as Rgb;

const weighted = (rows: readonly Rgb[], rgb: Rgb): Rgb =>
  rows.map((row) => row.reduce((sum, weight, at) => sum + weight * (rgb[at] ?? 0), 0)) as unknown as Rgb;

/** The colour at a lightness from 0 to 1 on a scale whose colours lie at places. */
function onScale(scale: readonly (readonly [place: number, colour: Rgb])[], lightness: number): Rgb {
  const next = scale.findIndex(([place]) => place >= lightness);
  const [[from, dark], [to, light]] = [scale[next - 1], scale[next]] as [[number, Rgb], [number, Rgb]];
  return mixed(dark, light, (lightness - from) / (to - from));
}

const [BLACK, WHITE, RED, BLUE, YELLOW]: readonly Rgb[] = [
  [0, 0, 0],
  [255, 255, 255],
  [255, 0, 0],
  [0, 0, 255],
  [255, 255, 0],
] as const;

describe("an exchange of colours", () => {
  it.each<[string, (rgb: Rgb) => Rgb]>([
    ["e_red:40", ([r, g, b]) => [r * 1.4, g, b]],
    ["e_green:-50", ([r, g, b]) => [r, g * 0.5, b]],
    ["e_blue:30", ([r, g, b]) => [r, g, b * 1.3]],
    ["e_brightness_hsb:-30", (rgb) => rgb.map((level) => level * 0.7) as unknown as Rgb],
    ["e_colorize:40,co_rgb:2060e0", (rgb) => mixed(rgb, [0x20, 0x60, 0xe0], 0.4)],
    ["e_colorize:50", (rgb) => mixed(rgb, [128, 128, 128], 0.5)],
    [
      "e_tint:100:red:blue:yellow",
      (rgb) => {
        const even = [BLACK, RED, BLUE, YELLOW, WHITE].map((colour, at) => [at / 4, colour as Rgb] as const);
        return onScale(even, luma(rgb) / 255);
      },
    ],
    [
      "e_tint:60:blue:20p:yellow:80p",
      (rgb) => {
        const scale = [
          [0, BLACK],
          [0.2, BLUE],
          [0.8, YELLOW],
          [1, WHITE],
        ] as readonly (readonly [number, Rgb])[];
        return mixed(rgb, onScale(scale, luma(rgb) / 255), 0.6);
      },
    ],
    [
      "e_recolor:0.3:0.7:0.1:0.3:-0.2:0.8:0.9:0:0.1",
      (rgb) =>
        weighted(
          [
            [0.3, 0.7, 0.1],
            [0.3, -0.2, 0.8],
            [0.9, 0, 0.1],
          ],
          rgb,
        ),
    ],
    [
      "e_simulate_colorblind",
      (rgb) =>
        weighted(
          [
            [0.367, 0.861, -0.228],
            [0.28, 0.673, 0.047],
            [-0.012, 0.043, 0.969],
          ],
          rgb,
        ),
    ],
  ])("%s gives the colours that its definition gives", async (effect, change) => {
    expectPatches(await recoloured(effect), change, effect);
  });

  it("e_simulate_colorblind:protanopia leaves red and green of one lightness hardly apart", async () => {
    const chroma = (rgb: Rgb) => toYuv(rgb)[2];
    const seen = await recoloured("e_simulate_colorblind:protanopia");
    const apart = (patches: readonly Rgb[]) => Math.abs(chroma(patches[0] as Rgb) - chroma(patches[1] as Rgb));
    expect(apart(seen)).toBeLessThan(apart(PATCHES) / 3);
  });
});

describe("a colour that is taken out", () => {
  /** Transparency in the middle of each patch. */
  async function opacities(chain: string): Promise<readonly number[]> {
    const png = new Uint8Array(await (await get(delivery(`so_1/${chain}`, "recoloured.png"))).arrayBuffer());
    const alpha = await output(
      "ffmpeg",
      ["-v", "error", "-i", "pipe:0", "-vf", "format=rgba,alphaextract", "-f", "rawvideo", "pipe:1"],
      png,
    );
    return PATCHES.map((_, index) => alpha[(40 + 80 * Math.floor(index / 4)) * 320 + 40 + 80 * (index % 4)] ?? -1);
  }

  it("is not seen, and whatever is as near to it as the tolerance says is not seen either", async () => {
    // By 10 % of the way from black to white only the green patch, by 25 % also its neighbours in colour.
    expect(await opacities("e_make_transparent:10,co_rgb:3c9646")).toEqual([255, 0, 255, 255, 255, 255, 255, 255]);
    const distance = ([r, g, b]: Rgb) => Math.hypot(r - 0x3c, g - 0x96, b - 0x46) / Math.sqrt(3 * 255 ** 2);
    const seen = await opacities("e_make_transparent:20,co_rgb:3c9646");
    for (const [index, opacity] of seen.entries()) {
      const away = distance(PATCHES[index] as Rgb);
      if (away < 0.18) expect(opacity, `patch ${index}`).toBeLessThan(40);
      if (away > 0.26) expect(opacity, `patch ${index}`).toBe(255);
    }
  });

  it("lets through what lies beneath a layer, in every segment", async () => {
    const path = join(folder, "screen.mp4");
    await ffmpeg(
      ...["-f", "lavfi", "-i", "color=0x0e80d8:s=64x64:r=25:d=5", "-f", "lavfi", "-i", "color=red:s=64x64:r=25:d=5"],
      ...["-filter_complex", "[0][1]hstack,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"],
      ...[
        "-c:v",
        "libx264",
        "-crf",
        "4",
        "-colorspace",
        "bt709",
        "-color_trc",
        "bt709",
        "-color_primaries",
        "bt709",
        path,
      ],
    );
    await upload(path, "screen");
    const chain = "so_0,eo_5/l_video:screen,e_make_transparent:20,co_rgb:0e80d8/fl_layer_apply,g_north_west";
    const stream = await openStream(delivery(chain, "recoloured.m3u8?caps=h264"));
    const { path: shown } = await joinRendition(stream.variants[0]?.address ?? "", "screened");
    const colours = async (part: string): Promise<readonly Rgb[]> => {
      const bytes = await output("ffmpeg", [
        ...["-v", "error", "-ignore_editlist", "1", "-i", shown, "-fps_mode", "passthrough"],
        ...["-vf", `crop=${part},scale=1:1:flags=area,format=rgb24`, "-f", "rawvideo", "pipe:1"],
      ]);
      return Array.from({ length: bytes.length / 3 }, (_, at) => [...bytes.subarray(at * 3, at * 3 + 3)] as never);
    };
    const isNear = (wanted: Rgb) => (rgb: Rgb) =>
      rgb.every((level, channel) => Math.abs(level - (wanted[channel] ?? 0)) <= 2 * TOLERANCE);
    const [through, kept] = [await colours("20:20:20:20"), await colours("20:20:92:20")];
    expect([through.length, kept.length]).toEqual([125, 125]);
    expect(through.filter(isNear(PATCHES[0] as Rgb))).toHaveLength(125);
    expect(kept.filter(isNear([255, 0, 0]))).toHaveLength(125);
  });

  it("is seen in full or not at all with e_opacity_threshold", async () => {
    for (const [opacity, threshold, left] of [
      [60, 50, 255],
      [60, 70, 0],
    ])
      expect(await opacities(`o_${opacity}/e_opacity_threshold:${threshold}`)).toEqual(PATCHES.map(() => left));
  });

  it("gives way to another one with e_replace_color, shade by shade", async () => {
    const [from, to]: readonly Rgb[] = [
      [0x46, 0x50, 0xb4],
      [0xb4, 0x64, 0x32],
    ] as const;
    const patches = await recoloured("e_replace_color:rgb:b46432:8:rgb:4650b4");
    expectPatches(
      patches,
      (rgb) =>
        rgb === PATCHES[2]
          ? (rgb.map((level, at) => level + (to?.[at] ?? 0) - (from?.[at] ?? 0)) as unknown as Rgb)
          : rgb,
      "replaced",
    );
  });

  it("has to be named", async () => {
    const response = await fetch(delivery("e_make_transparent", "recoloured.png"));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: "unsupported-parameter", parameter: "e_make_transparent" },
    ]);
  });
});

describe("colours that are looked up in a table", () => {
  /** Channels change places, and one of them is turned around: no order of axes is mistaken for another. */
  const look = ([r, g, b]: Rgb): Rgb => [255 - b, r, (255 * g * g) / 255 ** 2];
  const SIZE = 17;
  const axis = Array.from({ length: SIZE }, (_, step) => (255 * step) / (SIZE - 1));

  beforeAll(async () => {
    const cube = axis.flatMap((b) => axis.flatMap((g) => axis.map((r) => look([r, g, b]).map((level) => level / 255))));
    const threeDl = axis.flatMap((r) =>
      axis.flatMap((g) => axis.map((b) => look([r, g, b]).map((level) => Math.round((level / 255) * 4095)))),
    );
    const mesh = axis.map((level) => Math.round((level / 255) * 1023)).join(" ");
    const files = {
      "look.cube": `TITLE "look"\nLUT_3D_SIZE ${SIZE}\n${cube.map((colour) => colour.join(" ")).join("\n")}\n`,
      "look.3dl": `${mesh}\n${threeDl.map((colour) => colour.join(" ")).join("\n")}\n`,
    };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text);
      await upload(join(folder, name), name);
    }
  });

  it.each(["look.cube", "look.3dl"])("are those of l_lut:%s", async (name) => {
    expectPatches(await recoloured(`l_lut:${name}/fl_layer_apply`), look, name);
  });

  it("are looked up in the frames that the URL names, segment by segment", async () => {
    const stream = await openStream(delivery("l_lut:look.cube/fl_layer_apply,so_1,du_2", "recoloured.m3u8?caps=h264"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "looked-up");
    const bytes = await output("ffmpeg", [
      ...["-v", "error", "-ignore_editlist", "1", "-i", path, "-fps_mode", "passthrough"],
      ...["-vf", "crop=20:20:30:30,scale=1:1:flags=area,format=rgb24", "-f", "rawvideo", "pipe:1"],
    ]);
    const [, green = 0] = look(PATCHES[0] as Rgb);
    const isLookedUp = Array.from(
      { length: bytes.length / 3 },
      (_, at) => Math.abs((bytes[at * 3 + 1] ?? 0) - green) < 20,
    );
    expect(isLookedUp.flatMap((is, at) => (is ? [at] : []))).toEqual(Array.from({ length: 50 }, (_, at) => at + 25));
  });
});
