/** Looking: what pictures of a few moments tell. Pure, and the same wherever it is computed: whole numbers and plain sums. */

import type { Margins } from "#transformation";
import { frequentColours } from "./frequent-colours.ts";
import { ATTENTION_CELLS, type Glance } from "./glance.ts";

/** Pictures of one moment, small, row by row, three bytes a pixel: the first one, and one a little later. */
export interface SeenMoment {
  readonly frame: number;
  readonly first: Uint8Array;
  readonly later: Uint8Array;
}

/** How wide and high the pictures are, and the picture that they are small copies of. */
export interface SeenSize {
  readonly width: number;
  readonly height: number;
  readonly shownWidth: number;
  readonly shownHeight: number;
}

/** ITU-R BT.709, in thousandths. */
const luma = (rgb: Uint8Array, pixel: number): number =>
  ((rgb[pixel * 3] ?? 0) * 213 + (rgb[pixel * 3 + 1] ?? 0) * 715 + (rgb[pixel * 3 + 2] ?? 0) * 72) / 1000;

function saturation(rgb: Uint8Array, pixel: number): number {
  const [r, g, b] = [rgb[pixel * 3] ?? 0, rgb[pixel * 3 + 1] ?? 0, rgb[pixel * 3 + 2] ?? 0];
  return Math.max(r, g, b) - Math.min(r, g, b);
}

/** How much what draws the eye counts: what moves most of all, then edges and fine detail, then colour. */
const MOTION = 3;
const DETAIL = 1;
const COLOUR = 0.2;

/** Viewers look at the middle first: what is worth as much at the side counts so much less in the corners. */
const MIDDLE = 0.35;

interface Measured {
  readonly cells: Float64Array;
  readonly interest: number;
}

/** The pixels that have neighbours on all sides, within bars. */
interface Inside {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function insideOf({ left, top, right, bottom }: Margins, { width, height, shownWidth, shownHeight }: SeenSize): Inside {
  const [across, down] = [width / shownWidth, height / shownHeight];
  return {
    left: Math.ceil(left * across) + 1,
    top: Math.ceil(top * down) + 1,
    right: width - Math.ceil(right * across) - 1,
    bottom: height - Math.ceil(bottom * down) - 1,
  };
}

/** What draws the eye in one moment, cell by cell, and how good a picture it is. Bars are not a part of it. */
function measured({ first, later }: SeenMoment, { width, height }: SeenSize, inside: Inside): Measured {
  const cells = new Float64Array(ATTENTION_CELLS ** 2);
  const total = { luma: 0, squares: 0, detail: 0, saturation: 0, motion: 0 };
  for (let y = inside.top; y < inside.bottom; y++)
    for (let x = inside.left; x < inside.right; x++) {
      const pixel = y * width + x;
      const own = luma(first, pixel);
      const around =
        luma(first, pixel - 1) + luma(first, pixel + 1) + luma(first, pixel - width) + luma(first, pixel + width);
      const detail = Math.abs(4 * own - around) / 4;
      const motion = Math.abs(own - luma(later, pixel));
      const colour = saturation(first, pixel);
      const cell =
        Math.floor((y * ATTENTION_CELLS) / height) * ATTENTION_CELLS + Math.floor((x * ATTENTION_CELLS) / width);
      cells[cell] = (cells[cell] ?? 0) + detail * DETAIL + motion * MOTION + colour * COLOUR;
      total.luma += own;
      total.squares += own * own;
      total.detail += detail;
      total.saturation += colour;
      total.motion += motion;
    }
  const count = Math.max(1, (inside.right - inside.left) * (inside.bottom - inside.top));
  const mean = total.luma / count;
  const contrast = Math.sqrt(Math.max(0, total.squares / count - mean * mean));
  // Neither black nor white: full worth from a quarter of the range to three quarters.
  const exposure = Math.min(1, mean / 64, (255 - mean) / 64);
  const sharp = total.detail / count;
  const worth = contrast + 4 * sharp + total.saturation / count / 4 - total.motion / count / 2;
  return { cells, interest: Math.max(0, Math.round(worth * exposure * 100) / 100) };
}

/** The mean over all moments, each counting alike, spelled by its level below the highest. */
function attentionMap(moments: readonly Measured[]): readonly string[] {
  const mean = new Float64Array(ATTENTION_CELLS ** 2);
  for (const { cells } of moments) {
    const sum = cells.reduce((a, b) => a + b, 0);
    for (const [cell, level] of cells.entries()) if (sum > 0) mean[cell] = (mean[cell] ?? 0) + level / sum;
  }
  const half = (ATTENTION_CELLS - 1) / 2;
  const weighed = mean.map((level, cell) => {
    const [x, y] = [cell % ATTENTION_CELLS, Math.floor(cell / ATTENTION_CELLS)];
    return level * (1 - MIDDLE * (((x - half) / half) ** 2 + ((y - half) / half) ** 2) * 0.5);
  });
  const most = weighed.reduce((a, b) => Math.max(a, b), 0);
  const digits = Array.from(weighed, (level) => (most === 0 ? 0 : Math.round((level / most) * 35)).toString(36));
  return Array.from({ length: ATTENTION_CELLS }, (_, row) =>
    digits.slice(row * ATTENTION_CELLS, (row + 1) * ATTENTION_CELLS).join(""),
  );
}

/** Coding leaves a little grey in black bars, here and there. */
const BLACK = 40;
const SPECKS = 0.01;
/** No more than this is taken for bars on either side: what is black beyond is the picture. */
const MOST_BARS = 0.45;

/** Lines from one side on that are black at all moments; a line that is half bar and half picture counts as bar. */
function barLines(count: number, length: number, levelAt: (line: number, along: number) => number): number {
  const meanOf = (line: number): number => {
    let sum = 0;
    for (let along = 0; along < length; along++) sum += levelAt(line, along);
    return sum / length;
  };
  const isBlack = (line: number): boolean => {
    let bright = 0;
    for (let along = 0; along < length; along++) if (levelAt(line, along) > BLACK) bright++;
    return bright <= length * SPECKS;
  };
  const most = Math.floor(count * MOST_BARS);
  let lines = 0;
  while (lines < most && isBlack(lines)) lines++;
  if (lines === most || lines === 0) return 0;
  return meanOf(lines) < 0.75 * meanOf(lines + 1) ? lines + 1 : lines;
}

function barsOf(moments: readonly SeenMoment[], size: SeenSize): Margins {
  const { width, height, shownWidth, shownHeight } = size;
  const brightest = new Uint8Array(width * height);
  for (const { first } of moments)
    for (let pixel = 0; pixel < brightest.length; pixel++)
      brightest[pixel] = Math.max(brightest[pixel] ?? 0, Math.round(luma(first, pixel)));
  const at = (x: number, y: number): number => brightest[y * width + x] ?? 0;
  const pixels = (lines: number, small: number, shown: number) => Math.round((lines * shown) / small);
  return {
    left: pixels(barLines(width, height, at), width, shownWidth),
    right: pixels(
      barLines(width, height, (line, along) => at(width - 1 - line, along)),
      width,
      shownWidth,
    ),
    top: pixels(
      barLines(height, width, (line, along) => at(along, line)),
      height,
      shownHeight,
    ),
    bottom: pixels(
      barLines(height, width, (line, along) => at(along, height - 1 - line)),
      height,
      shownHeight,
    ),
  };
}

/** The sides of a picture: so much of its width and height. */
const BORDER = 0.04;

/** What is seen at one moment at least. */
export function glanceFrom(moments: readonly SeenMoment[], size: SeenSize): Glance {
  const bars = barsOf(moments, size);
  const inside = insideOf(bars, size);
  const all = moments.map((moment) => measured(moment, size, inside));
  const { width, height } = size;
  const [across, down] = [Math.max(1, Math.round(width * BORDER)), Math.max(1, Math.round(height * BORDER))];
  const isBorder = (pixel: number): boolean => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x < across || x >= width - across || y < down || y >= height - down;
  };
  const pictures = moments.map(({ first }) => first);
  return {
    moments: moments.map(({ frame }, index) => ({ frame, interest: all[index]?.interest ?? 0 })),
    attention: attentionMap(all),
    bars,
    border: frequentColours(pictures, isBorder),
    colours: frequentColours(pictures, () => true),
  };
}
