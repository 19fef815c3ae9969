/** STAGES: how a chain of edits is resolved against a source, in an order that can be read aloud. */

import {
  approximate,
  compare,
  divide,
  type Edit,
  type Encoding,
  type Filter,
  type Laying,
  Problem,
  type Rational,
  rational,
  toNumber,
  type Volume,
} from "#transformation";
import { OUTPUT_SAMPLE_RATES } from "./audio-codecs.ts";
import { type Canvas, canvasOf, withEffects } from "./canvas.ts";
import { highRangeColour, type OutputColour, outputColour } from "./colour.ts";
import { framePicture } from "./framing.ts";
import { AAC_FRAME_SAMPLES, secondsOf } from "./grid.ts";
import { keyOut } from "./keying.ts";
import { type Programme, startingAt, timelineFrames } from "./programme.ts";
import { editRegion } from "./region.ts";
import { retime } from "./retiming.ts";
import { sizePicture } from "./sizing.ts";
import type { AudioTrack, Source, VideoTrack } from "./source.ts";
import { trimmedFrames, wholeTimeline } from "./timeline.ts";
import { cutBars, turnPicture } from "./turning.ts";
import { drawSound } from "./waveform.ts";

type Stage = (resolved: Programme, edit: Edit) => Programme;

const trim: Stage = (resolved, edit) => {
  if (!edit.start && !edit.end && !edit.duration) return resolved;
  const { from, to } = trimmedFrames(resolved.timeline, edit);
  return startingAt(resolved, from, to);
};

/** Nothing of the picture is left beside `fl_waveform`, whose size and colours are those of the drawing. */
const onCanvas =
  (change: (canvas: Canvas, edit: Edit, resolved: Programme) => Canvas): Stage =>
  (resolved, edit) =>
    resolved.canvas && !edit.drawsSound ? { ...resolved, canvas: change(resolved.canvas, edit, resolved) } : resolved;

const lengthOf = ({ timeline }: Programme): Rational => secondsOf(timelineFrames(timeline), timeline.frameRate);

function loudness(change: Volume): Filter {
  const factor = "decibels" in change ? `${change.decibels}dB` : String((100 + change.percent) / 100);
  return { name: "volume", options: { volume: factor } };
}

const sound: Stage = (resolved, { volume, soundEffects = [] }) => {
  const durationSeconds = lengthOf(resolved);
  const steps = soundEffects.map(({ filters, timed }) => ({
    filters: filters({ durationSeconds }),
    ...(timed && { timedFrom: 0 }),
  }));
  return { ...resolved, sound: [...resolved.sound, ...(volume ? [{ filters: [loudness(volume)] }] : []), ...steps] };
};

/** What changes a layer says nothing of what it is laid on. */
const beside: Stage = (resolved, { laying }) => {
  const [parameter] = laying ? layingParameters(laying) : [];
  if (parameter !== undefined)
    throw new Problem("unsupported-parameter", `${parameter} stands beside a layer, with fl_layer_apply.`, {
      parameter,
    });
  return resolved;
};

/** The parameters that speak of how a layer is laid. */
export const layingParameters = (laying: Laying): readonly string[] => [
  ...(laying.blend ? [`e_${laying.blend.mode}`] : []),
  ...(laying.cuts ? [laying.cuts === "mask" ? "e_mask" : "fl_cutter"] : []),
  ...(laying.isTiled ? ["fl_tiled"] : []),
  ...(laying.grainPercent !== undefined ? ["e_anti_removal"] : []),
  ...(laying.splice ? ["fl_splice"] : []),
  ...(laying.transition ? ["e_transition"] : []),
  ...(laying.isRelative ? ["fl_relative"] : []),
];

/** One component passes these in this order, wherever its parameters stood. */
export const STAGES: readonly Stage[] = [
  beside,
  trim,
  retime,
  onCanvas(cutBars),
  onCanvas(turnPicture),
  onCanvas(sizePicture),
  onCanvas((canvas, edit, resolved) => editRegion(canvas, edit, lengthOf(resolved))),
  onCanvas(keyOut),
  onCanvas((canvas, edit, resolved) => withEffects(canvas, edit, lengthOf(resolved))),
  onCanvas(framePicture),
  sound,
  drawSound,
];

/** What an edit makes of a chain's state so far. */
export const applyEdit = (resolved: Programme, edit: Edit): Programme =>
  STAGES.reduce((staged, stage) => stage(staged, edit), resolved);

/** Values for the whole delivery: the last component that sets one wins. */
export const encodingOf = (edits: readonly Edit[]): Encoding =>
  Object.assign({}, ...edits.map((edit) => edit.encoding));

/** Apple's authoring specification 1.19. */
const MAX_FRAME_RATE = rational(60);

/** ffmpeg rounds frame rates whose numerator or denominator is larger (`av_parse_video_rate`). */
const MAX_FRAME_RATE_TERM = 1_001_000;

/** The constant frame rate of the output: the source's own, moved into the bounds that the URL and players set. */
export function frameRateOf(source: Source, encoding: Encoding): Rational {
  const { video } = source;
  // Without a picture the grid counts AAC frames. Where a URL leaves the picture out the sound keeps the picture's
  // grid, and so its segments.
  if (!video) return divide(rational(soundRate(source.audio[0], encoding)), rational(AAC_FRAME_SAMPLES));
  const { min, max } = encoding.frameRate ?? {};
  let rate = video.frameRate;
  if (compare(rate, MAX_FRAME_RATE) > 0) rate = MAX_FRAME_RATE;
  if (min && compare(rate, min) < 0) rate = min;
  if (max && compare(rate, max) > 0) rate = max;
  return approximate(rate, MAX_FRAME_RATE_TERM);
}

/** Samples a second of the output: what the URL asks for or the source has, where decoders take it, else 48 kHz. */
export function soundRate(track: AudioTrack | undefined, encoding: Encoding): number {
  const wanted = typeof encoding.sampleRate === "number" ? encoding.sampleRate : track?.sampleRate;
  return wanted !== undefined && OUTPUT_SAMPLE_RATES.includes(wanted) ? wanted : 48_000;
}

/** What the stream of a track is coded in. */
const colourOf = (track: VideoTrack, { keepsHighRange }: Encoding): OutputColour =>
  (keepsHighRange && highRangeColour(track)) || outputColour(track);

/** A source before anything is done to it. */
export function resolvedSource(source: Source, { encoding }: { encoding: Encoding }): Programme {
  return {
    source,
    timeline: wholeTimeline(source, frameRateOf(source, encoding)),
    ...(source.video &&
      encoding.videoCodec !== "none" && { canvas: canvasOf(source.video, colourOf(source.video, encoding)) }),
    sound: [],
  };
}

/** Whether the output drops pictures of the source, which calls for a bias against ties (see `jobs/frame-filters.ts`). */
export const dropsFrames = (source: Source, frameRate: Rational): boolean =>
  source.video !== undefined && toNumber(frameRate) < toNumber(source.video.frameRate) * 0.999;
