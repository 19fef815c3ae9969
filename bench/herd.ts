/** What many viewers at once cost: two hundred requests for one cold segment, against one such request alone. */

import { get, openRendition, openStream } from "../conformance/stream.ts";
import type { Bench } from "./bench.ts";
import { makeFilm } from "./films.ts";
import { endedChildrenCpuSeconds, median } from "./measurement.ts";
import { type Product, timingOf } from "./product.ts";
import { milliseconds, ratio } from "./table.ts";

const VIEWERS = 200;
const REPETITIONS = 5;

/** Its last segment has four seconds and nothing behind it, so that the origin looks ahead of nothing. */
const FILM = { name: "herd.mp4", width: 1280, height: 720, seconds: 12, rateFactor: 22 };
const RENDITION = "360p-h264";

interface Crowd {
  /** Until the last viewer had the headers, and until the last one had everything. */
  readonly headersSeconds: number;
  readonly wallSeconds: number;
  /** Processor time of the origin's ffmpeg runs. */
  readonly ffmpegSeconds: number;
  readonly tiers: ReadonlyMap<string, number>;
  readonly failures: number;
}

interface Pair {
  readonly lone: Crowd;
  readonly crowd: Crowd;
}

const METHOD = [
  `${VIEWERS} requests at the same moment for a four-second segment (${RENDITION}) that nobody has asked for, in turn with a`,
  `lone request for one like it; medians of ${REPETITIONS} pairs, milliseconds. Every answer says in Server-Timing where it came from;`,
  "encoded and failed are the most of any turn. If ffmpeg ran twice, its CPU would be twice the lone request's.",
].join(" ");

export const herd: Bench = {
  name: "herd",
  async run(setting) {
    const path = await makeFilm(setting.folder, FILM);
    const product = await setting.product();
    const ask = async (turn: number, viewers: number): Promise<Crowd> => {
      // The same film under another name: all that is made of it is cold again.
      const publicId = `herd-${turn}-${viewers}`;
      await product.upload(path, publicId);
      return askTogether(await coldSegment(publicId, product), viewers, product);
    };
    const pairs: Pair[] = [];
    for (let turn = 0; turn < REPETITIONS; turn++)
      pairs.push({ lone: await ask(turn, 1), crowd: await ask(turn, VIEWERS) });
    return {
      title: `${VIEWERS} viewers of one cold segment`,
      method: METHOD,
      columns: ["viewers", "n", "encoded", "others", "failed", "slowest: headers", "slowest: whole", "ffmpeg CPU"],
      rows: [
        rowOf(
          "1",
          pairs.map(({ lone }) => lone),
        ),
        rowOf(
          String(VIEWERS),
          pairs.map(({ crowd }) => crowd),
        ),
        ratiosOf(pairs),
      ],
    };
  },
};

function ratiosOf(pairs: readonly Pair[]): readonly string[] {
  const of = (value: (crowd: Crowd) => number): string =>
    ratio(median(pairs.map(({ lone, crowd }) => value(crowd) / value(lone))));
  const [headers, whole, ffmpeg] = [
    of(({ headersSeconds }) => headersSeconds),
    of(({ wallSeconds }) => wallSeconds),
    of(({ ffmpegSeconds }) => ffmpegSeconds),
  ];
  return [`${VIEWERS} ÷ 1`, String(pairs.length), "", "", "", headers, whole, ffmpeg];
}

function rowOf(name: string, crowds: readonly Crowd[]): readonly string[] {
  const of = (value: (crowd: Crowd) => number): number => median(crowds.map(value));
  const encoded = crowds.map(({ tiers }) => tiers.get("encoded") ?? 0);
  const others = new Set(crowds.flatMap(({ tiers }) => [...tiers.keys()].filter((tier) => tier !== "encoded")));
  const shares = [...others].map((tier) => `${of(({ tiers }) => tiers.get(tier) ?? 0)} ${tier}`);
  return [
    name,
    String(crowds.length),
    String(Math.max(...encoded)),
    shares.join(", "),
    String(Math.max(...crowds.map(({ failures }) => failures))),
    milliseconds(of(({ headersSeconds }) => headersSeconds)),
    milliseconds(of(({ wallSeconds }) => wallSeconds)),
    milliseconds(of(({ ffmpegSeconds }) => ffmpegSeconds)),
  ];
}

/** The last segment of a fresh upload; its init section is there, as a player has it. */
async function coldSegment(publicId: string, product: Product): Promise<string> {
  const { variants } = await openStream(product.multivariant(publicId));
  const { init, segments } = await openRendition(
    variants.find(({ address }) => address.includes(`/${RENDITION}/`))?.address ?? "",
  );
  await (await get(init)).arrayBuffer();
  return segments.at(-1)?.address ?? "";
}

async function askTogether(address: string, viewers: number, { service, idle }: Product): Promise<Crowd> {
  await idle();
  const cpuBefore = endedChildrenCpuSeconds(service.originProcess);
  const startedAt = performance.now();
  const since = (): number => (performance.now() - startedAt) / 1000;
  const answers = await Promise.all(
    Array.from({ length: viewers }, async () => {
      const response = await fetch(address);
      const headersSeconds = since();
      await response.arrayBuffer();
      return { ok: response.ok, tier: timingOf(response).tier, headersSeconds, wallSeconds: since() };
    }),
  );
  await idle();
  const tiers = new Map<string, number>();
  for (const { tier } of answers) tiers.set(tier, (tiers.get(tier) ?? 0) + 1);
  return {
    headersSeconds: Math.max(...answers.map((answer) => answer.headersSeconds)),
    wallSeconds: Math.max(...answers.map((answer) => answer.wallSeconds)),
    ffmpegSeconds: endedChildrenCpuSeconds(service.originProcess) - cpuBefore,
    tiers,
    failures: answers.filter(({ ok }) => !ok).length,
  };
}
