/** What cancelling saves: viewers who jump about a film, against the encodes that would have been looked ahead to for each jump. */

import { get, openRendition, openStream } from "../conformance/stream.ts";
import type { Bench } from "./bench.ts";
import { makeFilm } from "./films.ts";
import { endedChildrenCpuSeconds, median } from "./measurement.ts";
import type { Product } from "./product.ts";
import { ratio } from "./table.ts";

const FILM = { name: "look-ahead.mp4", width: 640, height: 360, seconds: 120, rateFactor: 26 };
const RENDITION = "234p-h264";
const JUMPS = 5;
const TURNS = 3;

/** Segments that the origin is told of beyond each that is asked for (edge/jobs.ts). */
const LOOK_AHEAD = 3;

const METHOD = [
  `A viewer asks for ${JUMPS} segments of ${RENDITION}, five apart, each as soon as the last one has come, and leaves. Against`,
  `${JUMPS} viewers who watch a place each, so that the ${LOOK_AHEAD} segments behind it are made. Processor seconds of the origin's`,
  `ffmpeg, medians of ${TURNS} turns on fresh uploads.`,
].join(" ");

export const lookAhead: Bench = {
  name: "look-ahead",
  async run(setting) {
    const path = await makeFilm(setting.folder, FILM);
    const product = await setting.product();
    const [jumping, staying]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < TURNS; turn++)
      for (const [name, seconds] of [
        ["jumps", jumping],
        ["stays", staying],
      ] as const) {
        const publicId = `look-ahead-${turn}-${name}`;
        await product.upload(path, publicId);
        seconds.push(await watch(publicId, name === "stays", product));
      }
    const all = median(staying);
    const row = (name: string, seconds: number) => [name, String(TURNS), seconds.toFixed(2), ratio(seconds / all)];
    return {
      title: "Encode seconds that viewers who leave do not cost",
      method: METHOD,
      columns: ["viewers", "n", "ffmpeg CPU, s", "÷ those who stay"],
      rows: [
        row("stay where they have jumped to", all),
        row("jump on at once", median(jumping)),
        ["saved", "", (all - median(jumping)).toFixed(2), ratio(1 - median(jumping) / all)],
      ],
    };
  },
};

/** @returns processor seconds of ffmpeg until nothing is left to do */
async function watch(
  publicId: string,
  waitsForAhead: boolean,
  { multivariant, idle, service }: Product,
): Promise<number> {
  const { variants } = await openStream(multivariant(publicId));
  const { init, segments } = await openRendition(
    variants.find(({ address }) => address.includes(`/${RENDITION}/`))?.address ?? "",
  );
  await (await get(init)).arrayBuffer();
  await idle();
  const before = endedChildrenCpuSeconds(service.originProcess);
  for (let jump = 0; jump < JUMPS; jump++) {
    const { address = "" } = segments[3 + jump * (LOOK_AHEAD + 2)] ?? {};
    await (await get(address)).arrayBuffer();
    if (waitsForAhead) await idle();
  }
  await idle();
  return endedChildrenCpuSeconds(service.originProcess) - before;
}
