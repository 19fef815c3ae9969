import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Appraisal, planDelivery, type Trial, videoOf } from "#media";
import { parseTransformation, type VideoCodecName } from "#transformation";
import { ffmpeg } from "../conformance/films.ts";
import { appraisedFilm } from "./testing/appraised-film.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-appraisal-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A film of a generated picture, and what an origin finds of it. */
async function appraised(name: string, picture: string, seconds = 4): Promise<Appraisal> {
  const path = join(folder, `${name}.mp4`);
  const coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"];
  await ffmpeg("-f", "lavfi", "-i", picture, "-t", String(seconds), ...coded, path);
  const { source } = await appraisedFilm(path, folder);
  return source.appraisal;
}

const trialOf = ({ trials }: Appraisal, codec: VideoCodecName, step: 0 | 1, height: number): Trial => {
  const own = trials.filter((trial) => trial.codec === codec && trial.height === height);
  const found = own.toSorted((a, b) => a.rateFactor - b.rateFactor)[step];
  if (!found) throw new Error(`no trial of ${codec} at ${height}`);
  return found;
};

describe("an appraisal", () => {
  it("finds each codec coarser and cheaper at its higher factor, and a still slide easier than noise", async () => {
    const slide = await appraised("slide", "mandelbrot=size=640x360:rate=24:end_scale=2.9:end_pts=900");
    const noise = await appraised("noise", "testsrc2=size=640x360:rate=24,noise=alls=60:allf=t");
    for (const codec of ["h264", "h265", "av1"] as const) {
      const [fine, coarse] = [trialOf(slide, codec, 0, 360), trialOf(slide, codec, 1, 360)];
      expect(coarse.decibels).toBeLessThan(fine.decibels);
      expect(coarse.meanBitsPerSecond).toBeLessThan(fine.meanBitsPerSecond);
      expect(trialOf(noise, codec, 0, 360).decibels).toBeLessThan(fine.decibels);
      expect(trialOf(noise, codec, 0, 360).meanBitsPerSecond).toBeGreaterThan(fine.meanBitsPerSecond);
      expect(fine.peakBitsPerSecond).toBeGreaterThanOrEqual(fine.meanBitsPerSecond);
    }
  });

  it("looks at several moments of a film, and takes the costliest GOP of them for its peak", async () => {
    // Half of it is black, half noise.
    const halves = "testsrc2=size=320x180:rate=24,noise=alls=60:allf=t,drawbox=t=fill:color=black:enable='lt(t,8)'";
    const { trials } = await appraised("halves", halves, 16);
    const [trial] = trials;
    expect(trial?.peakBitsPerSecond).toBeGreaterThan(1.5 * (trial?.meanBitsPerSecond ?? 0));
  });

  it("finds that a film which was enlarged shows no more at its own size, and a sharp one does", async () => {
    const sharp = await appraised("sharp", "testsrc2=size=960x540:rate=24");
    const enlarged = await appraised(
      "enlarged",
      "mandelbrot=size=240x136:rate=24:end_scale=2.9:end_pts=900,scale=960:540:flags=bicubic,gblur=sigma=3",
    );
    const detailAt = ({ details }: Appraisal, lines: number) =>
      details.find((detail) => detail.lines === lines)?.decibels;
    expect(detailAt(sharp, 360)).toBeLessThan(15);
    expect(detailAt(enlarged, 360)).toBeGreaterThan(20);
  });

  it("says nothing of what a film shows in which nothing is drawn, and keeps its rungs", async () => {
    const path = join(folder, "black.mp4");
    await ffmpeg("-f", "lavfi", "-i", "color=black:size=640x360:rate=24", "-t", "3", "-pix_fmt", "yuv420p", path);
    const { source } = await appraisedFilm(path, folder);
    expect(source.appraisal.details).toEqual([]);
    const plan = planDelivery(parseTransformation("sp_auto"), source);
    expect(new Set(videoOf(plan).map(({ rendition }) => rendition.rung?.name))).toEqual(new Set(["234p", "360p"]));
  });

  it("is made of tall, turned and odd pictures as of all others", async () => {
    const tall = await appraised("tall", "testsrc2=size=202x638:rate=30", 2);
    expect(tall.trials.length).toBeGreaterThan(0);
    expect(tall.trials.every(({ width, height }) => width % 2 === 0 && height % 2 === 0 && height > width)).toBe(true);
  });
});
