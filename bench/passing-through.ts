/** What passing through saves: cold segments of a film whose own packets fit, copied and encoded at the same size. */

import { get, openRendition, openStream } from "../conformance/stream.ts";
import type { Bench } from "./bench.ts";
import { FRAME_RATE, makeFilm } from "./films.ts";
import { type Cost, descendantsCpuSeconds, median } from "./measurement.ts";
import { type Product, timingOf } from "./product.ts";
import { milliseconds, ratio } from "./table.ts";

const FILM = { width: 1280, height: 720, seconds: 40, rateFactor: 29, gopFrames: 2 * FRAME_RATE };
const CODECS = [{ name: "passing.mp4", title: "720p, H.264" }];

/** An explicit quality is never a copy's. */
const WAYS = [
  { tier: "copied", chain: "sp_auto", rendition: "720p-h264-copy" },
  { tier: "encoded", chain: "q_75,sp_auto", rendition: "720p-h264" },
] as const;

const SEGMENTS = 5;

const METHOD = [
  `Four-second segments that nobody has asked for, ${SEGMENTS} of each, in turn, fetched through the whole product: of the`,
  "rendition of the film's own size as it is, and of the same one under q_75, which encodes it. Medians; milliseconds.",
  "CPU: ffmpeg, origin and edge together.",
].join(" ");

interface Found extends Cost {
  readonly bytes: number;
}

export const passingThrough: Bench = {
  name: "passing",
  async run(setting) {
    const product = await setting.product();
    const rows: (readonly string[])[] = [];
    for (const { name, title } of CODECS) {
      setting.says(`making ${FILM.seconds} s for ${title}`);
      const publicId = name.replace(/\..*/, "");
      await product.upload(await makeFilm(setting.folder, { ...FILM, name }), publicId);
      rows.push([title, ...(await measured(publicId, product))]);
    }
    return {
      title: "A copied segment against an encoded one",
      method: METHOD,
      columns: ["film", "n", "copy", "encode", "copy CPU", "encode CPU", "copy ÷ encode", "CPU ÷ CPU", "bytes ÷ bytes"],
      rows,
    };
  },
};

async function measured(publicId: string, product: Product): Promise<readonly string[]> {
  const ways = await Promise.all(WAYS.map((way) => segmentsOf(publicId, way, product)));
  const found: Found[][] = WAYS.map(() => []);
  // The last one first: the origin looks ahead, and finds everything ahead made.
  for (let turn = 0; turn < SEGMENTS; turn++)
    for (const [index, { tier }] of WAYS.entries())
      found[index]?.push(await cold(ways[index]?.at(-2 - turn) ?? "", tier, product));
  const [copies = [], encodes = []] = found;
  const of = (costs: readonly Found[], value: (cost: Found) => number): number => median(costs.map(value));
  const pairs = (value: (cost: Found) => number): number =>
    median(copies.map((copy, index) => value(copy) / value(encodes[index] ?? copy)));
  return [
    String(copies.length),
    milliseconds(of(copies, ({ wallSeconds }) => wallSeconds)),
    milliseconds(of(encodes, ({ wallSeconds }) => wallSeconds)),
    milliseconds(of(copies, ({ cpuSeconds }) => cpuSeconds)),
    milliseconds(of(encodes, ({ cpuSeconds }) => cpuSeconds)),
    ratio(pairs(({ wallSeconds }) => wallSeconds)),
    ratio(pairs(({ cpuSeconds }) => cpuSeconds)),
    ratio(pairs(({ bytes }) => bytes)),
  ];
}

async function segmentsOf(
  publicId: string,
  { chain, rendition }: (typeof WAYS)[number],
  { multivariant }: Product,
): Promise<readonly string[]> {
  const { variants } = await openStream(multivariant(publicId).replace("sp_auto", chain));
  const variant = variants.find(({ address }) => address.includes(`/${rendition}/`));
  if (!variant) throw new Error(`${rendition} is not offered`);
  const { init, segments } = await openRendition(variant.address);
  await (await get(init)).arrayBuffer();
  return segments.map(({ address }) => address);
}

async function cold(address: string, wanted: string, product: Product): Promise<Found> {
  await product.idle();
  const [startedAt, cpuBefore] = [performance.now(), descendantsCpuSeconds()];
  const response = await get(address);
  const { byteLength: bytes } = await response.arrayBuffer();
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = descendantsCpuSeconds() - cpuBefore;
  const { tier } = timingOf(response);
  if (tier !== wanted) throw new Error(`${address} was not ${wanted}: ${tier}`);
  await product.idle();
  return { wallSeconds, cpuSeconds, bytes };
}
