/** Films made for tests: every picture carries its number, every sound is known. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

export const FRAME_BITS = 16;

/**
 * A strip of black and white blocks at the top of the picture spells the frame's number in binary, most significant
 * bit first; below it something moves.
 */
const numbered = (base: string, first: number): string =>
  `${base},geq=lum='if(lt(Y,H/5),16+219*mod(floor((N+${first})/pow(2,${FRAME_BITS - 1}-floor(X*${FRAME_BITS}/W))),2),p(X,Y))':cb='if(lt(Y,H/10),128,p(X,Y))':cr='if(lt(Y,H/10),128,p(X,Y))'`;

/** Sound without repetition: two gliding tones, so that every moment differs from every other. */
const GLIDE = "aevalsrc='0.3*sin(2*PI*(300*t+20*t*t))+0.2*sin(2*PI*(1900*t-35*t*t))'";

export interface Film {
  readonly path: string;
  readonly frameRate: string;
  readonly frames: number;
}

export interface FilmRecipe {
  readonly name: string;
  readonly seconds: number;
  readonly frameRate?: string;
  readonly size?: string;
  /** ffmpeg output options, encoder and container. */
  readonly options?: readonly string[];
  /** Filters behind the numbered picture. */
  readonly filters?: string;
  readonly sound?: { readonly sampleRate: number; readonly layout: string } | undefined;
  readonly picture?: boolean;
}

const STEREO = { sampleRate: 48_000, layout: "stereo" };

/** Makes a film, once, in a folder. */
export async function makeFilm(folder: string, recipe: FilmRecipe): Promise<Film> {
  const {
    name,
    seconds,
    frameRate = "30",
    size = "320x180",
    options = [],
    filters,
    sound = STEREO,
    picture = true,
  } = recipe;
  const path = join(folder, name);
  const [num = 30, den = 1] = frameRate.split("/").map(Number);
  const frames = Math.round((seconds * num) / den);
  if (existsSync(path)) return { path, frameRate, frames };
  const inputs = [
    ...(picture
      ? [
          "-f",
          "lavfi",
          "-i",
          `${numbered(`testsrc2=size=${size}:rate=${frameRate}`, 0)},format=yuv420p${filters ? `,${filters}` : ""}`,
        ]
      : []),
    ...(sound
      ? ["-f", "lavfi", "-i", `${GLIDE}:s=${sound.sampleRate}:c=mono,aformat=channel_layouts=${sound.layout}`]
      : []),
  ];
  const coded =
    options.length > 0
      ? options
      : ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-c:a", "pcm_s16le", "-f", "mov"];
  await exec("ffmpeg", ["-nostdin", "-v", "error", "-y", ...inputs, "-t", String(seconds), ...coded, path]);
  return { path, frameRate, frames };
}

/** Runs ffmpeg for something no recipe describes. */
export const ffmpeg = (...args: readonly string[]): Promise<unknown> =>
  exec("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args]);
