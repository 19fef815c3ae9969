/** STAGES: how a chain of edits is resolved against a source, in an order that can be read aloud. */

import {
  approximate,
  compare,
  divide,
  type Edit,
  type Encoding,
  type Filter,
  Problem,
  type Rational,
  rational,
  toNumber,
  type Volume,
} from "#transformation";
import { OUTPUT_SAMPLE_RATES } from "./codecs.ts";
import { AAC_FRAME_SAMPLES } from "./grid.ts";
import { type Canvas, canvasOf, sizePicture, turnPicture } from "./picture.ts";
import type { AudioTrack, Source } from "./source.ts";
import { type Timeline, trimTimeline, wholeTimeline } from "./timeline.ts";

/** What a chain of edits has come to. */
export interface Resolved {
  readonly timeline: Timeline;
  /** Absent where the source has no picture, or the URL wants none. */
  readonly canvas?: Canvas;
  readonly soundFilters: readonly Filter[];
}

type Stage = (resolved: Resolved, edit: Edit) => Resolved;

const trim: Stage = (resolved, edit) =>
  edit.start || edit.end || edit.duration ? { ...resolved, timeline: trimTimeline(resolved.timeline, edit) } : resolved;

const onCanvas =
  (change: (canvas: Canvas, edit: Edit) => Canvas): Stage =>
  (resolved, edit) =>
    resolved.canvas ? { ...resolved, canvas: change(resolved.canvas, edit) } : resolved;

function loudness(change: Volume): Filter {
  const factor = "decibels" in change ? `${change.decibels}dB` : String((100 + change.percent) / 100);
  return { name: "volume", options: { volume: factor } };
}

const sound: Stage = (resolved, edit) =>
  edit.volume ? { ...resolved, soundFilters: [...resolved.soundFilters, loudness(edit.volume)] } : resolved;

/** One component passes these in this order, wherever its parameters stood. */
export const STAGES: readonly Stage[] = [trim, onCanvas(turnPicture), onCanvas(sizePicture), sound];

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

/** Resolves a chain of edits against a source; throws `empty-clip`, `no-picture`, `no-sound`. */
export function resolve(edits: readonly Edit[], source: Source): Resolved & { encoding: Encoding } {
  const encoding = encodingOf(edits);
  const wantsPicture = encoding.videoCodec !== "none";
  if (!wantsPicture && source.audio.length === 0)
    throw new Problem("no-sound", "vc_none leaves nothing of a video without sound.", { parameter: "vc" });
  const start: Resolved = {
    timeline: wholeTimeline(source, frameRateOf(source, encoding)),
    ...(source.video && wantsPicture && { canvas: canvasOf(source.video) }),
    soundFilters: [],
  };
  const resolved = edits.reduce((state, edit) => STAGES.reduce((staged, stage) => stage(staged, edit), state), start);
  return { ...resolved, encoding };
}

/** Whether the output drops pictures of the source, which calls for a bias against ties (see `jobs/frame-filters.ts`). */
export const dropsFrames = (source: Source, frameRate: Rational): boolean =>
  source.video !== undefined && toNumber(frameRate) < toNumber(source.video.frameRate) * 0.999;
