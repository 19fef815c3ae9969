import { describe, expect, it } from "vitest";
import { rational } from "#transformation";
import { av1Level, h264Level, hevcLevel } from "./levels.ts";

describe("levels", () => {
  it.each([
    [416, 234, 24, 13, 60, 0],
    [640, 360, 30, 30, 63, 1],
    [640, 360, 60, 31, 90, 4],
    [960, 540, 30, 31, 90, 4],
    [1280, 720, 30, 31, 93, 5],
    [1280, 720, 60, 32, 120, 8],
    [1920, 1080, 24, 40, 120, 8],
    [1920, 1080, 30, 40, 120, 8],
    [1920, 1080, 60, 42, 123, 9],
    [3840, 2160, 30, 51, 150, 12],
    [160, 90, 25, 11, 30, 0],
    [16, 4000, 30, 40, 120, 0],
  ])("%ix%i at %i are the smallest that encoders choose themselves", (width, height, rate, h264, hevc, av1) => {
    const picture = { width, height, frameRate: rational(rate) };
    expect([h264Level(picture, 100_000), hevcLevel(picture, 100_000)]).toEqual([h264, hevc]);
    if (width > 64) expect(av1Level(picture)).toBe(av1);
  });

  it("rise with the bit rate", () => {
    const picture = { width: 640, height: 360, frameRate: rational(30) };
    expect(h264Level(picture, 20_000_000)).toBeGreaterThan(h264Level(picture, 1_000_000));
    expect(hevcLevel(picture, 8_000_000)).toBeGreaterThan(hevcLevel(picture, 1_000_000));
  });
});
