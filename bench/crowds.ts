/** What crowds cost at the edge: a thousand viewers of one cold segment, and a thousand over a hundred of them. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRendition, openStream } from "../conformance/stream.ts";
import { API_KEY, API_SECRET, CLOUD, type EdgeUnderTest, startEdge } from "../edge/testing/edge-under-test.ts";
import { type FakeOrigin, startFakeOrigin } from "../edge/testing/fake-origin.ts";
import { uploadFile } from "../scripts/upload-file.ts";
import type { Bench } from "./bench.ts";
import { median } from "./measurement.ts";
import { timingOf } from "./product.ts";
import { milliseconds, ratio } from "./table.ts";

const VIEWERS = 1000;
const SEGMENTS = 100;
const ENCODE_SECONDS = 1;
const TURNS = 3;
/** A film of one rendition: as many segments as are asked for, and some more. */
const FILM_SECONDS = 600;

const METHOD = [
  `All requests at the same moment, through the Worker, its Durable Object, R2 and cache on workerd; the origin is one that`,
  `takes ${ENCODE_SECONDS} s for whatever it is asked, any number at once, so that only the edge is measured. The most of`,
  `${TURNS} turns, medians of the slowest viewers, milliseconds; workerd, origin and viewers share one machine.`,
].join(" ");

interface Crowd {
  readonly encodes: number;
  readonly failures: number;
  readonly slowestSeconds: number;
  readonly tiers: ReadonlyMap<string, number>;
}

export const crowds: Bench = {
  name: "crowds",
  async run({ folder }) {
    const origin = await startFakeOrigin();
    const { video } = origin.probe as { video: { endTicks: number; timeBase: { num: number; den: number } } };
    const endTicks = (FILM_SECONDS * video.timeBase.den) / video.timeBase.num;
    origin.probe = { ...origin.probe, video: { ...video, endTicks } } as FakeOrigin["probe"];
    const edge = await startEdge({ ORIGIN_URL: origin.url });
    try {
      await uploadEmptyFilm(edge, folder);
      const rows = [];
      for (const segments of [1, SEGMENTS]) rows.push(rowOf(segments, await turnsOf(segments, edge, origin)));
      return {
        title: `${VIEWERS} viewers at once`,
        method: METHOD,
        columns: [
          "cold segments",
          "n",
          "encodes",
          "failed",
          "where the others' came from",
          "slowest",
          "slowest ÷ encode",
        ],
        rows,
      };
    } finally {
      await edge.stop();
      await origin.stop();
    }
  },
};

async function uploadEmptyFilm({ base }: EdgeUnderTest, folder: string): Promise<void> {
  const film = join(folder, "crowds.mp4");
  // All that the edge looks at; the rest is the origin's business.
  await writeFile(film, Buffer.from("\0\0\0\x14ftypisom\0\0\0\0isom", "latin1"));
  await uploadFile({ base, cloud: CLOUD, apiKey: API_KEY, apiSecret: API_SECRET }, film, { public_id: "crowds" });
}

async function turnsOf(segments: number, { base }: EdgeUnderTest, origin: FakeOrigin): Promise<readonly Crowd[]> {
  const turns: Crowd[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    // Another beginning: nothing of it has been asked for.
    const stream = `${base}/${CLOUD}/video/upload/so_${turn + 1}.${segments === 1 ? 5 : 7}/sp_auto/crowds.m3u8?caps=h264`;
    const rendition = await openRendition((await openStream(stream)).variants[0]?.address ?? "");
    const addresses = rendition.segments.slice(0, segments).map(({ address }) => address);
    if (addresses.length < segments) throw new Error("the film is too short");
    origin.jobs.length = 0;
    origin.delayMilliseconds = ENCODE_SECONDS * 1000;
    turns.push(await askTogether(addresses, origin));
    origin.delayMilliseconds = 0;
  }
  return turns;
}

async function askTogether(addresses: readonly string[], origin: FakeOrigin): Promise<Crowd> {
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: VIEWERS }, async (_, viewer) => {
      const response = await fetch(addresses[viewer % addresses.length] ?? "").catch(() => undefined);
      await response?.arrayBuffer();
      const seconds = (performance.now() - startedAt) / 1000;
      return { ok: response?.ok === true, tier: response ? timingOf(response).tier : "none", seconds };
    }),
  );
  const tiers = new Map<string, number>();
  for (const { tier } of answers) tiers.set(tier, (tiers.get(tier) ?? 0) + 1);
  return {
    encodes: origin.jobs.length,
    failures: answers.filter(({ ok }) => !ok).length,
    slowestSeconds: Math.max(...answers.map(({ seconds }) => seconds)),
    tiers,
  };
}

function rowOf(segments: number, turns: readonly Crowd[]): readonly string[] {
  const slowest = median(turns.map(({ slowestSeconds }) => slowestSeconds));
  const others = new Set(turns.flatMap(({ tiers }) => [...tiers.keys()].filter((tier) => tier !== "encoded")));
  const shares = [...others].map((tier) => `${median(turns.map(({ tiers }) => tiers.get(tier) ?? 0))} ${tier}`);
  return [
    String(segments),
    String(turns.length),
    String(Math.max(...turns.map(({ encodes }) => encodes))),
    String(Math.max(...turns.map(({ failures }) => failures))),
    shares.join(", "),
    milliseconds(slowest),
    ratio(slowest / ENCODE_SECONDS),
  ];
}
