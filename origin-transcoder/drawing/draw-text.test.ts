import { createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import type { TextDrawing } from "#media";
import { Problem } from "#transformation";
import { drawText } from "./draw-text.ts";

const drawing = (changes: Partial<TextDrawing> = {}): TextDrawing => ({
  text: "Hello",
  font: "DejaVu Sans",
  sizePixels: 40,
  isBold: false,
  isItalic: false,
  alignment: "left",
  letterSpacingPixels: 0,
  lineSpacingPixels: 0,
  colour: "ff0000ff",
  fit: {},
  scaled: {},
  opacityPercent: 100,
  degrees: 0,
  ...changes,
});

interface Drawn {
  readonly width: number;
  readonly height: number;
  /** Pixels that something is drawn on, as where they lie. */
  readonly ink: readonly { readonly x: number; readonly y: number; readonly rgba: readonly number[] }[];
}

async function drawn(changes: Partial<TextDrawing> = {}): Promise<Drawn> {
  const image = await loadImage(drawText(drawing(changes)));
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  const ink = Array.from({ length: width * height }, (_, at) => ({
    x: at % width,
    y: Math.floor(at / width),
    rgba: [...data.subarray(at * 4, at * 4 + 4)],
  })).filter(({ rgba }) => (rgba[3] ?? 0) > 128);
  return { width, height, ink };
}

const rows = ({ ink }: Drawn) => new Set(ink.map(({ y }) => y));
const left = ({ ink }: Drawn, from: number, to: number) =>
  Math.min(...ink.filter(({ y }) => y >= from && y < to).map(({ x }) => x));

describe("a text as it is drawn", () => {
  it("is in its colour, and as large as it needs to be", async () => {
    const [small, large, long] = [await drawn(), await drawn({ sizePixels: 80 }), await drawn({ text: "Hello Hello" })];
    expect(small.ink.length).toBeGreaterThan(300);
    expect(small.ink.filter(({ rgba: [red = 0, green = 0] }) => red > 200 && green < 50).length).toBe(small.ink.length);
    expect(large.width / small.width).toBeCloseTo(2, 1);
    expect(large.height / small.height).toBeCloseTo(2, 1);
    expect(long.width).toBeGreaterThan(2 * small.width);
  });

  it("is bold, underlined and struck through with more ink, each at its place", async () => {
    const plain = await drawn();
    const [bold, under, struck] = [
      await drawn({ isBold: true }),
      await drawn({ decoration: "underline" }),
      await drawn({ decoration: "strikethrough" }),
    ];
    for (const other of [bold, under, struck]) expect(other.ink.length).toBeGreaterThan(plain.ink.length);
    const full = ({ width, ink }: Drawn) =>
      [...rows({ width, height: 0, ink })].filter((row) => ink.filter(({ y }) => y === row).length >= width - 2);
    expect(full(plain)).toEqual([]);
    expect(Math.min(...full(under))).toBeGreaterThan(Math.max(...full(struck)));
  });

  it("lies in its lines as it is aligned", async () => {
    const [start, middle, end] = await Promise.all(
      (["left", "center", "right"] as const).map((alignment) => drawn({ text: "Mountains\ni", alignment })),
    );
    const { height = 0 } = start ?? {};
    const places = [start, middle, end].map((each) => left(each as Drawn, height / 2 + 4, height));
    expect(places[0]).toBeLessThan(10);
    expect(places[1]).toBeGreaterThan((places[0] ?? 0) + 50);
    expect(places[2]).toBeGreaterThan((places[1] ?? 0) + 50);
  });

  it("has room between letters and lines", async () => {
    const [plain, wide, high] = [
      await drawn({ text: "ab\ncd" }),
      await drawn({ text: "ab\ncd", letterSpacingPixels: 20 }),
      await drawn({ text: "ab\ncd", lineSpacingPixels: 30 }),
    ];
    expect(wide.width).toBeGreaterThanOrEqual(plain.width + 20);
    expect(high.height).toBe(plain.height + 30);
  });

  it("fits into a width by more lines, and fills it where it is justified", async () => {
    const text = "the quick brown fox jumps over the lazy dog";
    const [plain, wrapped, justified] = [
      await drawn({ text }),
      await drawn({ text, fit: { width: 200 } }),
      await drawn({ text, fit: { width: 300 }, alignment: "justify" }),
    ];
    expect(wrapped.width).toBeLessThanOrEqual(200);
    expect(wrapped.height).toBeGreaterThan(3 * plain.height);
    expect(justified.width).toBe(300);
    expect(Math.max(...justified.ink.map(({ x }) => x))).toBeGreaterThan(295);
  });

  it("stands before its background, within its stroke", async () => {
    const { ink, width, height } = await drawn({
      background: "00ff00ff",
      stroke: { widthPixels: 4, colour: "0000ffff" },
    });
    expect(ink.length).toBe(width * height);
    const of = (wanted: number) =>
      ink.filter(({ rgba }) => rgba[wanted] === 255 && rgba[(wanted + 1) % 3] === 0).length;
    for (const channel of [0, 1, 2]) expect(of(channel)).toBeGreaterThan(300);
  });

  it("is turned clockwise, sized and made transparent as a whole", async () => {
    const plain = await drawn();
    const turned = await drawn({ degrees: 90 });
    expect([turned.width, turned.height]).toEqual([plain.height, plain.width]);
    expect(left(turned, 0, 20)).toBeGreaterThanOrEqual(turned.width - plain.height);
    const sized = await drawn({ scaled: { width: 2 * plain.width } });
    expect([sized.width, sized.height]).toEqual([2 * plain.width, 2 * plain.height]);
    expect((await drawn({ opacityPercent: 40 })).ink).toEqual([]);
  });

  it("fills a picture with itself", async () => {
    const { width, height, ink } = await drawn({ tiles: { width: 500, height: 300 } });
    expect([width, height]).toEqual([500, 300]);
    for (const [x, y] of [
      [0, 0],
      [400, 0],
      [0, 200],
      [400, 200],
    ] as const)
      expect(ink.some((at) => at.x >= x && at.x < x + 100 && at.y >= y && at.y < y + 100)).toBe(true);
  });

  it("names the layer where it would be larger than any picture", () => {
    expect(() => drawText(drawing({ text: "x".repeat(3000), sizePixels: 200 }))).toThrow(Problem);
    expect(() => drawText(drawing({ scaled: { width: 100_000 } }))).toThrow(Problem);
  });
});
