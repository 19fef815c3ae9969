/** Renditions: everything a plan can be played as, with the numbers that a playlist states of each. */

import { toNumber, type VideoCodecName } from "#transformation";
import { appraisalOf, type DecidedRate, decidedRate } from "./appraisal/deciding.ts";
import { AUDIO_CODECS } from "./audio-codecs.ts";
import { makes, notMade } from "./codec-tuning.ts";
import { qualityOf, VIDEO_CODEC_NAMES, VIDEO_CODECS, type VideoStream } from "./codecs.ts";
import { secondsOf, segmentCount, segmentFrames } from "./grid.ts";
import { LADDER, ladderBits, type Rung, rungsFor, type Size, streamSize } from "./ladder.ts";
import { copiedPicture, copiedSound } from "./passing-through.ts";
import type { DeliveryPlan } from "./plan.ts";
import { soundTracks } from "./programme.ts";
import type { AudioTrack, Copyable, CopyablePicture } from "./source.ts";

export interface VideoRendition {
  readonly kind: "video";
  /**
   * `720p-av1`, or `full-h264` for the transformation's own size; of an appraised source `720p-av1-f41-1200k`; where it is
   * copied `720p-h264-copy`.
   */
  readonly id: string;
  readonly codec: VideoCodecName;
  /** Absent for the transformation's own size. */
  readonly rung?: Rung;
  readonly stream: VideoStream;
  readonly codecString: string;
  /** Bits a second of the picture alone: the peak, and the mean. */
  readonly bandwidth: number;
  readonly averageBandwidth: number;
  readonly score: number;
  /** Set where its samples are the source's own. */
  readonly copied?: CopyablePicture;
}

/** Key pictures alone, for trick play: one small picture each, encoded when it is looked at. */
export interface KeyframeRendition {
  readonly kind: "keyframes";
  /** `iframes-av1`. */
  readonly id: string;
  readonly codec: VideoCodecName;
  readonly stream: VideoStream;
  readonly codecString: string;
  readonly bandwidth: number;
}

export interface AudioRendition {
  readonly kind: "audio";
  /** `audio0-aac`: the track's position among the source's audio tracks. */
  readonly id: string;
  readonly position: number;
  readonly track: AudioTrack;
  readonly sampleRate: number;
  readonly channels: number;
  readonly codecString: string;
  readonly bandwidth: number;
  readonly averageBandwidth: number;
  /** Set where its samples are the source's own. */
  readonly copied?: Copyable;
}

export type Rendition = VideoRendition | KeyframeRendition | AudioRendition;

/** Bytes of a segment that are no samples: `styp`, `moof` with a run entry a sample, the `mdat` header. */
const overheadBits = (samples: number): number => 8 * (24 + 112 + 12 * samples + 8);

/**
 * The declared peak: the cap, what encoders go beyond it, and for a film shorter than the rate control's buffer the
 * half-full buffer that its first picture may spend at once.
 */
function peakBits(stream: VideoStream, codec: VideoCodecName, plan: DeliveryPlan): number {
  const first = segmentFrames(plan.grid, 0);
  const seconds = toNumber(secondsOf(first, stream.frameRate));
  const burst = 1 + Math.max(0, 0.5 / seconds - 0.25);
  return stream.maxBitsPerSecond * VIDEO_CODECS[codec].peakOverCap * burst + overheadBits(first) / seconds;
}

/** One rendition a language: the source's tracks, down-mixed to stereo, which every player has, or to one channel. */
export const audioRenditions = (plan: DeliveryPlan): readonly AudioRendition[] =>
  plan.wantsSound
    ? soundTracks(plan).map((track, position) =>
        copiedSound(plan, {
          kind: "audio",
          id: `audio${position}-aac`,
          position,
          track,
          sampleRate: plan.soundRate(track),
          channels: plan.encoding.isMono ? 1 : 2,
          codecString: AUDIO_CODECS.aac.codecString,
          bandwidth: AUDIO_CODECS.aac.peakBitsPerSecond,
          averageBandwidth: AUDIO_CODECS.aac.bitsPerSecond,
        }),
      )
    : [];

/** Apple's authoring specification, tables of 1.25: what HEVC takes for HDR over what it takes for SDR. */
const HIGH_RANGE_BITS = 1.2;

/** @param isRung whether it is one of several rungs, whose rates a wish bounds but does not raise */
function streamOf(plan: DeliveryPlan, size: Size, codec: VideoCodecName, isRung = false): VideoStream | undefined {
  const { video } = plan.source;
  // A drawing of sound is one picture.
  if (!video || !plan.canvas || plan.encoding.isWaveform) return undefined;
  const { grid, encoding } = plan;
  const { colour } = plan.canvas;
  const ranged = colour.range ? HIGH_RANGE_BITS : 1;
  const cap = ladderBits(size, grid.frameRate) * VIDEO_CODECS[codec].relativeBits * ranged;
  const wish = encoding.maxBitsPerSecond ?? cap;
  return {
    ...size,
    frameRate: grid.frameRate,
    gopFrames: grid.gopFrames,
    maxBitsPerSecond: Math.round(isRung ? Math.min(cap, wish) : wish),
    ...(encoding.isConstantRate && { isConstantRate: true }),
    quality: qualityOf(encoding),
    ...(encoding.codecTuning && codec === encoding.videoCodec && { tuning: encoding.codecTuning }),
    colour,
  };
}

/** The stream of a rung as the ladder has it. */
export const rungStream = (plan: DeliveryPlan, size: Size, codec: VideoCodecName): VideoStream | undefined =>
  streamOf(plan, size, codec, true);

/** The rate that the source's appraisal has led to, where it holds for what is asked. */
function decidedFor(plan: DeliveryPlan, stream: VideoStream, codec: VideoCodecName): DecidedRate | undefined {
  const appraisal = appraisalOf(plan);
  const { quality, maxBitsPerSecond: cap } = stream;
  return appraisal && decidedRate(appraisal, { codec, size: stream, quality, cap });
}

/** Bytes never change under a key, and a source is appraised while it is watched: its keys hold what was decided. */
const spelledRate = ({ rateFactor, maxBitsPerSecond }: DecidedRate): string =>
  `-f${rateFactor}-${Math.round(maxBitsPerSecond / 1000)}k`;

/** Whether a rendition's name holds what an appraisal has decided. */
export const spellsRate = (id: string): boolean => /-f\d+-\d+k$/.test(id);

/** The plan as it was before its source was appraised: players hold playlists of that time, too. */
export const unappraised = (plan: DeliveryPlan): DeliveryPlan => {
  const { appraisal, ...source } = plan.source;
  return appraisal ? { ...plan, source, rungs: plan.rungs.map(unappraised) } : plan;
};

function videoRendition(
  plan: DeliveryPlan,
  codec: VideoCodecName,
  size: Size,
  rung: Rung | undefined,
): VideoRendition | undefined {
  const laddered = streamOf(plan, size, codec, rung !== undefined);
  if (!laddered || !makes(codec, laddered)) return undefined;
  const decided = decidedFor(plan, laddered, codec);
  const { averageBitsPerSecond, ...rate } = decided ?? { averageBitsPerSecond: laddered.maxBitsPerSecond };
  const stream = { ...laddered, ...rate };
  const peak = peakBits(stream, codec, plan);
  // Of a single segment the mean is the peak.
  const average = segmentCount(plan.grid) > 1 ? averageBitsPerSecond : peak;
  return {
    kind: "video",
    id: `${rung?.name ?? "full"}-${codec}${decided ? spelledRate(decided) : ""}`,
    codec,
    ...(rung && { rung }),
    stream,
    codecString: VIDEO_CODECS[codec].codecString(stream),
    bandwidth: Math.ceil(peak),
    averageBandwidth: Math.ceil(average),
    // By size first, then by range and codec: a client that plays several takes the best one of the largest size it can.
    score:
      (rung ? LADDER.indexOf(rung) + 1 : 1) + (stream.colour.range ? 0.5 : 0) + VIDEO_CODECS[codec].preference / 10,
  };
}

/** All rungs of the ladder that the picture fills, in every codec. */
export const ladderRenditions = (plan: DeliveryPlan): readonly VideoRendition[] =>
  VIDEO_CODEC_NAMES.flatMap((codec) =>
    plan.canvas ? rungsFor(plan.canvas.size).map(({ rung, size }) => videoRendition(plan, codec, size, rung)) : [],
  )
    .filter((rendition) => rendition !== undefined)
    .map((rendition) => copiedPicture(plan, rendition));

/** The transformation's own size, in every codec: what `.m3u8` plays without a streaming profile. */
export const fullRenditions = (plan: DeliveryPlan): readonly VideoRendition[] =>
  VIDEO_CODEC_NAMES.map((codec) => plan.canvas && videoRendition(plan, codec, streamSize(plan.canvas.size), undefined))
    .filter((rendition) => rendition !== undefined)
    .map((rendition) => copiedPicture(plan, rendition));

/**
 * What a codec is asked for at the transformation's own size; undefined where there is no picture.
 * @throws Problem `invalid-value` for a picture beyond the level that is asked for, or too small for the codec
 */
export function fullStream(plan: DeliveryPlan, codec: VideoCodecName): VideoStream | undefined {
  const stream = plan.canvas && streamOf(plan, streamSize(plan.canvas.size), codec);
  if (stream && !makes(codec, stream)) throw notMade(codec, stream);
  return stream;
}

/** Trick play needs no more lines than this. */
const KEYFRAME_LINES = 360;

/** A first picture spends half of the rate control's buffer, which holds a second of the cap, and some more. */
const KEYFRAME_SHARE_OF_CAP = 0.6;

function keyframeRendition(plan: DeliveryPlan, codec: VideoCodecName): KeyframeRendition | undefined {
  if (!plan.canvas) return undefined;
  const rungs = rungsFor(plan.canvas.size);
  const { size } = rungs.findLast(({ rung }) => rung.lines <= KEYFRAME_LINES) ?? (rungs[0] as { size: Size });
  const stream = streamOf(plan, size, codec, true);
  if (!stream || !makes(codec, stream)) return undefined;
  const gopSeconds = toNumber(secondsOf(Math.min(plan.grid.gopFrames, plan.grid.frames), plan.grid.frameRate));
  const bandwidth = Math.ceil((stream.maxBitsPerSecond * KEYFRAME_SHARE_OF_CAP + overheadBits(1)) / gopSeconds);
  return {
    kind: "keyframes",
    id: `iframes-${codec}`,
    codec,
    stream,
    codecString: VIDEO_CODECS[codec].codecString(stream),
    bandwidth,
  };
}

/** Key pictures in every codec: a player that plays one codec goes on with it while its viewer looks for something. */
export const keyframeRenditions = (plan: DeliveryPlan): readonly KeyframeRendition[] =>
  VIDEO_CODEC_NAMES.map((codec) => keyframeRendition(plan, codec)).filter((rendition) => rendition !== undefined);
