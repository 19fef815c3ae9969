/** What a ladder of its own saves a film: bits, rungs and encodes, against the ladder that is everybody's. */

import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { planDelivery, type Source, unappraised, VIDEO_CODECS, type VideoRendition, videoOf } from "#media";
import { parseTransformation, type VideoCodecName } from "#transformation";
import { ffmpeg } from "../conformance/films.ts";
import { appraisedFilm } from "../origin-transcoder/testing/appraised-film.ts";
import type { Bench, Setting } from "./bench.ts";
import { sum } from "./measurement.ts";
import { ratio } from "./table.ts";

const exec = promisify(execFile);

const SECONDS = 8;

/** From content that costs hardly anything to content that no encoder likes; all 720 lines. */
const FILMS: Readonly<Record<string, string>> = {
  slides: "smptehdbars=size=1280x720:rate=25",
  card: "testsrc2=size=1280x720:rate=25",
  zoom: "mandelbrot=size=1280x720:rate=25:maxiter=120:end_scale=0.02:end_pts=900",
  grain: "mandelbrot=size=1280x720:rate=25:maxiter=120:end_scale=0.02:end_pts=900,noise=alls=14:allf=t",
  enlarged: "mandelbrot=size=480x270:rate=25:maxiter=120:end_scale=0.02:end_pts=900,scale=1280:720:flags=bicubic",
};

const CODECS: readonly VideoCodecName[] = ["h264", "av1"];

interface Made {
  readonly kilobits: number;
  readonly decibels: number;
}

export const appraisal: Bench = {
  name: "appraisal",
  async run(setting) {
    const rows: string[][] = [];
    const films = await filmsOf(setting);
    const totals = { before: 0, after: 0 };
    for (const [title, path] of films) {
      setting.says(`${title}: appraising`);
      const { source, encodeSeconds } = await appraisedFilm(path, setting.folder);
      for (const codec of CODECS) {
        setting.says(`${title}: ${codec}`);
        const [before, after] = await Promise.all(
          [unappraised, (plan: ReturnType<typeof planOf>) => plan].map((of) => ladderOf(of(planOf(source)), codec)),
        );
        if (!before || !after) continue;
        const [everybodys, own] = [await makeAll(before, path, setting), await makeAll(after, path, setting)];
        const [old, now] = [bitsOf(everybodys), bitsOf(own)];
        totals.before += old;
        totals.after += now;
        rows.push([
          `${title}, ${codec}`,
          encodeSeconds.toFixed(0),
          `${before.length} → ${after.length}`,
          `${worstOf(everybodys)} → ${worstOf(own)}`,
          `${factorOf(before)} → ${factorOf(after)}`,
          ratio(sum(after.map(({ bandwidth }) => bandwidth)) / sum(before.map(({ bandwidth }) => bandwidth))),
          ratio(perRung(own) / perRung(everybodys.slice(0, own.length))),
          ratio(now / old),
        ]);
      }
    }
    rows.push(["all", "", "", "", "", "", "", ratio(totals.after / totals.before)]);
    return {
      title: "A ladder of its own against everybody's",
      method: METHOD,
      columns: [
        "film",
        "appraisal s",
        "rungs",
        "least dB",
        "factor",
        "declared ÷",
        "bits ÷, same rungs",
        "bits ÷, all rungs",
      ],
      rows,
    };
  },
};

const METHOD = [
  `${SECONDS} s of each film, every rung of sp_auto encoded whole by the options of its rendition; dB: -10 log10(1 - SSIM) of luma against the`,
  "film at that size, of the rung that has least. Factor: constant rate factor of the top rung. Declared: the sum of BANDWIDTH. Both ladders hold the same floor:",
  "17 dB, or what the constant factor under the ladder's cap gives where that is less.",
].join(" ");

const planOf = (source: Source) => planDelivery(parseTransformation("sp_auto"), source);

const ladderOf = (plan: ReturnType<typeof planOf>, codec: VideoCodecName): readonly VideoRendition[] =>
  videoOf(plan)
    .map(({ rendition }) => rendition)
    .filter((rendition) => rendition.codec === codec);

async function filmsOf({ folder, film, says }: Setting): Promise<readonly (readonly [string, string])[]> {
  says("making films");
  const films: [string, string][] = [];
  const coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p"];
  for (const [name, picture] of Object.entries(FILMS)) {
    const path = join(folder, `${name}.mp4`);
    await ffmpeg("-f", "lavfi", "-i", picture, "-t", String(SECONDS), ...coded, path);
    films.push([name, path]);
  }
  if (film === undefined) return films;
  const cut = join(folder, "cut.mp4");
  await ffmpeg("-ss", "20", "-i", film, "-t", String(SECONDS), "-map", "0:V:0", ...coded, cut);
  return [...films, ["film", cut]];
}

async function makeAll(ladder: readonly VideoRendition[], film: string, setting: Setting): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const rendition of ladder) made.push(await make(rendition, film, setting));
  return made;
}

async function make({ codec, stream }: VideoRendition, film: string, { folder }: Setting): Promise<Made> {
  const out = join(folder, "rung.mp4");
  const scaled = `scale=${stream.width}:${stream.height}:flags=bicubic,format=yuv420p`;
  await ffmpeg("-i", film, "-map", "0:V:0", "-vf", scaled, ...VIDEO_CODECS[codec].options(stream).flat(), out);
  const compared = `[1:v]${scaled}[a];[0:v][a]ssim`;
  const { stderr } = await exec("ffmpeg", ["-nostdin", "-i", out, "-i", film, "-lavfi", compared, "-f", "null", "-"]);
  const similarity = Number(/SSIM Y:([\d.]+)/.exec(stderr)?.[1] ?? Number.NaN);
  return {
    kilobits: (8 * (await stat(out)).size) / 1000 / SECONDS,
    decibels: -10 * Math.log10(Math.max(1e-6, 1 - similarity)),
  };
}

const bitsOf = (made: readonly Made[]): number => sum(made.map(({ kilobits }) => kilobits));

const perRung = (made: readonly Made[]): number => bitsOf(made) / made.length;

const worstOf = (made: readonly Made[]): string => Math.min(...made.map(({ decibels }) => decibels)).toFixed(1);

const factorOf = (ladder: readonly VideoRendition[]): string => {
  const top = ladder.at(-1);
  return top ? (VIDEO_CODECS[top.codec].options(top.stream).find(([name]) => name === "-crf")?.[1] ?? "") : "";
};
