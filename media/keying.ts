/** Keying: what resembles a colour becomes transparent, or takes on the shades of another one. */

import { type ColourExchange, type Edit, type Filter, type FilterInput, Problem, type Rgba } from "#transformation";
import { append, type Canvas, materialized } from "./canvas.ts";
import { besideAlpha, dimmedBy, opaqueAs } from "./opacity.ts";
import { opaque, yuvOf } from "./paint.ts";

/** Colours that differ a little more are seen in part: without that, edges would flicker by the pixel. */
const SOFT_EDGE = 0.04;

/** The least that `colorkey` takes. */
const LEAST_SIMILARITY = 0.01;

/** Dark where the picture resembles a colour, light elsewhere. */
const unlike = (colour: Rgba, tolerancePercent: number, { colour: coded }: Canvas): FilterInput => ({
  filters: [
    { name: "format", options: { pix_fmts: "yuv420p" } },
    // colorkey measures in RGB, where distances are alike in all colours.
    { name: "scale", options: { in_color_matrix: coded.matrix, in_range: "tv", out_range: "pc" } },
    { name: "format", options: { pix_fmts: "rgba" } },
    {
      name: "colorkey",
      options: {
        color: opaque(colour),
        similarity: Math.max(LEAST_SIMILARITY, tolerancePercent / 100).toFixed(2),
        blend: SOFT_EDGE,
      },
    },
    { name: "alphaextract" },
  ],
});

const unnamed = (parameter: string, nearest: string, message: string): Problem =>
  new Problem("unsupported-parameter", `${message}; none is searched for.`, { parameter, nearest });

/** The colour that is not seen has to be named: looking for it in each picture would find another one in each. */
function withoutColour(canvas: Canvas, tolerancePercent: number, colour: Rgba | undefined): Canvas {
  if (colour === undefined)
    throw unnamed(
      "e_make_transparent",
      "co_rgb:00ff00",
      "e_make_transparent takes out the colour that co_ beside it names",
    );
  const shown = materialized(canvas);
  const matte = unlike(colour, tolerancePercent, shown);
  const keyed = shown.isSeenThrough ? dimmedBy("multiply", matte) : opaqueAs(matte);
  return { ...append(shown, ...keyed), isSeenThrough: true };
}

/** Every pixel that resembles a colour is as far from the other one as it was from that: shades stay shades. */
function exchanged(canvas: Canvas, { to, tolerancePercent, from }: ColourExchange): Canvas {
  if (from === undefined)
    throw unnamed(
      "e_replace_color",
      "e_replace_color:blue:30:red",
      "e_replace_color names the colour that it replaces behind its tolerance",
    );
  const shown = materialized(canvas);
  const [before, after] = [yuvOf(from, shown.colour), yuvOf(to, shown.colour)];
  const [y, u, v] = after.map((level, at) => `clip(val+(${(level - (before[at] ?? 0)).toFixed(2)}),16,240)`);
  const { filters: matte } = unlike(from, tolerancePercent, shown);
  const shifted: FilterInput = {
    filters: [{ name: "lutyuv", options: { y: y as string, u: u as string, v: v as string } }],
  };
  const patch: Filter = { name: "alphamerge", inputs: [shifted, { filters: [...matte, { name: "negate" }] }] };
  const filters: readonly Filter[] = [
    {
      name: "overlay",
      inputs: [{ filters: [] }, { filters: [{ name: "format", options: { pix_fmts: "yuv420p" } }, patch] }],
    },
    { name: "format", options: { pix_fmts: "yuv420p" } },
  ];
  return append(shown, ...(shown.isSeenThrough ? besideAlpha(filters) : filters));
}

/** Nothing is seen in part any more. */
const parted = (canvas: Canvas, percent: number): Canvas =>
  canvas.isSeenThrough
    ? append(canvas, { name: "lutyuv", options: { a: `if(gte(val,${Math.ceil(2.55 * percent)}),255,0)` } })
    : canvas;

/** The stage: one colour for another, then what is not seen, then how sharply that ends. */
export function keyOut(
  canvas: Canvas,
  { colourExchange, keyTolerancePercent, opacityThresholdPercent, colour }: Edit,
): Canvas {
  const replaced = colourExchange ? exchanged(canvas, colourExchange) : canvas;
  const keyed = keyTolerancePercent === undefined ? replaced : withoutColour(replaced, keyTolerancePercent, colour);
  return opacityThresholdPercent === undefined ? keyed : parted(materialized(keyed), opacityThresholdPercent);
}
