/** Judges what an encoder wrote: to the tick what the job expects, or nothing leaves the origin. */

import {
  codecStringOf,
  decodingParameters,
  fragmentTiming,
  type InitJob,
  type SegmentJob,
  splitInit,
  timescaleOf,
} from "#media";
import { Problem } from "#transformation";

/** Why an encode is not the segment that was asked for; undefined where it is. */
export function faultOf(output: Uint8Array, job: SegmentJob, publishedInit: Uint8Array): string | undefined {
  let parts: { init: Uint8Array; media: Uint8Array };
  let timing: ReturnType<typeof fragmentTiming>;
  try {
    parts = splitInit(output);
    timing = fragmentTiming(parts.media);
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  const { firstTick, samples, sampleTicks } = job.expected;
  if (timing.samples !== samples) return `${timing.samples} samples instead of ${samples}`;
  if (timing.firstTick !== firstTick) return `it begins at tick ${timing.firstTick} instead of ${firstTick}`;
  if (timing.totalTicks !== samples * sampleTicks)
    return `it lasts ${timing.totalTicks} ticks instead of ${samples * sampleTicks}`;
  if (Buffer.compare(decodingParameters(parts.init), decodingParameters(publishedInit)) !== 0)
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
