/** Levels: the smallest one of each codec that a picture size and frame rate need, from the codecs' own tables. */

import { type Rational, toNumber } from "#transformation";

export interface PictureRate {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
}

/** H.264 table A-1: level times 10, macroblocks a frame, macroblocks a second. */
const H264_LEVELS = [
  [10, 99, 1_485],
  [11, 396, 3_000],
  [12, 396, 6_000],
  [13, 396, 11_880],
  [20, 396, 11_880],
  [21, 792, 19_800],
  [22, 1_620, 20_250],
  [30, 1_620, 40_500],
  [31, 3_600, 108_000],
  [32, 5_120, 216_000],
  [40, 8_192, 245_760],
  [42, 8_704, 522_240],
  [50, 22_080, 589_824],
  [51, 36_864, 983_040],
  [52, 36_864, 2_073_600],
  [60, 139_264, 4_177_920],
  [61, 139_264, 8_355_840],
  [62, 139_264, 16_711_680],
] as const;

/** H.264 table A-1, MaxBR of the High profile (x 1.25), in bits a second: a cap above it needs a higher level. */
const H264_BITS: Readonly<Record<number, number>> = {
  10: 80_000,
  11: 240_000,
  12: 480_000,
  13: 960_000,
  20: 2_500_000,
  21: 5_000_000,
  22: 5_000_000,
  30: 12_500_000,
  31: 17_500_000,
  32: 25_000_000,
  40: 25_000_000,
  42: 62_500_000,
  50: 168_750_000,
  51: 300_000_000,
  52: 300_000_000,
  60: 300_000_000,
  61: 600_000_000,
  62: 1_000_000_000,
};

/** The H.264 level times 10, for a picture and the most bits a second it may take. */
export function h264Level({ width, height, frameRate }: PictureRate, maxBitsPerSecond: number): number {
  const [across, down] = [Math.ceil(width / 16), Math.ceil(height / 16)];
  const fits = H264_LEVELS.find(
    ([level, frame, second]) =>
      across * down <= frame &&
      // A.3.1: no side longer than the root of eight times the largest frame.
      Math.max(across, down) <= Math.sqrt(8 * frame) &&
      across * down * toNumber(frameRate) <= second &&
      maxBitsPerSecond <= (H264_BITS[level] ?? 0),
  );
  return fits?.[0] ?? 62;
}

/** HEVC tables A.8 and A.9: level times 30, samples a picture, samples a second, bits a second in Main tier. */
const HEVC_LEVELS = [
  [30, 36_864, 552_960, 128_000],
  [60, 122_880, 3_686_400, 1_500_000],
  [63, 245_760, 7_372_800, 3_000_000],
  [90, 552_960, 16_588_800, 6_000_000],
  [93, 983_040, 33_177_600, 10_000_000],
  [120, 2_228_224, 66_846_720, 12_000_000],
  [123, 2_228_224, 133_693_440, 20_000_000],
  [150, 8_912_896, 267_386_880, 25_000_000],
  [153, 8_912_896, 534_773_760, 40_000_000],
  [156, 8_912_896, 1_069_547_520, 60_000_000],
  [180, 35_651_584, 1_069_547_520, 60_000_000],
  [183, 35_651_584, 2_139_095_040, 120_000_000],
  [186, 35_651_584, 4_278_190_080, 240_000_000],
] as const;

/** The HEVC level times 30, as `general_level_idc` holds it. */
export function hevcLevel({ width, height, frameRate }: PictureRate, maxBitsPerSecond: number): number {
  const samples = width * height;
  const fits = HEVC_LEVELS.find(
    ([, picture, second, bits]) =>
      samples <= picture &&
      Math.max(width, height) <= Math.sqrt(8 * picture) &&
      samples * toNumber(frameRate) <= second &&
      maxBitsPerSecond <= bits,
  );
  return fits?.[0] ?? 186;
}

/** AV1 annex A.3: level index, samples a picture, widest, highest, displayed samples a second. */
const AV1_LEVELS = [
  [0, 147_456, 2048, 1152, 4_423_680],
  [1, 278_784, 2816, 1584, 8_363_520],
  [4, 665_856, 4352, 2448, 19_975_680],
  [5, 1_065_024, 5504, 3096, 31_950_720],
  [8, 2_359_296, 6144, 3456, 70_778_880],
  [9, 2_359_296, 6144, 3456, 141_557_760],
  [12, 8_912_896, 8192, 4352, 267_386_880],
  [13, 8_912_896, 8192, 4352, 534_773_760],
  [14, 8_912_896, 8192, 4352, 1_069_547_520],
  [16, 35_651_584, 16384, 8704, 1_069_547_520],
  [17, 35_651_584, 16384, 8704, 2_139_095_040],
  [18, 35_651_584, 16384, 8704, 4_278_190_080],
] as const;

/** AV1's `seq_level_idx`. */
export function av1Level({ width, height, frameRate }: PictureRate): number {
  const fits = AV1_LEVELS.find(
    ([, picture, widest, highest, second]) =>
      width * height <= picture &&
      width <= widest &&
      height <= highest &&
      width * height * toNumber(frameRate) <= second,
  );
  return fits?.[0] ?? 18;
}
