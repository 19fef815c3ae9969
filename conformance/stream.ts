/** A client of streams: reads playlists, fetches segments in any order, joins them into files. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { fragmentTiming, timescaleOf } from "#media";
import { uploadFile } from "../scripts/upload-file.ts";

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

/** Uploads a file to the service under test. */
export function upload(
  path: string,
  publicId: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { base, settings } = inject("service");
  return uploadFile(
    { base, cloud: settings.CLOUD_NAME, apiKey: settings.API_KEY, apiSecret: settings.API_SECRET },
    path,
    { public_id: publicId, ...parameters },
  );
}

export const address = (path: string): string => new URL(path, inject("service").base).href;

export async function get(url: string): Promise<Response> {
  const response = await fetch(url);
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
    audio: list
      .filter((line) => line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO"))
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

/** Fetches all segments of a rendition in random order and joins them as a player would. */
export async function joinRendition(url: string, name: string): Promise<JoinedRendition> {
  const { init, segments } = await openRendition(url);
  const fetched = new Map<number, Buffer>();
  for (const number of shuffled(segments.map((_, index) => index)))
    fetched.set(number, await bytesOf(segments[number]?.address ?? ""));
  const head = await bytesOf(init);
  const parts = segments.map((_, number) => fetched.get(number) ?? Buffer.alloc(0));
  const path = join(inject("service").folder, `${name}.mp4`);
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
