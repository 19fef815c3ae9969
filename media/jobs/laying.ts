/** Lays a layer's pictures over those of a span of the output. */

import type { Filter, FilterInput, Rational } from "#transformation";
import type { CanvasFilters, LaidPicture } from "../canvas.ts";
import type { OutputColour } from "../colour.ts";
import type { Programme } from "../programme.ts";
import type { Seeks } from "../seek.ts";
import type { VideoTrack } from "../source.ts";
import type { JobInput } from "./job.ts";
import { type FrameSpan, pictures } from "./pictures.ts";

/** The filters that lay it, and what it reads; undefined where nothing of it is shown in the span. */
export function laidPicture(
  programme: Programme,
  { laid, timedFrom }: CanvasFilters,
  span: FrameSpan,
  firstInput: number,
): { readonly inputs: readonly JobInput[]; readonly filters: readonly Filter[] } | undefined {
  const [base, track] = [programme.source.video, laid?.source.video];
  if (!laid || !base || !track) return undefined;
  const end = span.start + span.frames;
  const [from, to] =
    timedFrom === undefined
      ? [span.start, end]
      : [Math.max(span.start, laid.from - timedFrom), Math.min(end, laid.to - timedFrom)];
  if (from >= to) return undefined;
  const { source, timeline, canvas, isStill } = laid;
  const shown = isStill ? { start: 0, frames: 1 } : { start: from + (timedFrom ?? 0) - laid.from, frames: to - from };
  const reading = pictures({ source, timeline, canvas, sound: [] }, track, shown, firstInput);
  const branch = (filters: readonly Filter[]): FilterInput => ({
    ...(reading.stream && { stream: reading.stream }),
    filters: [...reading.filters, ...filters, ...lasting(from, isStill ? to - from : 1)],
  });
  const inputs = reading.inputs.map((input) => ({ version: source.version, ...input, seeks: sureSeeks(input, track) }));
  if (laid.blend) {
    const over = {
      branch: branch(converted({ in_color_matrix: canvas.colour.matrix, in_range: "tv" }, "gbrap")),
      from,
      frames: to - from,
      frameRate: programme.timeline.frameRate,
    };
    return { inputs, filters: blended(laid, laid.blend, canvas.colour, over) };
  }
  const options = { x: laid.x, y: laid.y, ...WITH_ITS_FRAMES };
  return { inputs, filters: [{ name: "overlay", options, inputs: [{ filters: [] }, branch([])] }] };
}

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
  { mode, percent }: NonNullable<LaidPicture["blend"]>,
  { matrix }: OutputColour,
  over: { branch: FilterInput; from: number; frames: number; frameRate: Rational },
): readonly Filter[] {
  const { num, den } = over.frameRate;
  const empty: FilterInput = {
    drawn: {
      name: "color",
      options: { color: NEUTRAL[mode], size: `${beneath.width}x${beneath.height}`, rate: `${num}/${den}` },
    },
    filters: [
      { name: "trim", options: { end_frame: 1 } },
      { name: "format", options: { pix_fmts: "gbrp" } },
      ...lasting(over.from, over.frames),
    ],
  };
  const covering: Filter = {
    name: "overlay",
    options: { x, y, format: "gbrp", ...WITH_ITS_FRAMES },
    inputs: [empty, over.branch],
  };
  return [
    {
      name: "blend",
      // The first input is the one whose lightness decides in `overlay`, and what opacity leaves.
      options: { all_mode: mode, all_opacity: percent / 100, ...WITH_ITS_FRAMES },
      inputs: [{ filters: converted({ in_color_matrix: matrix, in_range: "tv" }, "gbrp") }, { filters: [covering] }],
    },
    ...converted({ out_color_matrix: matrix, out_range: "tv" }, "yuv420p"),
  ];
}
