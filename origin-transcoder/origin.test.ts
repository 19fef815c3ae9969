import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type AnotherOrigin, startAnotherOrigin } from "../conformance/another-origin.ts";
import { makeFilm } from "../conformance/films.ts";
import { describeOriginContract } from "../edge/testing/origin.contract.ts";

let folder: string;
let origin: AnotherOrigin;

afterAll(async () => {
  await origin?.stop();
  await rm(folder, { recursive: true, force: true });
});

describeOriginContract("the real one, with ffmpeg", async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  const { path } = await makeFilm(folder, { name: "film.mov", seconds: 3 });
  origin = await startAnotherOrigin(path);
  return origin;
});
