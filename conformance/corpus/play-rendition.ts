/** Plays a rendition as far as time allows: fetches its segments, holds their boxes together, decodes them. */

import { bytesOf, type JoinedRendition, openRendition, shuffled, writeJoined } from "../hls-client.ts";
import { decodedIn } from "./measuring.ts";

export interface PlayedRendition {
  readonly segments: number;
  readonly fetched: number;
  /** Frames of the whole rendition, as its last segment tells. */
  readonly frames: number;
  readonly seconds: number;
  readonly faults: readonly string[];
}

/** A rendition with more segments is sampled. */
const MOST_SEGMENTS = 20;

/** Of a long one: the first three, the last two, and some in between. */
function sampled(count: number): readonly number[] {
  if (count <= MOST_SEGMENTS) return Array.from({ length: count }, (_, number) => number);
  const between = [1, 2, 3, 4, 5].map((sixth) => Math.round((sixth * count) / 6));
  return [...new Set([0, 1, 2, ...between, count - 2, count - 1])];
}

/** @param path where what was fetched is joined */
export async function playRendition(address: string, media: "v" | "a", path: string): Promise<PlayedRendition> {
  const { init, segments } = await openRendition(address);
  const numbers = sampled(segments.length);
  const head = await bytesOf(init);
  const parts = new Map<number, Buffer>();
  const faults: string[] = [];
  for (const number of shuffled(numbers)) {
    const bytes = await bytesOf(segments[number]?.address ?? "").catch((error: Error) => error.message);
    if (typeof bytes === "string") faults.push(`segment ${number}: ${bytes}`);
    else parts.set(number, bytes);
  }
  const fetched = numbers.filter((number) => parts.has(number));
  const stated = segments.reduce((sum, { seconds }) => sum + seconds, 0);
  if (fetched.length === 0) return { segments: segments.length, fetched: 0, frames: 0, seconds: stated, faults };
  const joined = await writeJoined(
    path,
    head,
    fetched.map((number) => parts.get(number) as Buffer),
  );
  const held = joined.samples.reduce((sum, samples) => sum + samples, 0);
  const decoded = await decodedIn(path, media).catch((error: Error) => error.message);
  if (decoded !== held) faults.push(`${decoded} of ${held} frames decode`);
  faults.push(...timingFaults(joined, fetched, stated));
  return { segments: segments.length, fetched: fetched.length, ...lengthOf(joined), faults };
}

function lengthOf({ ends, starts, samples, timescale }: JoinedRendition): { frames: number; seconds: number } {
  const [end = 0, start = 0, count = 1] = [ends.at(-1), starts.at(-1), samples.at(-1)];
  const seconds = end / timescale;
  return { seconds, frames: Math.round((end * count) / (end - start)) };
}

/** Neighbours must meet to the tick, the first one begin at zero, the last one end where the playlist says. */
function timingFaults(
  { starts, ends, timescale }: JoinedRendition,
  fetched: readonly number[],
  statedSeconds: number,
): readonly string[] {
  const faults = fetched.flatMap((number, index) => {
    const before = index === 0 ? (number === 0 ? 0 : undefined) : ends[index - 1];
    const meets = fetched[index - 1] === number - 1 || index === 0;
    return meets && before !== undefined && starts[index] !== before ? [`segment ${number} begins elsewhere`] : [];
  });
  const off = Math.abs((ends.at(-1) ?? 0) / timescale - statedSeconds);
  return off > 0.001 * fetched.length + 0.01 ? [...faults, "the playlist states another length"] : faults;
}
