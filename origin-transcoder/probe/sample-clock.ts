/** Finds out how a track's time stamps relate to its samples. Pure. */

import { countsSamples, type SampleClock, type SampleRegion } from "#media";
import { multiply, type Rational, rational, round } from "#transformation";
import type { PacketList, ProbedFrame, ProbedStream } from "./ffprobe.ts";

/** Beyond this picture and sound come apart for the ear: the count gives way to the time stamps. */
const MAX_EXCESS_SECONDS = 0.05;

/** More regions than this are no jumps but a codec whose frames vary. */
const MAX_REGIONS = 200;

/** Frames of varying length, told by blockClock. */
export const VARIABLE_FRAME_CODECS: ReadonlySet<string> = new Set(["vorbis"]);

/** The clock, or undefined where time stamps count samples exactly, or nothing better is to be had. */
export function sampleClock(
  { codec_name: codec }: ProbedStream,
  heard: readonly ProbedFrame[],
  packets: PacketList,
  { timeBase, sampleRate }: { timeBase: Rational; sampleRate: number },
): SampleClock | undefined {
  const lengths = heard.slice(1, -1).map((frame) => frame.nb_samples);
  const [frameSamples] = lengths;
  const second = heard[1]?.pts;
  if (frameSamples === undefined || second === undefined || lengths.some((length) => length !== frameSamples))
    return undefined;
  if (VARIABLE_FRAME_CODECS.has(codec ?? "")) return undefined;
  const toSamples = (ticks: number) => round(multiply(multiply(rational(ticks), timeBase), rational(sampleRate)));
  const stamps = packets.head.map(({ pts }) => pts).filter((pts) => pts !== undefined);
  const starts = withoutUnheard(stamps, heard).map(toSamples);
  const exact = countsSamples(timeBase, sampleRate);
  const [zeroth = 0, next = zeroth + frameSamples] = starts;
  // Phones cut or stretch the first frame where an edit begins: the count begins with it all the same.
  const isEdited = Math.abs(next - zeroth - frameSamples) > frameSamples / 4;
  const first: SampleRegion = {
    fromSample: Number.MIN_SAFE_INTEGER,
    excessSamples: 0,
    phaseSamples: modulo(isEdited ? zeroth : toSamples(second), frameSamples),
  };
  const regions = packets.complete ? regionsOf(starts, frameSamples, sampleRate, first) : [first];
  if (regions.length > MAX_REGIONS) return undefined;
  return exact && regions.length === 1 ? undefined : { frameSamples, regions };
}

/** A first packet may prime the decoder and make no sound: the next one has the same time stamp then. */
function withoutUnheard(stamps: readonly number[], heard: readonly ProbedFrame[]): readonly number[] {
  const primes = stamps[0] === stamps[1] && stamps[0] === heard[0]?.pts && heard[0]?.pts !== heard[1]?.pts;
  return primes ? stamps.slice(1) : stamps;
}

const modulo = (number: number, length: number): number => ((number % length) + length) % length;

/** Counts frame after frame, and notes where the time stamps have drifted from the count by a quarter of a frame. */
function regionsOf(
  starts: readonly number[],
  frameSamples: number,
  sampleRate: number,
  first: SampleRegion,
): readonly SampleRegion[] {
  const regions = [first];
  let counted = starts[0] ?? 0;
  for (const start of starts.slice(1)) {
    counted += frameSamples;
    const region = regions.at(-1) ?? first;
    const excess = counted - start;
    if (Math.abs(excess) > MAX_EXCESS_SECONDS * sampleRate) {
      counted = start;
      regions.push({ fromSample: start, excessSamples: 0, phaseSamples: modulo(start, frameSamples) });
    } else if (Math.abs(excess - region.excessSamples) > frameSamples / 4) {
      regions.push({ ...region, fromSample: start, excessSamples: excess });
    }
    if (regions.length > MAX_REGIONS) break;
  }
  return regions;
}
