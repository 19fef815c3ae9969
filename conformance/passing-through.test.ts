import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Film, makeFilm } from "./films.ts";
import { frameNumbers, output } from "./pictures.ts";
import { errorDecibels, lagAt, samplesOf } from "./sound.ts";
import {
  address,
  bytesOf,
  get,
  joinRendition,
  openRendition,
  openStream,
  type Stream,
  upload,
  writeJoined,
} from "./stream.ts";

const { folder, settings } = inject("service");

/** Segments are joined without the container's help: what the boxes hold is what is shown. */
const AS_CODED = ["-ignore_editlist", "1"];

const KEYED = ["-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-bf", "3"];
const OPTIONS = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "30", ...KEYED, "-c:a", "aac", "-b:a", "96k"];

const pathOf = (publicId: string, transformation = "sp_auto", extension = "m3u8"): string =>
  `/${settings.CLOUD_NAME}/video/upload/${transformation}/${publicId}.${extension}?caps=h264`;

const streamOf = (publicId: string, transformation?: string): Promise<Stream> =>
  openStream(address(pathOf(publicId, transformation)));

const copyIn = ({ variants }: Stream): string => {
  const found = variants.find(({ address: each }) => each.includes("-h264-copy/"));
  if (!found) throw new Error("nothing is copied");
  return found.address;
};

const tierOf = (response: Response): string | undefined =>
  /cache;desc=(\w+)/.exec(response.headers.get("server-timing") ?? "")?.[1];

describe.each([
  ["MP4", { name: "pass.mp4", seconds: 17.4, frameRate: "30", size: "640x360", options: OPTIONS }],
  ["Matroska", { name: "pass.mkv", seconds: 12.012, frameRate: "30000/1001", size: "640x360", options: OPTIONS }],
])("a film whose key pictures lie on the grid, in %s", (_, recipe) => {
  const publicId = recipe.name.replace(".", "-");
  let film: Film;
  let stream: Stream;

  beforeAll(async () => {
    film = await makeFilm(folder, recipe);
    await upload(film.path, publicId);
    stream = await streamOf(publicId);
  });

  it("is passed through: its segments, fetched in random order, show its own pictures", async () => {
    const joined = await joinRendition(copyIn(stream), `${publicId}-copied`);
    expect(joined.starts[0]).toBe(0);
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    expect(joined.samples.reduce((sum, samples) => sum + samples, 0)).toBe(film.frames);
    const digests = async (path: string) =>
      (
        await output("ffmpeg", [
          "-v",
          "error",
          "-i",
          path,
          "-map",
          "0:V",
          "-fps_mode",
          "passthrough",
          "-f",
          "framemd5",
          "-",
        ])
      )
        .toString()
        .split("\n")
        .filter((line) => /^\d/.test(line))
        .map((line) => line.split(",").at(-1));
    expect(await digests(joined.path)).toEqual(await digests(film.path));
  });

  it("goes on in another rung without losing, doubling or moving a picture, and comes back", async () => {
    const [copied, encoded] = [copyIn(stream), stream.variants.find((variant) => variant.resolution === "416x234")];
    const renditions = [await openRendition(copied), await openRendition(encoded?.address ?? "")];
    const count = renditions[0]?.segments.length ?? 0;
    expect(renditions.map(({ segments }) => segments)).toMatchObject([{ length: count }, { length: count }]);
    let [end, shown] = [0, 0];
    for (let number = 0; number < count; number++) {
      const { init, segments } = renditions[number % 2] as (typeof renditions)[number];
      const name = `${folder}/${publicId}-switch-${number}.mp4`;
      const part = await writeJoined(name, await bytesOf(init), [await bytesOf(segments[number]?.address ?? "")]);
      expect(part.starts).toEqual([end]);
      end = part.ends[0] ?? 0;
      const numbers = await frameNumbers(part.path, AS_CODED);
      expect(numbers).toEqual(Array.from({ length: part.samples[0] ?? 0 }, (_, index) => shown + index));
      shown += numbers.length;
    }
    expect(shown).toBe(film.frames);
  });

  it("sounds like itself, to the sample", async () => {
    expect(stream.audio[0]).toContain("/audio0-aac-copy/");
    const joined = await joinRendition(stream.audio[0] ?? "", `${publicId}-sound`);
    const [copied, own] = await Promise.all([
      samplesOf(joined.path, 48_000, [...AS_CODED, "-flags2", "+skip_manual"]),
      samplesOf(film.path, 48_000),
    ]);
    // What primes the decoder lies before zero; of Matroska ffmpeg plays it.
    const heard = own.subarray(recipe.name.endsWith(".mkv") ? 1024 : 0);
    for (const join of joined.starts.slice(1)) {
      expect(lagAt(copied, heard, join - 2048, 64)).toBe(0);
      expect(errorDecibels(copied, heard, join - 1024, join + 1024)).toBeLessThan(-60);
    }
  });
});

describe("what is passed through", () => {
  const recipe = { name: "told.mp4", seconds: 65, frameRate: "30", size: "640x360", options: OPTIONS };
  let film: Film;

  beforeAll(async () => {
    film = await makeFilm(folder, recipe);
    await upload(film.path, "told");
  });

  it("is told by Server-Timing to whoever causes it", async () => {
    const { init, segments } = await openRendition(copyIn(await streamOf("told")));
    for (const made of [init, segments[5]?.address ?? ""]) {
      expect(tierOf(await get(made))).toBe("copied");
      expect(["edge", "store"]).toContain(tierOf(await get(made)));
    }
  });

  it("is a cut that begins and ends with key pictures, too", async () => {
    const joined = await joinRendition(copyIn(await streamOf("told", "so_8,eo_20/sp_auto")), "told-cut");
    expect(await frameNumbers(joined.path, AS_CODED)).toEqual(Array.from({ length: 360 }, (_, index) => 240 + index));
  });

  it("is not a cut between them, nor a picture that is changed", async () => {
    for (const transformation of ["so_3/sp_auto", "e_sepia/sp_auto", "q_60/sp_auto"]) {
      const { variants } = await streamOf("told", transformation);
      expect(variants.some(({ address: each }) => each.includes("-copy/"))).toBe(false);
    }
  });

  it("makes a long film one file, whose pictures are shown when they were", async () => {
    const path = `${folder}/told-file.mp4`;
    const response = await get(address(pathOf("told", "q_auto", "mp4")));
    await writeJoined(path, Buffer.from(await response.arrayBuffer()), []).catch(() => {});
    expect((await readFile(path)).length).toBe(Number(response.headers.get("content-length")));
    expect(await frameNumbers(path)).toEqual(Array.from({ length: film.frames }, (_, index) => index));
    const times = (
      await output("ffprobe", [
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
        path,
      ])
    )
      .toString()
      .split("\n")
      .map(Number.parseFloat)
      .filter((time) => !Number.isNaN(time));
    expect(Math.min(...times)).toBe(0);
  });
});
