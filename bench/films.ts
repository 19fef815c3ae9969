/** Films to be measured with, made by ffmpeg. */

import { randomBytes } from "node:crypto";
import { appendFile, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { ffmpeg } from "../conformance/films.ts";

export const FRAME_RATE = 30;

/** Key pictures lie as far apart as x264 puts them by default (250 frames): seeking costs what it costs with real films. */
const GOP_FRAMES = 250;

/**
 * A test card beside a slow zoom into the Mandelbrot set under film grain: what moves evenly, what changes everywhere,
 * what cannot be predicted. One alone is too easy or too hard for one of the codecs; together they take the bits that
 * camera film takes, and run into the caps of the upper rungs as that does.
 */
const picture = (width: number, height: number): string => {
  const half = width / 2;
  return [
    `testsrc2=size=${width}x${height}:rate=${FRAME_RATE}[card]`,
    `mandelbrot=size=720x404:rate=${FRAME_RATE}:maxiter=120:end_scale=0.02:end_pts=900,noise=alls=8:allf=t,scale=${half}:${height}[zoom]`,
    `[card][zoom]overlay=${half}:0,format=yuv420p`,
  ].join(";");
};

export interface FilmRecipe {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly rateFactor: number;
  /** The distance of key pictures, and no other where it is named. */
  readonly gopFrames?: number;
}

/** Makes a film with stereo sound; answers its path. */
export async function makeFilm(folder: string, recipe: FilmRecipe): Promise<string> {
  const path = join(folder, recipe.name);
  await ffmpeg(
    ...["-f", "lavfi", "-i", picture(recipe.width, recipe.height)],
    ...["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000,aformat=channel_layouts=stereo"],
    ...["-t", String(recipe.seconds), "-c:v", "libx264", "-preset", "veryfast", "-crf", String(recipe.rateFactor)],
    ...["-g", String(recipe.gopFrames ?? GOP_FRAMES), ...(recipe.gopFrames ? ["-sc_threshold", "0"] : [])],
    ...["-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", path],
  );
  return path;
}

/** The same film over and over: length without the time that encoding it would take. */
export async function repeatFilm(film: string, times: number, path: string): Promise<string> {
  await ffmpeg("-stream_loop", String(times - 1), "-i", film, "-c", "copy", "-movflags", "+faststart", path);
  return path;
}

const FREE_BOX_PAYLOAD_BYTES = 16;

/** The same film as a file that no service has ever seen: sources are known by the digest of their bytes. */
export async function unseenCopy(film: string, path: string): Promise<string> {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + FREE_BOX_PAYLOAD_BYTES);
  header.write("free", 4, "latin1");
  await copyFile(film, path);
  // ISO/IEC 14496-12 8.1.2: readers pass over a free box.
  await appendFile(path, Buffer.concat([header, randomBytes(FREE_BOX_PAYLOAD_BYTES)]));
  return path;
}
