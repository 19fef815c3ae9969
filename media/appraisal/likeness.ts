/** How like a picture is to another one, where something is drawn: what a mean over flat ground would hide. Pure. */

/** Pixels a side of the squares that are compared. */
const SIDE = 8;

/** Squares of less variance show noise or nothing; text, edges and texture are well above. */
const DRAWN_VARIANCE = 20;

/** Fewer squares than these tell nothing of a film. */
const LEAST_SQUARES = 20;

/** The share of squares that may be less like than what is answered. */
const WORST_SHARE = 0.05;

/** The constants of SSIM for eight bits (Wang et al. 2004). */
const [STABLE_MEAN, STABLE_VARIANCE] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

/** Answers in decibels are cut off here: beyond, pictures are the same. */
export const MOST_DECIBELS = 60;

export const decibelsOf = (similarity: number): number =>
  Math.min(MOST_DECIBELS, -10 * Math.log10(Math.max(1e-9, 1 - similarity)));

export interface GreyPicture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Sums over a square of both pictures, `at` being its first pixel in either. */
function similarityOf(original: Uint8Array, other: Uint8Array, at: number, width: number) {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = 0; y < SIDE; y++)
    for (let pixel = at + y * width; pixel < at + y * width + SIDE; pixel++) {
      const [a, b] = [original[pixel] ?? 0, other[pixel] ?? 0];
      sumA += a;
      sumB += b;
      squaresA += a * a;
      squaresB += b * b;
      products += a * b;
    }
  const count = SIDE * SIDE;
  const [meanA, meanB] = [sumA / count, sumB / count];
  const [varianceA, varianceB] = [squaresA / count - meanA ** 2, squaresB / count - meanB ** 2];
  const covariance = products / count - meanA * meanB;
  const similarity =
    ((2 * meanA * meanB + STABLE_MEAN) * (2 * covariance + STABLE_VARIANCE)) /
    ((meanA ** 2 + meanB ** 2 + STABLE_MEAN) * (varianceA + varianceB + STABLE_VARIANCE));
  return { similarity, variance: varianceA };
}

/**
 * How like another picture of the same size is, in decibels, where it is least so: of twenty squares with something drawn
 * in them, nineteen are more like. Undefined where hardly anything is drawn.
 */
export function worstLikeness({ pixels, width, height }: GreyPicture, other: Uint8Array): number | undefined {
  const drawn: number[] = [];
  for (let y = 0; y + SIDE <= height; y += SIDE)
    for (let x = 0; x + SIDE <= width; x += SIDE) {
      const { similarity, variance } = similarityOf(pixels, other, y * width + x, width);
      if (variance > DRAWN_VARIANCE) drawn.push(similarity);
    }
  if (drawn.length < LEAST_SQUARES) return undefined;
  return decibelsOf(drawn.sort((a, b) => a - b)[Math.floor(drawn.length * WORST_SHARE)] ?? 0);
}
