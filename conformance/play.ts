/** Films on their way through the whole service: made, uploaded, streamed and joined again. */

import { inject } from "vitest";
import { type Facts, factsOf } from "./facts.ts";
import { type FilmRecipe, makeFilm } from "./films.ts";
import { address, joinRendition, openStream, type Stream, upload } from "./stream.ts";

/** H.264 for test films: quick, and good enough to tell pictures apart. */
export const X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16"];

/** The stream of an asset in H.264. */
export const streamOf = (publicId: string, transformation = "sp_auto"): Promise<Stream> =>
  openStream(
    address(`/${inject("service").settings.CLOUD_NAME}/video/upload/${transformation}/${publicId}.m3u8?caps=h264`),
  );

/** Makes a film, and plays the first rendition of it. */
export async function play(
  recipe: FilmRecipe,
): Promise<{ stream: Stream; path: string; facts: Facts; source: string; frames: number }> {
  const film = await makeFilm(inject("service").folder, recipe);
  const publicId = `source-${recipe.name.replace(".", "-")}`;
  await upload(film.path, publicId);
  const stream = await streamOf(publicId);
  const { path } = await joinRendition(stream.variants[0]?.address ?? "", publicId);
  return { stream, path, facts: await factsOf(path), source: film.path, frames: film.frames };
}
