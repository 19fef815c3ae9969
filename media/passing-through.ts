/** Passing through: whether a plan's picture or sound may be the source's own packets, and what a playlist states of them. */

import { divide, equals, multiply, type Rational, rational, toNumber } from "#transformation";
import { AUDIO_CODECS } from "./audio-codecs.ts";
import { VIDEO_CODECS } from "./codecs.ts";
import { copiedOverheadBytes } from "./copied-samples.ts";
import { PASSING } from "./copyable.ts";
import {
  AAC_FRAME_SAMPLES,
  audioSegmentStart,
  sampleAt,
  secondsOf,
  segmentCount,
  segmentFrames,
  segmentStart,
} from "./grid.ts";
import { isSameSize, ladderBits, type Size } from "./ladder.ts";
import type { DeliveryPlan } from "./plan.ts";
import type { AudioRendition, VideoRendition } from "./renditions.ts";
import type { Copyable } from "./source.ts";
import { frameRateOf } from "./stages.ts";
import { plainPart } from "./timeline.ts";

/** The source's frame that a copied output begins with; undefined where its segments do not lie on the source's own GOPs. */
function copiedFrom({ source, timeline, grid, waveform }: DeliveryPlan, copyable: Copyable): number | undefined {
  const part = plainPart(timeline);
  const { gopFrames, frames } = copyable;
  const isOwnGrid = grid.gopFrames === gopFrames && equals(grid.frameRate, frameRateOf(source, {}));
  if (!part || waveform || !isOwnGrid) return undefined;
  const end = part.from + part.frames;
  return part.from % gopFrames === 0 && (end === frames || (end < frames && end % gopFrames === 0))
    ? part.from
    : undefined;
}

interface Rates {
  readonly bandwidth: number;
  readonly averageBandwidth: number;
}

/** Bits a second as they are: of the segment that takes most, and of all. */
function ratesOf(
  { grid }: DeliveryPlan,
  { copyable: { gopBytes, gopFrames }, from }: { readonly copyable: Copyable; readonly from: number },
  media: "video" | "audio",
  segment: (number: number) => { readonly samples: number; readonly seconds: Rational },
): Rates {
  let [peak, bits, seconds] = [0, 0, 0];
  for (let number = 0; number < segmentCount(grid); number++) {
    const [first, end] = [segmentStart(grid, number), segmentStart(grid, number + 1)];
    const gops = gopBytes.slice((from + first) / gopFrames, Math.ceil((from + end) / gopFrames));
    const { samples, seconds: length } = segment(number);
    const own = 8 * (gops.reduce((sum, bytes) => sum + bytes, 0) + copiedOverheadBytes(media, samples));
    peak = Math.max(peak, own / toNumber(length));
    bits += own;
    seconds += toNumber(length);
  }
  return { bandwidth: Math.ceil(peak), averageBandwidth: Math.ceil(bits / seconds) };
}

/** Whether the picture is the source's own, and the URL asks for nothing of how it is coded. */
function leavesPicture({ source, canvas, encoding }: DeliveryPlan, size: Size): boolean {
  const { video } = source;
  const { quality, maxBitsPerSecond, isConstantRate, codecTuning } = encoding;
  const isOwnPicture =
    video !== undefined &&
    canvas?.decoded === video &&
    canvas.steps.length === 0 &&
    canvas.colour.range === undefined &&
    isSameSize(canvas.size, video) &&
    isSameSize(size, video);
  // Lower levels of q_auto ask for fewer bits than a source has.
  const asksForNothing = !quality || ("auto" in quality && ["good", "best"].includes(quality.auto));
  return isOwnPicture && asksForNothing && !maxBitsPerSecond && !isConstantRate && !codecTuning;
}

/** The source's own picture instead of an encode of it, where it is that and takes no more bits; else the encode. */
export function copiedPicture(plan: DeliveryPlan, encoded: VideoRendition): VideoRendition {
  const { video } = plan.source;
  const { codec, rung, stream } = encoded;
  const { relativeBits, peakOverCap } = VIDEO_CODECS[codec];
  if (!video?.copyable || PASSING[codec].sourceCodec !== video.codec || !leavesPicture(plan, stream)) return encoded;
  const { copyable } = video;
  const from = copiedFrom(plan, copyable);
  if (from === undefined) return encoded;
  const rates = ratesOf(plan, { copyable, from }, "video", (number) => {
    const samples = segmentFrames(plan.grid, number);
    return { samples, seconds: secondsOf(samples, plan.grid.frameRate) };
  });
  if (rates.bandwidth > ladderBits(stream, stream.frameRate) * relativeBits * peakOverCap) return encoded;
  const id = `${rung?.name ?? "full"}-${codec}-copy`;
  return { ...encoded, ...rates, id, codecString: copyable.codecString, copied: copyable };
}

/** The same for sound, whose frames of AAC must lie on the grid where the picture is cut. */
export function copiedSound(plan: DeliveryPlan, encoded: AudioRendition): AudioRendition {
  const { source, sound, encoding, grid } = plan;
  const { track, sampleRate } = encoded;
  const { copyable } = track;
  const isTouched = sound.length > 0 || encoding.isMono || sampleRate !== track.sampleRate;
  if (!copyable || isTouched || !source.audio.includes(track)) return encoded;
  const from = copiedFrom(plan, copyable);
  if (from === undefined || copiedZero(plan, from, sampleRate) === undefined) return encoded;
  const rates = ratesOf(plan, { copyable, from }, "audio", (number) => {
    const samples = audioSegmentStart(grid, number + 1, sampleRate) - audioSegmentStart(grid, number, sampleRate);
    return { samples, seconds: rational(samples * AAC_FRAME_SAMPLES, sampleRate) };
  });
  if (rates.bandwidth > AUDIO_CODECS.aac.peakBitsPerSecond) return encoded;
  const { codecString } = copyable;
  return { ...encoded, ...rates, id: `${encoded.id}-copy`, channels: track.channels, codecString, copied: copyable };
}

/** The sample of the source that is a copied output's zero; undefined where no frame of AAC begins with it. */
function copiedZero({ grid }: DeliveryPlan, from: number, sampleRate: number): number | undefined {
  const exact = multiply(secondsOf(from, grid.frameRate), rational(sampleRate));
  const zero = sampleAt(from, grid.frameRate, sampleRate);
  return divide(exact, rational(AAC_FRAME_SAMPLES)).den === 1 ? zero : undefined;
}

const pixels = ({ stream }: VideoRendition): number => stream.width * stream.height;

/**
 * Without renditions that may take as many bits as a copy takes for a larger picture: players go by the rate that is
 * stated, and would take the smaller picture for the better one.
 */
export const withoutExceeding = (renditions: readonly VideoRendition[]): readonly VideoRendition[] =>
  renditions.filter(
    (rendition) =>
      !renditions.some(
        (other) =>
          other.copied &&
          other.codec === rendition.codec &&
          pixels(other) > pixels(rendition) &&
          other.bandwidth <= rendition.bandwidth,
      ),
  );
