/** Looks every colour of the picture up in a table. */

import type { Edit, Filter, LayerStep, Rational } from "#transformation";
import { append, type Canvas, materialized } from "./canvas.ts";
import { type LayerSpan, spanOf } from "./layer-place.ts";
import { type KnownLayer, refused } from "./layer-source.ts";
import { isLutContainer } from "./lut.ts";
import { besideAlpha } from "./opacity.ts";
import type { Programme } from "./programme.ts";

/** For a part of the time line: between two frames, so that no rounding of a time decides about one. */
const shown = ({ from, to, isWhole }: LayerSpan, { num, den }: Rational): NonNullable<Filter["options"]> =>
  isWhole ? {} : { enable: `gte(t,${(2 * from - 1) * den}/${2 * num})*lt(t,${(2 * to - 1) * den}/${2 * num})` };

/** @throws Problem `unsupported-parameter` for a file that is no table, and for what is asked of it beside its time */
export function graded(resolved: Programme, step: LayerStep, { source }: KnownLayer, placement: Edit): Programme {
  if (!isLutContainer(source.container)) throw refused("l", "l_lut takes a .cube or .3dl that was uploaded as raw.");
  if (step.under || step.steps.length > 0 || placement.laying)
    throw refused(
      "l",
      "A look-up table is applied to the picture beneath; so_, eo_ and du_ say when, and that is all.",
    );
  if (!resolved.canvas) return resolved;
  const { frameRate } = resolved.timeline;
  const span = spanOf(placement, resolved);
  const canvas: Canvas = materialized(resolved.canvas);
  const { matrix } = canvas.colour;
  const rgb = { name: "format", options: { pix_fmts: "gbrp" } };
  const lookedUp: readonly Filter[] = [
    // Tables are of full-range RGB.
    { name: "scale", options: { in_color_matrix: matrix, in_range: "tv", out_range: "pc", flags: "bicubic" } },
    rgb,
    { name: "lut3d", options: { interp: "tetrahedral", ...shown(span, frameRate) }, table: source.version },
    { name: "scale", options: { out_color_matrix: matrix, out_range: "tv", flags: "bicubic" } },
    { name: "format", options: { pix_fmts: "yuv420p" } },
  ];
  const filters = canvas.isSeenThrough ? besideAlpha(lookedUp) : lookedUp;
  if (span.isWhole) return { ...resolved, canvas: append(canvas, ...filters) };
  return { ...resolved, canvas: { ...canvas, steps: [...canvas.steps, { filters, timedFrom: 0 }] } };
}
