/** A client of streams: reads playlists, fetches segments in any order, joins them into files. Knows no service. */

import { writeFile } from "node:fs/promises";
import { fragmentTiming, timescaleOf } from "#media";

export interface Variant {
  readonly address: string;
  readonly codecs: string;
  readonly resolution: string;
  readonly frameRate: number;
}

export interface Stream {
  readonly variants: readonly Variant[];
  readonly audio: readonly string[];
  readonly keyframes: string | undefined;
}

export interface Rendition {
  readonly init: string;
  readonly segments: readonly { readonly address: string; readonly seconds: number }[];
}

export interface JoinedRendition {
  readonly path: string;
  /** Where segments begin, in ticks of the time scale, as their boxes say. */
  readonly starts: readonly number[];
  readonly samples: readonly number[];
  readonly ends: readonly number[];
  readonly timescale: number;
}

/** Nobody watches what takes longer. */
const ANSWER_MILLISECONDS = 100_000;

export async function get(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
  if (!response.ok) throw new Error(`${response.status} for ${url}: ${await response.text()}`);
  return response;
}

const lines = async (url: string): Promise<readonly string[]> => (await (await get(url)).text()).trim().split("\n");
const attribute = (line: string, name: string): string =>
  new RegExp(`[:,]${name}=("[^"]*"|[^,]*)`).exec(line)?.[1]?.replaceAll('"', "") ?? "";

export async function openStream(url: string): Promise<Stream> {
  const list = await lines(url);
  const absolute = (uri: string): string => new URL(uri, url).href;
  return {
    variants: list.flatMap((line, index) =>
      line.startsWith("#EXT-X-STREAM-INF")
        ? [
            {
              address: absolute(list[index + 1] ?? ""),
              codecs: attribute(line, "CODECS"),
              resolution: attribute(line, "RESOLUTION"),
              frameRate: Number(attribute(line, "FRAME-RATE")),
            },
          ]
        : [],
    ),
    // Without an address it is what a variant plays.
    audio: list
      .filter((line) => line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO") && attribute(line, "URI") !== "")
      .map((line) => absolute(attribute(line, "URI"))),
    keyframes: list
      .filter((line) => line.startsWith("#EXT-X-I-FRAME-STREAM-INF"))
      .map((line) => absolute(attribute(line, "URI")))[0],
  };
}

export async function openRendition(url: string): Promise<Rendition> {
  const list = await lines(url);
  const absolute = (uri: string): string => new URL(uri, url).href;
  return {
    init: absolute(attribute(list.find((line) => line.startsWith("#EXT-X-MAP")) ?? "", "URI")),
    segments: list.flatMap((line, index) =>
      line.startsWith("#EXTINF:")
        ? [{ address: absolute(list[index + 1] ?? ""), seconds: Number.parseFloat(line.slice(8)) }]
        : [],
    ),
  };
}

/** The same order for every run, and no order at all for the service. */
export function shuffled<T>(list: readonly T[], seed = 7): readonly T[] {
  const copy = [...list];
  let state = seed;
  for (let last = copy.length - 1; last > 0; last--) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const other = state % (last + 1);
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
}

export const bytesOf = async (url: string): Promise<Buffer> => Buffer.from(await (await get(url)).arrayBuffer());

/** Segments of a rendition, fetched, written behind its init section as a player would append them. */
export async function writeJoined(path: string, head: Buffer, parts: readonly Buffer[]): Promise<JoinedRendition> {
  await writeFile(path, Buffer.concat([head, ...parts]));
  // Behind the segment type box.
  const timings = parts.map((part) => fragmentTiming(part.subarray(24)));
  return {
    path,
    starts: timings.map(({ firstTick }) => firstTick),
    samples: timings.map(({ samples }) => samples),
    ends: timings.map(({ firstTick, totalTicks }) => firstTick + totalTicks),
    timescale: timescaleOf(head),
  };
}
