/** What an origin says of itself: how it encodes (its recipe) and how fast (measured when it first starts). */

import { type Rational, toNumber, type VideoCodecName } from "#transformation";
import { VIDEO_CODECS } from "./codecs.ts";
import { secondsOf } from "./grid.ts";
import type { Size } from "./ladder.ts";
import type { Source } from "./source.ts";

/**
 * Raised whenever what this repository asks of an encoder changes, so that bytes never change under a key. The
 * origin adds a fingerprint of its ffmpeg and encoders.
 */
export const RECIPE_NUMBER = 3;

/** Wall-clock cost of a cold segment: a constant, and a price for each megapixel. */
export interface EncodeSpeed {
  readonly startSeconds: number;
  readonly secondsPerMegapixel: number;
}

export interface OriginBuild {
  /** `r<number><fingerprint>`: lower-case letters and digits, part of every key. */
  readonly recipe: string;
  readonly speeds: Readonly<Partial<Record<VideoCodecName, EncodeSpeed>>>;
  readonly decodeSecondsPerMegapixel: number;
}

/** Decoding what was coded later costs more; relative to H.264, measured with ffmpeg's own decoders. */
const DECODE_COST: Readonly<Record<string, number>> = { hevc: 1.3, av1: 1.4, vp9: 1.1, prores: 1.5 };

/** Frames between the key picture that a seek lands on and the segment's first, on average. */
function seekFrames({ video }: Source): number {
  const keys = video?.keyframes?.pts;
  if (!video || !keys || keys.length < 2) return 0;
  const seconds = (((keys.at(-1) ?? 0) - (keys[0] ?? 0)) / (keys.length - 1)) * toNumber(video.timeBase);
  return (seconds / 2) * toNumber(video.frameRate);
}

/** Expected wall-clock seconds for a cold segment of some frames, on an idle origin; `pace` of 2 plays twice as fast. */
export function coldSeconds(
  build: OriginBuild,
  codec: VideoCodecName,
  job: { source: Source; size: Size; frameRate: Rational; frames: number; pace?: number },
): number {
  const speed = build.speeds[codec];
  if (!speed || !job.source.video) return Number.POSITIVE_INFINITY;
  const { video } = job.source;
  const sourceSeconds = toNumber(secondsOf(job.frames, job.frameRate)) * (job.pace ?? 1);
  const sourceFrames = sourceSeconds * toNumber(video.frameRate) + seekFrames(job.source);
  const decodePrice = build.decodeSecondsPerMegapixel * (DECODE_COST[video.codec] ?? 1);
  const decode = (decodePrice * sourceFrames * video.width * video.height) / 1e6;
  return (
    speed.startSeconds + decode + (speed.secondsPerMegapixel * job.frames * job.size.width * job.size.height) / 1e6
  );
}

/** Whether an origin makes cold segments of a codec at a size in well under their playing time. */
export function keepsUp(build: OriginBuild, codec: VideoCodecName, job: Parameters<typeof coldSeconds>[2]): boolean {
  const playing = toNumber(secondsOf(job.frames, job.frameRate));
  return coldSeconds(build, codec, job) <= VIDEO_CODECS[codec].coldShare * playing;
}
