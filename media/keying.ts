/** Chroma keying: what resembles a colour becomes transparent. */

import { type Edit, type Filter, Problem } from "#transformation";
import { append, type Canvas, materialized } from "./canvas.ts";
import { dimmedBy, opaqueAs } from "./opacity.ts";
import { opaque } from "./paint.ts";

/** Colours that differ a little more are seen in part: without that, edges would flicker by the pixel. */
const SOFT_EDGE = 0.04;

/** The least that `colorkey` takes. */
const LEAST_SIMILARITY = 0.01;

/** The colour that is not seen has to be named: looking for it in each picture would find another one in each. */
export function keyOut(canvas: Canvas, { keyTolerancePercent, colour }: Edit): Canvas {
  if (keyTolerancePercent === undefined) return canvas;
  if (colour === undefined)
    throw new Problem(
      "unsupported-parameter",
      "e_make_transparent takes out the colour that co_ beside it names; none is searched for.",
      { parameter: "e_make_transparent", nearest: "co_rgb:00ff00" },
    );
  const shown = materialized(canvas);
  const key: readonly Filter[] = [
    // colorkey measures in RGB, where distances are alike in all colours.
    { name: "scale", options: { in_color_matrix: shown.colour.matrix, in_range: "tv", out_range: "pc" } },
    { name: "format", options: { pix_fmts: "rgba" } },
    {
      name: "colorkey",
      options: {
        color: opaque(colour),
        similarity: Math.max(LEAST_SIMILARITY, keyTolerancePercent / 100).toFixed(2),
        blend: SOFT_EDGE,
      },
    },
    { name: "alphaextract" },
  ];
  const matte = { filters: [{ name: "format", options: { pix_fmts: "yuv420p" } }, ...key] };
  const keyed = shown.isSeenThrough ? dimmedBy("multiply", matte) : opaqueAs(matte);
  return { ...append(shown, ...keyed), isSeenThrough: true };
}
