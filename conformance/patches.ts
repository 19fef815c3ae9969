/** A film of patches whose colours are known, and stills of it, judged by what definitions give. */

import { join } from "node:path";
import { expect, inject } from "vitest";
import { ffmpeg } from "./films.ts";
import { output } from "./pictures.ts";
import { address, get, upload } from "./stream.ts";

/** Colours of the patches, left to right, top to bottom: none so bright or dark that an adjustment cuts it off. */
export const PATCHES = [
  [170, 60, 60],
  [60, 150, 70],
  [70, 80, 170],
  [128, 128, 128],
  [90, 90, 90],
  [165, 165, 165],
  [160, 140, 60],
  [110, 100, 120],
] as const;
export type Rgb = readonly [number, number, number];

export const [COLUMNS, SIDE] = [4, 80];
export const [WIDTH, HEIGHT] = [COLUMNS * SIDE, 2 * SIDE];

export const delivery = (transformation: string, name: string): string =>
  address(
    `/${inject("service").settings.CLOUD_NAME}/video/upload/${transformation === "" ? "" : `${transformation}/`}${name}`,
  );

/** Makes the film and uploads it under a name. */
export async function uploadPatches(publicId: string): Promise<void> {
  const path = join(inject("service").folder, `${publicId}.mp4`);
  const sources = PATCHES.flatMap(([r, g, b]) => [
    "-f",
    "lavfi",
    "-i",
    `color=c=${[r, g, b].map((level) => level.toString(16).padStart(2, "0")).join("")}:s=${SIDE}x${SIDE}:r=25:d=6,format=rgb24`,
  ]);
  const row = (first: number) =>
    `${Array.from({ length: COLUMNS }, (_, at) => `[${first + at}]`).join("")}hstack=inputs=${COLUMNS}`;
  const graph = `${row(0)}[a];${row(COLUMNS)}[b];[a][b]vstack,scale=out_color_matrix=bt601:out_range=tv,format=yuv420p`;
  const tags = ["-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m"];
  await ffmpeg(
    ...sources,
    "-filter_complex",
    graph,
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-crf",
    "4",
    ...tags,
    path,
  );
  await upload(path, publicId);
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

export const at = ({ width, pixels }: Picture, x: number, y: number): Rgb => {
  const start = (y * width + x) * 3;
  return [pixels[start] ?? 0, pixels[start + 1] ?? 0, pixels[start + 2] ?? 0];
};

export async function still(
  transformation: string,
  size = { width: WIDTH, height: HEIGHT },
  publicId = "patches",
): Promise<Picture> {
  const png = new Uint8Array(await (await get(delivery(transformation, `${publicId}.png`))).arrayBuffer());
  const pixels = await output(
    "ffmpeg",
    // Over black, where it can be seen through.
    [
      ...["-v", "error", "-i", "pipe:0", "-vf", "format=gbrap,premultiply=inplace=1,format=gbrp"],
      ...["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
    ],
    png,
  );
  expect(pixels.length, transformation).toBe(size.width * size.height * 3);
  return { ...size, pixels };
}

/** The middle of each patch, where no neighbour shines through. */
export const patchesOf = (picture: Picture): readonly Rgb[] =>
  PATCHES.map((_, index) =>
    at(picture, (index % COLUMNS) * SIDE + SIDE / 2, Math.floor(index / COLUMNS) * SIDE + SIDE / 2),
  );

/** ITU-R BT.601: full-range RGB to limited-range YCbCr and back. */
export const toYuv = ([r, g, b]: Rgb): Rgb => [
  16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255,
  128 + (-37.797 * r - 74.203 * g + 112 * b) / 255,
  128 + (112 * r - 93.786 * g - 18.214 * b) / 255,
];
export const toRgb = ([y, u, v]: Rgb): Rgb => {
  const light = 1.164_38 * (y - 16);
  return [
    light + 1.596_03 * (v - 128),
    light - 0.391_76 * (u - 128) - 0.812_97 * (v - 128),
    light + 2.017_23 * (u - 128),
  ];
};
export const inYuv =
  (change: (yuv: Rgb) => Rgb) =>
  (rgb: Rgb): Rgb =>
    toRgb(change(toYuv(rgb)));

export const luma = ([r, g, b]: Rgb): number => 0.299 * r + 0.587 * g + 0.114 * b;

/** Coding and rounding may move a level by this much. */
export const TOLERANCE = 6;

export function expectPatches(actual: readonly Rgb[], change: (rgb: Rgb) => Rgb, label: string): void {
  actual.forEach((rgb, index) => {
    const wanted = change(PATCHES[index] as Rgb).map((level) => Math.min(255, Math.max(0, level)));
    rgb.forEach((level, channel) => {
      expect(
        Math.abs(level - (wanted[channel] ?? 0)),
        `${label}: patch ${index} is ${rgb}, not ${wanted}`,
      ).toBeLessThanOrEqual(TOLERANCE);
    });
  });
}
