/** What makes stills and animated pictures. */

import { type Filter, Problem, toFixed, toNumber } from "#transformation";
import { encoderFilters } from "../canvas.ts";
import { qualityOf, qualityPercent } from "../codecs.ts";
import type { Format } from "../formats/index.ts";
import { secondsOf } from "../grid.ts";
import type { Size } from "../ladder.ts";
import type { DeliveryPlan } from "../plan.ts";
import { type FrameSpan, pictures } from "./pictures.ts";
import type { WholeParts } from "./whole-job.ts";

type PictureFormat = Extract<Format, { kind: "still" | "animation" }>;

/** The source's picture or a drawing of its sound, or the refusal of a file without the one and the other. */
function shown(plan: DeliveryPlan) {
  const {
    canvas,
    source: { video },
  } = plan;
  if (!canvas) throw new Problem("no-picture", "There is no picture in this audio file.", { parameter: "f" });
  const size = { width: Math.round(canvas.size.width), height: Math.round(canvas.size.height) };
  return { video, canvas, size };
}

export const percentOf = ({ encoding }: DeliveryPlan): number => qualityPercent(qualityOf(encoding));

/** From the stream's colours to those of the picture format; at the picture's own size where no other is named. */
export function converted(plan: DeliveryPlan, format: PictureFormat, at?: Size): readonly Filter[] {
  const { canvas, size } = shown(plan);
  const matrices = { in_color_matrix: canvas.colour.matrix, out_color_matrix: "bt601" };
  const { pixelFormat, alphaPixelFormat, fullChromaPixelFormat } = format;
  const isFullChroma = plan.encoding.quality?.chroma === "444";
  const opaque = isFullChroma ? (fullChromaPixelFormat ?? pixelFormat) : pixelFormat;
  const pixels = canvas.isSeenThrough ? (alphaPixelFormat ?? opaque) : opaque;
  return [
    ...encoderFilters(canvas, at ?? size, alphaPixelFormat !== undefined),
    { name: "scale", options: { ...matrices, in_range: "tv", out_range: format.range } },
    { name: "format", options: { pix_fmts: pixels } },
  ];
}

/** The picture at the start of what the transformation keeps, or at other frames of it. */
export function stillParts(
  plan: DeliveryPlan,
  format: PictureFormat,
  span: FrameSpan = { start: 0, frames: 1 },
): WholeParts {
  const { inputs, ...reading } = pictures(plan, shown(plan).video, span);
  return {
    inputs,
    video: {
      ...reading,
      filters: [...reading.filters, ...converted(plan, format)],
      encoder: [["-frames:v", String(span.frames)], ...format.options(percentOf(plan))],
    },
    muxer: format.muxer,
    needsFile: format.needsFile ?? false,
    // All of the sound is read for it.
    ...(plan.encoding.isWaveform && { isHeavy: true }),
  };
}

/** Cloudinary's bounds of animated pictures: ten a second, four hundred in all. */
const MAX_RATE = 10;
const MAX_PICTURES = 400;

/** Pictures a second that are taken of the video. */
function samplingRate(plan: DeliveryPlan, seconds: number): number {
  const wish = plan.encoding.sampling;
  const own = Math.min(MAX_RATE, toNumber(plan.grid.frameRate));
  const asked =
    wish === undefined ? own : "pictures" in wish ? wish.pictures / seconds : 1 / toNumber(wish.everySeconds);
  return Math.min(asked, toNumber(plan.grid.frameRate), MAX_PICTURES / seconds);
}

const PALETTE: Filter = {
  name: "paletteuse",
  options: { dither: "bayer", bayer_scale: 3 },
  // stats_mode: the colours of what moves and of what stands count alike.
  inputs: [{ filters: [] }, { filters: [{ name: "palettegen", options: { stats_mode: "full" } }] }],
};

/** How many pictures are taken of the video, and how many of each second. */
export function sampledPictures(plan: DeliveryPlan): { readonly rate: number; readonly pictures: number } {
  const seconds = toNumber(secondsOf(plan.grid.frames, plan.grid.frameRate));
  const rate = samplingRate(plan, seconds);
  return { rate, pictures: Math.max(1, Math.round(seconds * rate)) };
}

export function animationParts(plan: DeliveryPlan, format: PictureFormat): WholeParts {
  const { video } = shown(plan);
  const { inputs, ...reading } = pictures(plan, video, { start: 0, frames: plan.grid.frames });
  const delay = plan.encoding.delayMilliseconds;
  const { rate, pictures: count } = sampledPictures(plan);
  const sampled: readonly Filter[] = [
    // up: each shows what is on screen at its moment. Pictures behind the last moment would make one more.
    { name: "fps", options: { fps: rate.toFixed(6), round: "up", start_time: 0 } },
    { name: "trim", options: { end_frame: count } },
    ...(delay === undefined ? [] : [{ name: "setpts", options: { expr: `N*${toFixed(delay, 3)}/1000/TB` } }]),
  ];
  return {
    inputs,
    video: {
      ...reading,
      filters: [...reading.filters, ...sampled, ...converted(plan, format), ...(format.hasPalette ? [PALETTE] : [])],
      encoder: format.options(percentOf(plan)),
    },
    muxer: format.muxer,
    needsFile: format.needsFile ?? false,
  };
}
