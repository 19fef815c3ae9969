/** Judges what an encoder wrote: to the tick what the job expects, or nothing leaves the origin. */

import {
  codecStringOf,
  decodingParameters,
  fragmentTiming,
  type InitJob,
  onGrid,
  type SegmentJob,
  splitInit,
  timescaleOf,
} from "#media";
import { Problem } from "#transformation";

/** A segment's fragment, or why an encode or a copy is not the segment that was asked for. */
export type Judgement = { readonly media: Uint8Array } | { readonly fault: string };

export function judged(output: Uint8Array, job: SegmentJob, publishedInit: Uint8Array): Judgement {
  try {
    const parts = splitInit(output);
    const media = onGrid(parts.media, job);
    const fault = faultOf({ ...parts, media }, job, publishedInit);
    return fault === undefined ? { media } : { fault };
  } catch (error) {
    if (error instanceof Problem) return { fault: error.message };
    throw error;
  }
}

function faultOf(
  { init, media }: ReturnType<typeof splitInit>,
  { expected: { firstTick, samples, sampleTicks } }: SegmentJob,
  publishedInit: Uint8Array,
): string | undefined {
  const timing = fragmentTiming(media);
  if (timing.samples !== samples) return `${timing.samples} samples instead of ${samples}`;
  if (timing.firstTick !== firstTick) return `it begins at tick ${timing.firstTick} instead of ${firstTick}`;
  if (timing.totalTicks !== samples * sampleTicks)
    return `it lasts ${timing.totalTicks} ticks instead of ${samples * sampleTicks}`;
  if (Buffer.compare(decodingParameters(init), decodingParameters(publishedInit)) !== 0)
    return "it cannot be decoded by the published init section";
  return undefined;
}

/** The init section in an encoder's output, where it says what the playlist says; throws `encode-failed` otherwise. */
export function checkedInit(output: Uint8Array, job: InitJob): Uint8Array {
  const { init } = splitInit(output);
  const codecs = codecStringOf(init);
  if (codecs !== job.codecString)
    throw new Problem("encode-failed", `The encoder writes ${codecs}, the playlist says ${job.codecString}.`);
  if (timescaleOf(init) !== job.timescale)
    throw new Problem("encode-failed", `The encoder's time scale is ${timescaleOf(init)}, not ${job.timescale}.`);
  return init;
}
