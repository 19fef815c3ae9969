/** How soon a fresh upload can be watched: from the upload's answer to the first picture, however long the film. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { get, openRendition, openStream } from "../conformance/stream.ts";
import type { Bench, Setting } from "./bench.ts";
import { makeFilm, repeatFilm, unseenCopy } from "./films.ts";
import { median } from "./measurement.ts";
import { type Product, timingOf } from "./product.ts";
import { milliseconds, ratio } from "./table.ts";

const SHORT = { name: "ten-seconds.mp4", width: 1280, height: 720, seconds: 10, rateFactor: 26 };
const TIMES = 60;
const REPETITIONS = 3;

interface Start {
  readonly uploadSeconds: number;
  /** From the upload's answer until a player has something to decode. */
  readonly arrivalSeconds: number;
  /** The part of it that the origin spent on the segment. */
  readonly encodeSeconds: number;
  /** From the upload's answer until ffmpeg, started then, has decoded a picture. */
  readonly pictureSeconds: number;
}

interface StartedFilm {
  readonly title: string;
  readonly path: string;
  readonly starts: Start[];
}

const METHOD = [
  "A file that the service has never seen is uploaded; then multivariant playlist, its first variant's playlist, init",
  `section and first segment are fetched, one after the other; medians of ${REPETITIONS} uploads, films in turn. Beside the encode: all but`,
  "the segment's own encode. Picture: also decoded, by an ffmpeg started then. Milliseconds.",
].join(" ");

export const firstFrame: Bench = {
  name: "start",
  async run(setting) {
    const films = await filmsToStart(setting);
    const product = await setting.product();
    for (let turn = 0; turn < REPETITIONS; turn++)
      for (const [index, { title, path, starts }] of films.entries()) {
        setting.says(`upload ${turn + 1} of ${title}`);
        starts.push(await start(path, `start-${index}-${turn}`, product, setting.folder));
      }
    return {
      title: "From an upload's answer to the first picture",
      method: METHOD,
      columns: [
        "film",
        "n",
        "upload",
        "answer → segment",
        "encode",
        "beside the encode",
        "answer → picture",
        "answer → segment ÷ 10 s film's",
      ],
      rows: films.map((film) => rowOf(film, films[0] as StartedFilm)),
    };
  },
};

function rowOf({ title, starts }: StartedFilm, shortest: StartedFilm): readonly string[] {
  const of = (value: (start: Start) => number): number => median(starts.map(value));
  const arrival = of(({ arrivalSeconds }) => arrivalSeconds);
  return [
    title,
    String(starts.length),
    milliseconds(of(({ uploadSeconds }) => uploadSeconds)),
    milliseconds(arrival),
    milliseconds(of(({ encodeSeconds }) => encodeSeconds)),
    milliseconds(of(({ arrivalSeconds, encodeSeconds }) => arrivalSeconds - encodeSeconds)),
    milliseconds(of(({ pictureSeconds }) => pictureSeconds)),
    ratio(arrival / median(shortest.starts.map(({ arrivalSeconds }) => arrivalSeconds))),
  ];
}

async function filmsToStart({ folder, film, says }: Setting): Promise<readonly StartedFilm[]> {
  says("making 10 s and 10 min of 720p");
  const short = await makeFilm(folder, SHORT);
  const long = await repeatFilm(short, TIMES, join(folder, "ten-minutes.mp4"));
  return [
    { title: "10 s", path: short, starts: [] },
    { title: "10 min", path: long, starts: [] },
    ...(film === undefined ? [] : [{ title: "film", path: film, starts: [] }]),
  ];
}

async function start(film: string, publicId: string, product: Product, folder: string): Promise<Start> {
  const path = await unseenCopy(film, join(folder, "unseen.mp4"));
  const uploadedAt = performance.now();
  await product.upload(path, publicId);
  const answeredAt = performance.now();
  const [variant] = (await openStream(product.multivariant(publicId))).variants;
  const { init, segments } = await openRendition(variant?.address ?? "");
  const head = Buffer.from(await (await get(init)).arrayBuffer());
  const response = await get(segments[0]?.address ?? "");
  const segment = Buffer.from(await response.arrayBuffer());
  const arrivedAt = performance.now();
  await decodeFirstPicture(Buffer.concat([head, segment]));
  const pictureAt = performance.now();
  const { tier, encodeSeconds } = timingOf(response);
  if (tier !== "encoded") throw new Error(`The first segment was not encoded for this viewer: ${tier}`);
  await product.idle();
  return {
    uploadSeconds: (answeredAt - uploadedAt) / 1000,
    arrivalSeconds: (arrivedAt - answeredAt) / 1000,
    encodeSeconds,
    pictureSeconds: (pictureAt - answeredAt) / 1000,
  };
}

/** Throws where there is no picture in what a player was given. */
async function decodeFirstPicture(bytes: Buffer): Promise<void> {
  const args = ["-v", "error", "-i", "pipe:0", "-frames:v", "1", "-f", "framecrc", "-"];
  const child = spawn("ffmpeg", args, { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    said += text.toString();
  });
  // ffmpeg leaves when it has its picture, whether or not it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(bytes);
  await once(child, "close");
  if (!/^0, /m.test(said)) throw new Error("ffmpeg finds no picture in the first segment");
}
