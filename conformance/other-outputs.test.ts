import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { makeFilm } from "./films.ts";
import { difference, frameNumbers, output, thumbnail } from "./pictures.ts";
import { address, get, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const file = (transformation: string, extension: string): string =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/told.${extension}`);

/** A film of 25 frames a second with a key picture every 40 frames, and no other. */
let film: string;

beforeAll(async () => {
  const keyed = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "40", "-sc_threshold", "0"];
  const options = [...keyed, "-c:a", "pcm_s16le", "-f", "mov"];
  const recipe = { name: "told.mov", seconds: 8, frameRate: "25", size: "320x180", options };
  ({ path: film } = await makeFilm(folder, recipe));
  await upload(film, "told");
});

let fetched = 0;

async function saved(url: string, extension: string): Promise<string> {
  const path = join(folder, `told-${fetched++}.${extension}`);
  await writeFile(path, new Uint8Array(await (await get(url)).arrayBuffer()));
  return path;
}

interface Index {
  readonly tile_width: number;
  readonly tile_height: number;
  readonly sheets: readonly { readonly url: string; readonly width: number; readonly height: number }[];
  readonly tiles: readonly { start: number; end: number; shows: number; sheet: number; x: number; y: number }[];
}

/** The tiles of a storyboard, each cut out of its sheet, beside what the index says of it. */
async function storyboard(transformation: string) {
  const index = (await (await get(file(transformation, "json"))).json()) as Index;
  const sheets = await Promise.all(index.sheets.map(({ url }) => saved(address(url), "jpg")));
  const tiles = index.tiles.map(async (tile, number) => {
    const path = join(folder, `tile-${fetched++}-${number}.png`);
    const crop = `crop=${index.tile_width}:${index.tile_height}:${tile.x}:${tile.y}`;
    await output("ffmpeg", ["-v", "error", "-i", sheets[tile.sheet] ?? "", "-vf", crop, path]);
    return { ...tile, path, frame: (await frameNumbers(path))[0] };
  });
  return { index, sheets, tiles: await Promise.all(tiles) };
}

describe("a storyboard", () => {
  it("shows in each tile the very frame that its index names", async () => {
    const { index, sheets, tiles } = await storyboard("w_160/fl_sprite,vs_0.25s");
    expect([index.tile_width, index.tile_height, tiles.length, sheets.length]).toEqual([160, 90, 32, 2]);
    // Key pictures where there are some (0, 40, 80, 120, 160), else the frame with which a tile's time begins.
    const begins = Array.from({ length: 32 }, (_, tile) => Math.floor(tile * 6.25));
    const expected = begins.map((frame, tile) => {
      const key = Math.ceil(frame / 40) * 40;
      return key < Math.floor((tile + 1) * 6.25) ? key : frame;
    });
    expect(tiles.map(({ frame }) => frame)).toEqual(expected);
    expect(tiles.map(({ shows }) => Math.round(shows * 25))).toEqual(expected);
    expect(tiles.every(({ start, end, shows }) => start <= shows && shows < end)).toBe(true);
    const [sheet] = index.sheets;
    const probed = await output("ffprobe", [
      ...["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", sheets[0] ?? ""],
    ]);
    expect(probed.toString().trim()).toBe(`${sheet?.width},${sheet?.height}`);
  });

  it("looks as the film does at those moments", async () => {
    const { tiles } = await storyboard("w_160/fl_sprite,vs_4");
    for (const { path, shows } of tiles) {
      const source = join(folder, `told-${fetched++}.png`);
      const picked = `select='eq(n,${Math.round(shows * 25)})',scale=160:90`;
      await output("ffmpeg", ["-v", "error", "-i", film, "-vf", picked, "-frames:v", "1", source]);
      expect(difference(await thumbnail(path, 0, ""), await thumbnail(source, 0, ""))).toBeLessThan(2);
    }
  });

  it("goes through all that is done to the film", async () => {
    const { tiles } = await storyboard("so_2,eo_6/e_reverse/e_negate/w_160/fl_sprite,vs_4");
    // Negated, each bit of a frame's number is the other.
    expect(tiles.map(({ frame = 0 }) => 0xffff - frame)).toEqual([149, 124, 99, 74]);
  });

  it("is one picture where one is asked for", async () => {
    const sheet = await saved(file("fl_sprite,vs_4/w_160", "webp"), "webp");
    const { sheets } = await storyboard("w_160/fl_sprite,vs_4,f_webp");
    expect(difference(await thumbnail(sheet, 0, ""), await thumbnail(sheets[0] ?? "", 0, ""))).toBe(0);
  });
});

interface Told {
  readonly input: Readonly<Record<string, number | string>>;
  readonly output: Readonly<Record<string, number | string>>;
}

describe("what fl_getinfo tells", () => {
  const told = async (transformation: string, extension: string) =>
    (await (await get(file(`${transformation}/fl_getinfo`, extension))).json()) as Told;

  async function probed(path: string) {
    const json = await output("ffprobe", [
      ...["-v", "error", "-count_frames", "-of", "json", "-show_entries"],
      ...[
        "stream=codec_type,codec_name,width,height,r_frame_rate,nb_read_frames,sample_rate,channels:format=size",
        path,
      ],
    ]);
    type Stream = Readonly<Record<string, string | number>>;
    const { streams, format } = JSON.parse(json.toString()) as { streams: readonly Stream[]; format: { size: string } };
    const picture = streams.find((stream) => stream["codec_type"] === "video");
    const sound = streams.find((stream) => stream["codec_type"] === "audio");
    return { picture, sound, bytes: Number(format.size) };
  }

  it("of the film is what a probe finds in it", async () => {
    const { picture, sound, bytes } = await probed(film);
    expect((await told("w_100", "jpg")).input).toMatchObject({
      ...{ bytes, duration: 8, width: picture?.["width"], height: picture?.["height"], frame_rate: "25" },
      ...{ video_codec: picture?.["codec_name"], audio_codec: sound?.["codec_name"] },
    });
  });

  it.each([
    ["c_fill,h_90,w_120/so_1,du_2/e_accelerate:100", "mp4"],
    ["so_1,du_1/a_90/w_90", "webm"],
    ["du_1/w_160", "gif"],
    ["c_scale,w_101", "png"],
  ])("of %s as .%s is what comes", async (transformation, extension) => {
    const { picture, sound } = await probed(await saved(file(transformation, extension), extension));
    const { output: facts } = await told(transformation, extension);
    expect([facts["width"], facts["height"]]).toEqual([picture?.["width"], picture?.["height"]]);
    if ("frames" in facts) expect(String(facts["frames"])).toBe(picture?.["nb_read_frames"]);
    if ("video_codec" in facts) expect(facts["video_codec"]).toBe(picture?.["codec_name"]);
    if (sound)
      expect([facts["audio_codec"], String(facts["sample_rate"]), facts["channels"]]).toEqual([
        sound["codec_name"],
        sound["sample_rate"],
        sound["channels"],
      ]);
  });
});
