/** Lays a layer's pictures over those of a span of the output. */

import type { Filter, FilterInput, Rational } from "#transformation";
import type { CanvasFilters, LaidPicture } from "../canvas.ts";
import { isRgb, outputColour } from "../colour.ts";
import { outsideCorners } from "../framing.ts";
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
  const colours = { ...read(track), ...written(base) };
  const inputs = reading.inputs.map((input) => ({ version: source.version, ...input, seeks: sureSeeks(input, track) }));
  if (laid.blend) {
    const over = {
      branch: branch(inRgb(track, laid)),
      from,
      frames: to - from,
      frameRate: programme.timeline.frameRate,
    };
    return { inputs, filters: blended(laid, laid.blend, base, over) };
  }
  const options = { x: laid.x, y: laid.y, ...WITH_ITS_FRAMES };
  return { inputs, filters: [{ name: "overlay", options, inputs: [{ filters: [] }, branch(inYuv(colours, laid))] }] };
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

type Colours = Readonly<Record<string, string>>;

const rangeOf = (track: VideoTrack): string =>
  track.colour.range === "pc" || track.pixelFormat.startsWith("yuvj") ? "pc" : "tv";

/** How the scaler is to read a track's pictures, and to write pictures like them. */
const read = (track: VideoTrack): Colours =>
  isRgb(track) ? {} : { in_color_matrix: outputColour(track).matrix, in_range: rangeOf(track) };
const written = (track: VideoTrack): Colours => ({
  out_color_matrix: outputColour(track).matrix,
  out_range: isRgb(track) ? "tv" : rangeOf(track),
});

const converted = (colours: Colours, format: string): readonly Filter[] => [
  { name: "scale", options: { ...colours, flags: "bicubic" } },
  { name: "format", options: { pix_fmts: format } },
];

/** Slow, and so for a single picture; `geq` asks for all planes where one is named. */
function rounded({ corners, canvas, blend }: LaidPicture): readonly Filter[] {
  if (!corners) return [];
  const colours = blend ? { r: "r(X,Y)", g: "g(X,Y)", b: "b(X,Y)" } : { lum: "lum(X,Y)", cb: "cb(X,Y)", cr: "cr(X,Y)" };
  const alpha = `if(${outsideCorners(corners, canvas.size)},0,alpha(X,Y))`;
  return [{ name: "geq", options: { ...colours, a: alpha } }];
}

const seeThrough = (name: "lutyuv" | "lutrgb", { opacityPercent }: LaidPicture): readonly Filter[] =>
  opacityPercent === 100 ? [] : [{ name, options: { a: `val*${opacityPercent / 100}` } }];

/** 8-bit pictures in the colours of what lies beneath, with their transparency. */
const inYuv = (colours: Colours, laid: LaidPicture): readonly Filter[] => [
  ...converted(colours, "yuva420p"),
  ...rounded(laid),
  ...seeThrough("lutyuv", laid),
];

const inRgb = (track: VideoTrack, laid: LaidPicture): readonly Filter[] => [
  ...converted(read(track), "gbrap"),
  ...rounded(laid),
  ...seeThrough("lutrgb", laid),
];

/** What leaves the picture beneath as it is. */
const NEUTRAL = { screen: "black", multiply: "white", overlay: "0x808080" } as const;

/** Blended in RGB, over the whole picture: what the layer does not cover is neutral. */
function blended(
  { beneath, x, y }: LaidPicture,
  { mode, percent }: NonNullable<LaidPicture["blend"]>,
  base: VideoTrack,
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
      inputs: [{ filters: converted(read(base), "gbrp") }, { filters: [covering] }],
    },
    ...converted(written(base), "yuv420p"),
  ];
}
