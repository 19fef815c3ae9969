/** The colours that pictures are made of, the most frequent first. */

import type { Rgba } from "#transformation";

/** How many are named. */
const COLOURS = 5;

/** Colours are told apart by sixteen levels of red, green and blue. */
const levelOf = (value: number): number => value >> 4;

const twoDigits = (value: number): string => Math.round(value).toString(16).padStart(2, "0");

/**
 * The means of the fullest boxes of like colours.
 * @param pictures three bytes a pixel
 * @param counts which pixels are looked at
 */
export function frequentColours(pictures: readonly Uint8Array[], counts: (pixel: number) => boolean): readonly Rgba[] {
  const boxes = new Float64Array(16 ** 3 * 4);
  for (const rgb of pictures)
    for (let pixel = 0; pixel * 3 + 2 < rgb.length; pixel++) {
      if (!counts(pixel)) continue;
      const [r, g, b] = [rgb[pixel * 3] ?? 0, rgb[pixel * 3 + 1] ?? 0, rgb[pixel * 3 + 2] ?? 0];
      const box = ((levelOf(r) << 8) | (levelOf(g) << 4) | levelOf(b)) * 4;
      for (const [index, value] of [1, r, g, b].entries()) boxes[box + index] = (boxes[box + index] ?? 0) + value;
    }
  const full = Array.from({ length: 16 ** 3 }, (_, box) => box)
    .filter((box) => (boxes[box * 4] ?? 0) > 0)
    .sort((a, b) => (boxes[b * 4] ?? 0) - (boxes[a * 4] ?? 0));
  return full.slice(0, COLOURS).map((box) => {
    const [count = 1, ...sums] = boxes.slice(box * 4, box * 4 + 4);
    return `${sums.map((sum) => twoDigits(sum / count)).join("")}ff`;
  });
}
