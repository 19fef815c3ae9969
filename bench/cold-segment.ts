/** What it costs that every segment is encoded alone: a cold segment against a plain ffmpeg run over the same frames. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ladderRenditions, planDelivery, VIDEO_CODECS, type VideoRendition } from "#media";
import { rational } from "#transformation";
import { get, openRendition, openStream, type Rendition } from "../conformance/stream.ts";
import { sourceFacts, videoTrackFacts } from "../media/testing/sources.ts";
import type { Bench, Setting } from "./bench.ts";
import { makeFilm } from "./films.ts";
import { type Cost, descendantsCpuSeconds, endedChildrenCpuSeconds, median, sum } from "./measurement.ts";
import { type Product, timingOf } from "./product.ts";
import { milliseconds, ratio } from "./table.ts";

const RUNGS = ["360p", "720p", "1080p"];

/** Segments of a rendition that are measured, each once: it is cold only once. */
const SEGMENTS = 4;

/** Two short segments, then four of four seconds. */
const FILM = { name: "detail.mp4", width: 1920, height: 1080, seconds: 20, rateFactor: 20 };

interface Film {
  readonly path: string;
  readonly publicId: string;
  readonly title: string;
}

/** Frames of a film, as seconds from its start and a count. */
interface Span {
  readonly startSeconds: number;
  readonly frames: number;
}

interface ColdCost extends Cost {
  /** What the origin says that it took, of the wall. */
  readonly encodeSeconds: number;
}

/** One segment by both ways. */
interface Pair {
  readonly plain: Cost;
  readonly cold: ColdCost;
}

/** A row of the table, or why there is none. */
type Finding = { readonly row: readonly string[] } | { readonly remark: string };

const METHOD = [
  `Four-second segments that nobody has asked for, ${SEGMENTS} of each rendition, fetched through the whole product (Worker, Durable Object, R2, origin).`,
  "Plain: one ffmpeg run over exactly the segment's frames (-ss, -frames:v) from a file on disk, same scaler, same encoder options, in turn with the segment; medians, also of the pairs' ratios.",
  "Long run: one plain run over the frames of all these segments, so with one start and one seek instead of many.",
  "Origin: source opened, encoded, checked. CPU: ffmpeg, origin and edge together. Milliseconds.",
].join(" ");

const COLUMNS = [
  "rendition",
  "n",
  "plain",
  "plain CPU",
  "origin",
  "request",
  "request CPU",
  "origin ÷ plain",
  "request ÷ plain",
  "CPU ÷ plain CPU",
  "request ÷ long run",
  "CPU ÷ long run's",
];

export const coldSegment: Bench = {
  name: "cold",
  async run(setting) {
    setting.says(`making ${FILM.seconds} s of 1080p`);
    const films: Film[] = [{ path: await makeFilm(setting.folder, FILM), publicId: "detail", title: "1080p" }];
    if (setting.film !== undefined) films.push({ path: setting.film, publicId: "film", title: "film" });
    const findings: Finding[] = [];
    for (const film of films) findings.push(...(await measureFilm(film, setting)));
    return {
      title: "A cold segment against plain ffmpeg",
      method: METHOD,
      columns: COLUMNS,
      rows: findings.flatMap((finding) => ("row" in finding ? [finding.row] : [])),
      remarks: findings.flatMap((finding) => ("remark" in finding ? [finding.remark] : [])),
    };
  },
};

async function measureFilm(film: Film, setting: Setting): Promise<readonly Finding[]> {
  const product = await setting.product();
  const answer = await product.upload(film.path, film.publicId);
  const { variants } = await openStream(product.multivariant(film.publicId));
  const findings: Finding[] = [];
  for (const rendition of plannedRenditions(answer)) {
    const name = `${film.title} → ${rendition.id}`;
    const variant = variants.find(({ address }) => address.includes(`/${rendition.id}/`));
    if (!variant) {
      findings.push({ remark: `${name} was not measured: this origin found itself too slow to offer it.` });
      continue;
    }
    // Or plain ffmpeg would be given other options than the origin.
    if (!variant.codecs.startsWith(withoutColour(rendition.codecString)))
      throw new Error(`${rendition.id} is ${variant.codecs}, not ${rendition.codecString}`);
    setting.says(name);
    const listed = await openRendition(variant.address);
    findings.push({ row: [name, ...(await measureRendition(film, rendition, listed, product, setting.folder))] });
  }
  return findings;
}

/** AV1's codec string ends with the colour, which uploads do not tell of and no encoder option depends on. */
const withoutColour = (codecString: string): string => codecString.replace(/\.0\.111\..*$/, "");

/** The renditions of an uploaded film as the product plans them: the encoder's options are in these. */
function plannedRenditions(answer: Record<string, unknown>): readonly VideoRendition[] {
  const { width, height, frame_rate: rate } = answer as { width: number; height: number; frame_rate: number };
  // Exact for whole rates and for their NTSC sisters.
  const frameRate = rational(Math.round(rate * 1001), 1001);
  const plan = planDelivery([], sourceFacts({ video: videoTrackFacts({ width, height, frameRate }) }));
  return ladderRenditions(plan).filter(({ rung }) => RUNGS.includes(rung?.name ?? ""));
}

async function measureRendition(
  film: Film,
  rendition: VideoRendition,
  { init, segments }: Rendition,
  product: Product,
  folder: string,
): Promise<readonly string[]> {
  const spans = spansOf(segments, rendition);
  const numbers = segmentsToMeasure(segments.length);
  const out = join(folder, "plain.mp4");
  // A player has it before any segment.
  await (await get(init)).arrayBuffer();
  const pairs: Pair[] = [];
  for (const [turn, number] of numbers.entries()) {
    const plain = () => plainRun(film.path, spans[number] as Span, rendition, out);
    const cold = () => coldRequest(segments[number]?.address ?? "", product);
    // In turn the first: whoever comes second finds a warmer machine.
    const before = turn % 2 === 0 ? await plain() : undefined;
    const coldCost = await cold();
    pairs.push({ plain: before ?? (await plain()), cold: coldCost });
  }
  const first = spans[numbers.at(-1) ?? 0] as Span;
  const frames = sum(numbers.map((number) => spans[number]?.frames ?? 0));
  return rowOf(pairs, await plainRun(film.path, { ...first, frames }, rendition, out));
}

function rowOf(pairs: readonly Pair[], long: Cost): readonly string[] {
  const of = (value: (pair: Pair) => number): number => median(pairs.map(value));
  return [
    String(pairs.length),
    milliseconds(of(({ plain }) => plain.wallSeconds)),
    milliseconds(of(({ plain }) => plain.cpuSeconds)),
    milliseconds(of(({ cold }) => cold.encodeSeconds)),
    milliseconds(of(({ cold }) => cold.wallSeconds)),
    milliseconds(of(({ cold }) => cold.cpuSeconds)),
    ratio(of(({ plain, cold }) => cold.encodeSeconds / plain.wallSeconds)),
    ratio(of(({ plain, cold }) => cold.wallSeconds / plain.wallSeconds)),
    ratio(of(({ plain, cold }) => cold.cpuSeconds / plain.cpuSeconds)),
    ratio(sum(pairs.map(({ cold }) => cold.wallSeconds)) / long.wallSeconds),
    ratio(sum(pairs.map(({ cold }) => cold.cpuSeconds)) / long.cpuSeconds),
  ];
}

/** Where a rendition's segments lie in the film. */
function spansOf(segments: Rendition["segments"], { stream }: VideoRendition): readonly Span[] {
  const { num, den } = stream.frameRate;
  return segments.map(({ seconds }, index) => ({
    startSeconds: sum(segments.slice(0, index).map((before) => before.seconds)),
    frames: Math.round((seconds * num) / den),
  }));
}

/**
 * Neighbours, the last one first: the origin looks ahead of what is asked for, and so finds everything ahead made. Of a
 * short film its last segments, of a long one some from its middle.
 */
function segmentsToMeasure(count: number): readonly number[] {
  const last = count <= 8 ? count - 1 : (count >> 1) + SEGMENTS;
  return Array.from({ length: Math.min(SEGMENTS, last + 1) }, (_, step) => last - step);
}

async function coldRequest(address: string, product: Product): Promise<ColdCost> {
  await product.idle();
  const [startedAt, cpuBefore] = [performance.now(), descendantsCpuSeconds()];
  const response = await get(address);
  await response.arrayBuffer();
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = descendantsCpuSeconds() - cpuBefore;
  const { tier, encodeSeconds } = timingOf(response);
  if (tier !== "encoded") throw new Error(`${address} was no cold segment: ${tier}`);
  await product.idle();
  return { wallSeconds, cpuSeconds, encodeSeconds };
}

/** What somebody types who wants these frames and has never heard of edgereel. */
async function plainRun(film: string, span: Span, { codec, stream }: VideoRendition, out: string): Promise<Cost> {
  const args = [
    ...["-nostdin", "-v", "error", "-y", "-ss", span.startSeconds.toFixed(6), "-i", film],
    ...["-map", "0:v:0", "-frames:v", String(span.frames)],
    ...["-vf", `scale=${stream.width}:${stream.height}:flags=bicubic,format=yuv420p`],
    ...VIDEO_CODECS[codec].options(stream).flat(),
    ...["-f", "mp4", out],
  ];
  const [startedAt, cpuBefore] = [performance.now(), endedChildrenCpuSeconds(process.pid)];
  const child = spawn("ffmpeg", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, SVT_LOG: "1" },
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`plain ffmpeg ended with ${code}`);
  return {
    wallSeconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: endedChildrenCpuSeconds(process.pid) - cpuBefore,
  };
}
