/** Attention: how much is worth seeing where, and which part of a picture holds most of it. */

import { type Place, rational } from "#transformation";
import type { View } from "../canvas.ts";
import { ATTENTION_CELLS, type Glance } from "./glance.ts";

/** At a place in shares of width and height; nothing outside of the picture. */
type Attention = (across: number, down: number) => number;

const isInside = (share: number): boolean => share >= 0 && share < 1;

export const attentionOf =
  ({ attention }: Glance): Attention =>
  (across, down) =>
    isInside(across) && isInside(down)
      ? Number.parseInt(
          attention[Math.floor(down * ATTENTION_CELLS)]?.[Math.floor(across * ATTENTION_CELLS)] ?? "0",
          36,
        )
      : 0;

/** A finer grid than the attention's own, for pictures that show a part of it. */
const CELLS = 48;

/** What is worth seeing in each cell of a grid over the picture, left out where there is nothing. */
function worths(attention: Attention, view: View): readonly { x: number; y: number; worth: number }[] {
  const middle = (cell: number): number => (cell + 0.5) / CELLS;
  return Array.from({ length: CELLS ** 2 }, (_, cell) => {
    const [x, y] = [middle(cell % CELLS), middle(Math.floor(cell / CELLS))];
    return { x, y, worth: attention(...view(x, y)) };
  }).filter(({ worth }) => worth > 0);
}

/** Where the middle of a part may lie, the middle of the picture first: of two as good as each other it is taken. */
function middles(part: number): readonly number[] {
  const room = 1 - part;
  const steps = Math.max(1, Math.min(MOST_PLACES, Math.round(room * CELLS)));
  return Array.from({ length: steps + 1 }, (_, step) => part / 2 + (room * step) / steps).sort(
    (a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5),
  );
}

/** Along each side; all pairs are tried. */
const MOST_PLACES = 32;

/** What lies at the edge of the part counts half: what is worth seeing comes into its middle. */
const EDGE = 0.5;

/** What a part must gain for each step from the middle to the side, as a share of what it holds. */
const PULL = 0.04;

/** A tenth of a percent is less than a pixel of what fits on a screen. */
const shareOf = (value: number) => rational(Math.round(value * 1000), 1000);

/**
 * The middle of the part that holds most of what is worth seeing.
 * @param part its width and height, in shares of the picture's
 * @param view where the glance saw what the picture shows at a place
 */
export function placeOf(glance: Glance, view: View, part: { readonly width: number; readonly height: number }): Place {
  const cells = worths(attentionOf(glance), view);
  const [width, height] = [Math.min(1, part.width), Math.min(1, part.height)];
  const worthAt = (across: number, down: number): number => {
    let held = 0;
    for (const { x, y, worth } of cells) {
      const aside = Math.max(Math.abs(x - across) / width, Math.abs(y - down) / height) * 2;
      if (aside <= 1) held += worth * (1 - EDGE * aside);
    }
    return held * (1 - PULL * Math.hypot(across - 0.5, down - 0.5));
  };
  let best = { across: 0.5, down: 0.5, worth: worthAt(0.5, 0.5) };
  for (const down of middles(height))
    for (const across of middles(width)) {
      const worth = worthAt(across, down);
      // A sum of the same cells in another place differs by its rounding.
      if (worth > best.worth * (1 + 1e-9)) best = { across, down, worth };
    }
  return { across: shareOf(best.across), down: shareOf(best.down) };
}
