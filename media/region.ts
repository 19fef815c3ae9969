/** Works on a rectangle of the picture, and leaves the rest as it is. */

import type { Edit, Rational } from "#transformation";
import { append, type Canvas, factsOf, materialized } from "./canvas.ts";
import { lengthOf } from "./sizing.ts";

/** Even, inside of the picture: half a chroma sample cannot be laid over another. */
const even = (length: number, most: number): number =>
  Math.min(2 * Math.floor(most / 2), Math.max(0, 2 * Math.round(length / 2)));

/** Without a size the rectangle goes on to the right and to the bottom. */
export function editRegion(canvas: Canvas, edit: Edit, durationSeconds: Rational): Canvas {
  if (!edit.regionFilters) return canvas;
  const shown = materialized(canvas);
  const { width, height } = shown.size;
  const [x, y] = [even(lengthOf(edit.x, width) ?? 0, width - 2), even(lengthOf(edit.y, height) ?? 0, height - 2)];
  const w = Math.max(2, even(lengthOf(edit.width, width) ?? width, width - x));
  const h = Math.max(2, even(lengthOf(edit.height, height) ?? height, height - y));
  const filters = edit.regionFilters(factsOf(shown, { width: w, height: h }, { colour: edit.colour, durationSeconds }));
  return append(shown, {
    name: "overlay",
    options: { x, y },
    inputs: [{ filters: [] }, { filters: [{ name: "crop", options: { w, h, x, y } }, ...filters] }],
  });
}
