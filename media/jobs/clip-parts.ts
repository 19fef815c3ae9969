/** What makes clips and files of sound. */

import { multiply, Problem, round, toNumber } from "#transformation";
import { encoderFilters } from "../canvas.ts";
import type { Option, VideoStream } from "../codecs.ts";
import {
  FILE_AUDIO_CODECS,
  FILE_VIDEO_CODECS,
  type FileAudioCodec,
  type FileAudioCodecName,
  type FileVideoCodec,
  type FileVideoCodecName,
} from "../formats/file-codecs.ts";
import type { Format, HeldAudio } from "../formats/index.ts";
import { sampleAt, secondsOf, videoTiming } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import { type AudioRendition, audioRenditions, fullStream } from "../renditions.ts";
import { earlierSeek } from "../seek.ts";
import { plainPart } from "../timeline.ts";
import type { JobInput } from "./job.ts";
import { pictures } from "./pictures.ts";
import { sounds } from "./sounds.ts";
import type { WholeParts, WholeStream } from "./whole-job.ts";

type ClipFormat = Extract<Format, { kind: "clip" }>;
type SoundFormat = Extract<Format, { kind: "sound" }>;

/** Longer ones are for `.m3u8`: a file is made whole before its first byte leaves. */
export const MAX_CLIP_SECONDS = 60;
export const MAX_SOUND_SECONDS = 1800;

function checkLength(plan: DeliveryPlan, extension: string, maxSeconds: number): void {
  const seconds = toNumber(secondsOf(plan.grid.frames, plan.grid.frameRate));
  if (seconds <= maxSeconds) return;
  throw new Problem(
    "clip-too-long",
    `A .${extension} may last ${maxSeconds} s; this would last ${seconds.toFixed(1)} s. Cut it with so_, eo_ or du_, or stream it as .m3u8.`,
    { parameter: "du", expected: `at most ${maxSeconds} seconds` },
  );
}

/** What every player of the container has; another codec only where the URL asks for it and the container holds it. */
export function clipCodec(
  { encoding }: DeliveryPlan,
  held: readonly [FileVideoCodecName, ...FileVideoCodecName[]],
  extension: string,
): FileVideoCodecName {
  const { videoCodec = "auto" } = encoding;
  return videoCodec === "none" ? held[0] : heldCodec("vc", videoCodec, held, extension);
}

/** The codec that is asked for, of those that a format holds; throws `unsupported-format` for others. */
function heldCodec<Name extends string>(
  parameter: "vc" | "ac",
  asked: string,
  held: readonly [Name, ...Name[]],
  extension: string,
): Name {
  const codec = asked === "auto" ? held[0] : held.find((name) => name === asked);
  if (codec) return codec;
  throw new Problem("unsupported-format", `A .${extension} holds ${held.join(", ")} here, not ${asked}.`, {
    parameter,
    nearest: `${parameter}_${held[0]}`,
  });
}

/** As of the picture's codec; what has no sound to hold names the usual one. */
export const heldSound = ({ encoding }: DeliveryPlan, held: HeldAudio, extension: string): FileAudioCodecName =>
  encoding.audioCodec === "none" ? held[0] : heldCodec("ac", encoding.audioCodec ?? "auto", held, extension);

/** The job for a clip; throws `clip-too-long` beyond the bound, naming what shortens it. */
export function clipParts(plan: DeliveryPlan, format: ClipFormat, extension: string): WholeParts {
  checkLength(plan, extension, MAX_CLIP_SECONDS);
  const picture = clipVideo(plan, clipCodec(plan, format.video, extension), format.takesAlpha ?? false);
  const sounding = heldSound(plan, format.audio, extension);
  const alone = clipAudio(plan, sounding, 0);
  // Picture and sound of one part of the source are read together, those of several, or of layers, each by itself.
  const isOnePart =
    plainPart(plan.timeline) !== undefined &&
    [picture, alone].every((reading) => (reading?.inputs.length ?? 0) <= 1) &&
    !alone?.inputs.some(({ unpacked }) => unpacked);
  const sound = isOnePart ? alone : clipAudio(plan, sounding, picture?.inputs.length ?? 0);
  const inputs = [...(picture?.inputs ?? []), ...(sound?.inputs ?? [])];
  return {
    inputs: isOnePart ? [earliest(inputs)] : inputs,
    ...(picture && { video: picture.stream }),
    ...(sound && { audio: sound.stream }),
    muxer: format.muxer(videoTiming(plan.grid.frameRate).timescale),
    needsFile: true,
  };
}

/** The sound alone; throws `no-sound` where there is none. */
export function soundParts(plan: DeliveryPlan, format: SoundFormat, extension: string): WholeParts {
  checkLength(plan, extension, MAX_SOUND_SECONDS);
  const sound = clipAudio(plan, heldSound(plan, format.audio, extension), 0);
  if (!sound) throw new Problem("no-sound", "There is no sound in this video.", { parameter: "f" });
  return { inputs: sound.inputs, audio: sound.stream, muxer: format.muxer, needsFile: true };
}

function earliest(inputs: readonly JobInput[]): JobInput {
  const nearest = inputs.map(({ seeks }) => seeks[0] ?? null).reduce(earlierSeek);
  return { seeks: nearest === null ? [null] : [nearest, null] };
}

interface StreamReading {
  readonly inputs: readonly JobInput[];
  readonly stream: WholeStream;
}

/**
 * The stream that H.264 would have, at the codec's own rate, with key pictures as far apart as is asked for.
 * @throws Problem `invalid-value` where the codec cannot make it as it is asked for
 */
function fileStream(plan: DeliveryPlan, codec: FileVideoCodecName): VideoStream | undefined {
  const { encoding, grid } = plan;
  const { relativeBits, holdsConstantRate = false }: FileVideoCodec = FILE_VIDEO_CODECS[codec];
  if (encoding.isConstantRate && !holdsConstantRate)
    throw new Problem("invalid-value", `${codec} keeps to no constant rate here; leave out :constant.`, {
      parameter: "br",
    });
  const name = codec === "h265" || codec === "av1" ? codec : "h264";
  const stream = fullStream(plan, name);
  if (!stream) return undefined;
  const { keyframeSeconds } = encoding;
  const gopFrames = keyframeSeconds ? Math.max(1, round(multiply(keyframeSeconds, grid.frameRate))) : stream.gopFrames;
  const maxBitsPerSecond =
    name === codec ? stream.maxBitsPerSecond : (encoding.maxBitsPerSecond ?? stream.maxBitsPerSecond * relativeBits);
  return { ...stream, gopFrames, maxBitsPerSecond };
}

function clipVideo(
  plan: DeliveryPlan,
  codec: FileVideoCodecName,
  containerTakesAlpha: boolean,
): StreamReading | undefined {
  const { canvas, source } = plan;
  const stream = fileStream(plan, codec);
  if (!source.video || !canvas || !stream) return undefined;
  const { options, alphaOptions, pixelFormats }: FileVideoCodec = FILE_VIDEO_CODECS[codec];
  const takesAlpha = containerTakesAlpha && alphaOptions !== undefined;
  const { inputs, ...reading } = pictures(plan, source.video, { start: 0, frames: plan.grid.frames });
  const keepsAlpha = takesAlpha && canvas.isSeenThrough;
  const own = pixelFormats?.[keepsAlpha ? 1 : 0];
  const filters = [
    ...reading.filters,
    ...encoderFilters(canvas, stream, takesAlpha),
    ...(own === undefined ? [] : [{ name: "format", options: { pix_fmts: own } }]),
  ];
  const encoder = [...options(stream), ...(keepsAlpha ? alphaOptions : [])];
  return { inputs, stream: { ...reading, filters, encoder } };
}

/** The track that is heard, at the rate that is asked for, or where the codec does not know that one at its usual one. */
export function renditionFor(plan: DeliveryPlan, codec: FileAudioCodecName): AudioRendition | undefined {
  const all = audioRenditions(plan);
  const rendition = all.find(({ track }) => track.isDefault) ?? all[0];
  if (!rendition) return undefined;
  const { sampleRates }: FileAudioCodec = FILE_AUDIO_CODECS[codec];
  // Files are no streams, whose rates are those that every player of AAC takes.
  const { sampleRate: asked } = plan.encoding;
  const wanted = typeof asked === "number" ? asked : rendition.sampleRate;
  return {
    ...rendition,
    sampleRate: !sampleRates || sampleRates.includes(wanted) ? wanted : (sampleRates[0] as number),
  };
}

/** @param firstInput how many inputs of the job come before those of the sound */
function clipAudio(plan: DeliveryPlan, codec: FileAudioCodecName, firstInput: number): StreamReading | undefined {
  const rendition = renditionFor(plan, codec);
  if (!rendition) return undefined;
  const span = { from: 0, to: sampleAt(plan.grid.frames, plan.grid.frameRate, rendition.sampleRate) };
  const { inputs, ...reading } = sounds(plan, rendition, span, firstInput);
  const shape: readonly Option[] = [
    ["-ar", String(rendition.sampleRate)],
    ["-ac", String(rendition.channels)],
  ];
  return { inputs, stream: { ...reading, encoder: [...FILE_AUDIO_CODECS[codec].options, ...shape] } };
}
