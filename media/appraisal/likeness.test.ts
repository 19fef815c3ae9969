import { describe, expect, it } from "vitest";
import { type GreyPicture, worstLikeness } from "./likeness.ts";

const [WIDTH, HEIGHT] = [320, 160];

const pictureOf = (level: (x: number, y: number) => number): GreyPicture => ({
  width: WIDTH,
  height: HEIGHT,
  pixels: Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => level(at % WIDTH, Math.floor(at / WIDTH))),
});

/** A grey ground, and fine stripes on a fiftieth of it: what text is on a slide. */
const slide = pictureOf((x, y) => (x < 40 && y < 32 ? (x % 2) * 200 : 128));
const withoutText = pictureOf((x, y) => (x < 40 && y < 32 ? 100 : 128));

describe("how like a picture is where it is drawn", () => {
  it("is all there is, of the same picture", () => {
    expect(worstLikeness(slide, slide.pixels)).toBe(60);
  });

  it("is next to nothing where small text is gone from flat ground", () => {
    expect(worstLikeness(slide, withoutText.pixels)).toBeLessThan(1);
  });

  it("is unknown where nothing is drawn", () => {
    const flat = pictureOf((x) => x / 8);
    expect(worstLikeness(flat, flat.pixels)).toBeUndefined();
  });

  it("is told by the worst of what is drawn, not by the mean", () => {
    const stripes = pictureOf((x) => (x % 4 < 2 ? 40 : 210));
    // A tenth of the picture is one grey.
    const torn = pictureOf((x, y) => (y < HEIGHT / 10 ? 125 : x % 4 < 2 ? 40 : 210));
    expect(worstLikeness(stripes, torn.pixels)).toBeLessThan(1);
  });
});
