/** Lays a layer's pictures with those of a span of the output. */

import type { Filter, FilterInput, Laying, Rational } from "#transformation";
import type { Canvas, CanvasFilters } from "../canvas.ts";
import type { OutputColour } from "../colour.ts";
import type { LaidContent, LaidPicture } from "../laid.ts";
import { besideAlpha } from "../opacity.ts";
import type { Programme } from "../programme.ts";
import type { Seeks } from "../seek.ts";
import type { VideoTrack } from "../source.ts";
import { cutBy, overEmpty } from "./compositing.ts";
import type { JobInput } from "./job.ts";
import { type FrameSpan, pictures } from "./pictures.ts";
import type { Reading } from "./reading.ts";

/** The filters that lay it, and what it reads; undefined where nothing of it is shown in the span. */
export function laidPicture(
  { canvas, timeline }: Programme,
  { laid, timedFrom }: CanvasFilters,
  span: FrameSpan,
  firstInput: number,
): { readonly inputs: readonly JobInput[]; readonly filters: readonly Filter[] } | undefined {
  if (!laid || !canvas) return undefined;
  const end = span.start + span.frames;
  const [from, to] =
    timedFrom === undefined
      ? [span.start, end]
      : [Math.max(span.start, laid.from - timedFrom), Math.min(end, laid.to - timedFrom)];
  const isShown = from < to;
  // A frame that holds both is as large where the layer is not shown.
  if (!isShown)
    return laid.mode.kind === "under" ? { inputs: [], filters: overEmpty(laid.mode, undefined) } : undefined;
  const shown = { start: from + (timedFrom ?? 0) - laid.from, frames: to - from };
  const context = { colour: canvas.colour, frameRate: timeline.frameRate };
  const { inputs, stream, filters } = readContent(laid.content, context, shown, firstInput);
  const isStill = "drawing" in laid.content || laid.content.isStill;
  const layer: FilterInput = {
    ...(stream && { stream }),
    filters: [...filters, ...grain(laid), ...lasting(from, isStill ? to - from : 1)],
  };
  return { inputs, filters: composed(canvas, laid, layer, { from, frames: to - from, frameRate: timeline.frameRate }) };
}

/** Frames of the layer, from the first one that is shown on, in a time base of one frame. */
function readContent(
  content: LaidContent,
  { colour, frameRate: { num, den } }: { readonly colour: OutputColour; readonly frameRate: Rational },
  shown: FrameSpan,
  firstInput: number,
): Reading {
  if ("drawing" in content)
    return {
      inputs: [{ drawing: content.drawing, seeks: [null] }],
      stream: { input: firstInput, streamIndex: 0 },
      filters: [
        { name: "settb", options: { expr: `${den}/${num}` } },
        ...converted({ out_color_matrix: colour.matrix, out_range: "tv" }, "yuva420p"),
      ],
    };
  const { source, timeline, canvas, isStill } = content;
  const track = source.video as VideoTrack;
  const span = isStill ? { start: 0, frames: 1 } : shown;
  const reading = pictures({ source, timeline, canvas, sound: [] }, track, span, firstInput);
  const inputs = reading.inputs.map((input) =>
    input.drawing ? input : { version: source.version, ...input, seeks: sureSeeks(input, track) },
  );
  return { ...reading, inputs };
}

/** Frames of the output that a layer is shown in. */
interface Shown {
  readonly from: number;
  readonly frames: number;
  readonly frameRate: Rational;
}

/** What has come so far and a layer as one picture. */
function composed(canvas: Canvas, laid: LaidPicture, layer: FilterInput, shown: Shown): readonly Filter[] {
  const { mode, x, y } = laid;
  switch (mode.kind) {
    case "over":
      return [over(layer, x, y)];
    case "under":
      return overEmpty(mode, over(layer, x, y));
    case "blend": {
      const filters = blended(laid, mode.blend, canvas.colour, layer, shown);
      return laid.beneath.isSeenThrough ? besideAlpha(filters) : filters;
    }
    case "mask":
    case "cutter": {
      const part = mode.kind === "mask" ? layer : shapeOf(laid.content, layer);
      return cutBy(laid, [over(emptied(laid, shown), 0, 0), over(part, x, y)]);
    }
  }
}

const over = (layer: FilterInput, x: number | string, y: number | string): Filter => ({
  name: "overlay",
  options: { x, y, ...WITH_ITS_FRAMES },
  inputs: [{ filters: [] }, layer],
});

/** White where a layer is to be seen, black where it can be seen through; all of it, where it cannot. */
function shapeOf(content: LaidContent, layer: FilterInput): FilterInput {
  const hasShape = "drawing" in content || content.canvas.isSeenThrough;
  const shape: readonly Filter[] = hasShape
    ? [{ name: "alphaextract" }, { name: "format", options: { pix_fmts: "yuv420p" } }]
    : [{ name: "lutyuv", options: { y: 235, u: 128, v: 128 } }];
  return { ...layer, filters: [...layer.filters, ...shape] };
}

/** Black, for as long as a layer is shown: what it does not cover is cut away. */
const emptied = ({ beneath }: LaidPicture, { from, frames, frameRate: { num, den } }: Shown): FilterInput => ({
  drawn: {
    name: "color",
    options: { color: "black", size: `${beneath.width}x${beneath.height}`, rate: `${num}/${den}` },
  },
  filters: [
    { name: "trim", options: { end_frame: 1 } },
    { name: "format", options: { pix_fmts: "yuv420p" } },
    ...lasting(from, frames),
  ],
});

/** A little noise in a layer's transparency; with a seed, or every encode would differ. */
const grain = ({ grainPercent }: LaidPicture): readonly Filter[] =>
  grainPercent === undefined
    ? []
    : [
        { name: "format", options: { pix_fmts: "yuva420p" } },
        { name: "noise", options: { c3_seed: 1, c3_strength: Math.max(1, Math.round(grainPercent / 4)) } },
      ];

/**
 * Shown with the frames that it has, to the frame. Not by `enable`: that is asked for each frame of either input, so
 * that `n` counts now these and now those (framesync.c, measured).
 */
export const WITH_ITS_FRAMES = { eof_action: "pass" } as const;

/** Missing frames of a layer would not show in the number of the output's: without an index it is read from the start. */
const sureSeeks = ({ seeks }: JobInput, { keyframes }: VideoTrack): Seeks => (keyframes ? seeks : [null]);

/** One picture, shown for so many frames. */
export const held = (frames: number): readonly Filter[] =>
  frames > 1 ? [{ name: "tpad", options: { stop_mode: "clone", stop: frames - 1 } }] : [];

/** Numbered from a frame of the output on; the last one is shown for so many frames. */
const lasting = (from: number, frames: number): readonly Filter[] => [
  { name: "setpts", options: { expr: `N+${from}` } },
  ...held(frames),
];

const converted = (colours: Readonly<Record<string, string>>, format: string): readonly Filter[] => [
  { name: "scale", options: { ...colours, flags: "bicubic" } },
  { name: "format", options: { pix_fmts: format } },
];

/** What leaves the picture beneath as it is. */
const NEUTRAL = { screen: "black", multiply: "white", overlay: "0x808080" } as const;

/** Blended in RGB, over the whole picture: what the layer does not cover is neutral. */
function blended(
  { beneath, x, y }: LaidPicture,
  { mode, percent }: NonNullable<Laying["blend"]>,
  { matrix }: OutputColour,
  layer: FilterInput,
  { from, frames, frameRate: { num, den } }: Shown,
): readonly Filter[] {
  const inRgb = (format: string): readonly Filter[] => converted({ in_color_matrix: matrix, in_range: "tv" }, format);
  const empty: FilterInput = {
    drawn: {
      name: "color",
      options: { color: NEUTRAL[mode], size: `${beneath.width}x${beneath.height}`, rate: `${num}/${den}` },
    },
    filters: [
      { name: "trim", options: { end_frame: 1 } },
      { name: "format", options: { pix_fmts: "gbrp" } },
      ...lasting(from, frames),
    ],
  };
  const covering: Filter = {
    name: "overlay",
    options: { x, y, format: "gbrp", ...WITH_ITS_FRAMES },
    inputs: [empty, { ...layer, filters: [...layer.filters, ...inRgb("gbrap")] }],
  };
  return [
    {
      name: "blend",
      // The first input is the one whose lightness decides in `overlay`, and what opacity leaves.
      options: { all_mode: mode, all_opacity: percent / 100, ...WITH_ITS_FRAMES },
      inputs: [{ filters: inRgb("gbrp") }, { filters: [covering] }],
    },
    ...converted({ out_color_matrix: matrix, out_range: "tv" }, "yuv420p"),
  ];
}
