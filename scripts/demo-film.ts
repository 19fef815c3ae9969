/** Makes the demo film: moving picture, frame counter, a tone that changes; nothing of it is in the repository. */

import { execFile } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { promisify } from "node:util";

const SECONDS = 24;
const RATE = 24;
/** The fractal costs by the pixel: a small one is scaled up. */
const FRACTAL_SIZE = "480x270";

/**
 * A slow zoom into the Mandelbrot set, with a test card in the corner that counts time and frames, and a scale of
 * notes, one a second, so that eye and ear can tell where they are.
 */
export async function makeDemoFilm(path: string): Promise<void> {
  if (existsSync(path)) return;
  const temporary = `${path}.part.mp4`;
  const card = "testsrc2=size=320x180:rate=24";
  const notes =
    "aevalsrc='0.25*sin(2*PI*220*pow(2,mod(floor(t),12)/12)*t)*min(1,20*mod(t,1))*min(1,20*(1-mod(t,1)))':sample_rate=48000:channel_layout=stereo";
  await promisify(execFile)("ffmpeg", [
    "-nostdin",
    "-v",
    "error",
    "-y",
    "-f",
    "lavfi",
    "-i",
    `mandelbrot=size=${FRACTAL_SIZE}:rate=${RATE}:maxiter=120:end_scale=0.02:end_pts=900:inner=mincol`,
    "-f",
    "lavfi",
    "-i",
    card,
    "-f",
    "lavfi",
    "-i",
    notes,
    "-filter_complex",
    "[0:v]scale=1280:720:flags=bicubic[fractal];[fractal][1:v]overlay=40:500,format=yuv420p",
    "-t",
    String(SECONDS),
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-crf",
    "22",
    "-g",
    "96",
    "-c:a",
    "aac",
    "-b:a",
    "160k",
    "-movflags",
    "+faststart",
    temporary,
  ]);
  renameSync(temporary, path);
}
