import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ffmpeg, makeFilm } from "./films.ts";
import { difference, frameNumbers, output, thumbnail } from "./pictures.ts";
import { samplesOf } from "./sound.ts";
import { address, get, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const file = (transformation: string, extension: string): string =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/outlined.${extension}`);

/** Four seconds of sound: the left channel grows, the right one is steady, and both are low in a gap. */
const SWELLING = "0.9*t/4*sin(2*PI*440*t)|if(between(t,1,1.5),0.02,0.3)*sin(2*PI*330*t)";
const swelling = join(folder, "swelling.wav");

/** A film of 25 frames a second with a key picture every 40 frames, and no other. */
let film: string;

beforeAll(async () => {
  const keyed = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "40", "-sc_threshold", "0"];
  const options = [...keyed, "-c:a", "pcm_s16le", "-f", "mov"];
  const recipe = { name: "outlined.mov", seconds: 8, frameRate: "25", size: "320x180", options };
  ({ path: film } = await makeFilm(folder, recipe));
  await upload(film, "outlined");
  await ffmpeg("-f", "lavfi", "-i", `aevalsrc='${SWELLING}':s=48000:d=4`, "-c:a", "pcm_s16le", swelling);
  await upload(swelling, "swelling");
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

  it("shows layers in the tiles of their time, and in no others", async () => {
    const written = "l_text:Arial_40:HHHH,co_white,b_white/fl_layer_apply,g_south";
    const bottom = async (path: string) => {
      const grey = await thumbnail(path, 0, "crop=60:10:50:78");
      return grey.reduce((sum, value) => sum + value, 0) / grey.length;
    };
    const { tiles } = await storyboard(`w_160/${written},so_1,eo_3/fl_sprite,vs_8`);
    expect(tiles.map(({ frame }) => frame)).toEqual([0, 40, 50, 80, 120, 125, 160, 175]);
    const lightness = await Promise.all(tiles.map(({ path }) => bottom(path)));
    expect(lightness.map((grey) => grey > 230)).toEqual([false, true, true, false, false, false, false, false]);
  });

  it("is one picture where one is asked for", async () => {
    const sheet = await saved(file("fl_sprite,vs_4/w_160", "webp"), "webp");
    const { sheets } = await storyboard("w_160/fl_sprite,vs_4,f_webp");
    expect(difference(await thumbnail(sheet, 0, ""), await thumbnail(sheets[0] ?? "", 0, ""))).toBe(0);
  });
});

describe("a waveform", () => {
  const waveform = (transformation: string, extension: string, name = "swelling"): Promise<string> =>
    saved(address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/${name}.${extension}`), extension);

  /** Red, green, blue and opacity of a picture, pixel by pixel. */
  const pixelsOf = (path: string): Promise<Buffer> =>
    output("ffmpeg", ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"]);

  /** What share of each column is lighter than half. */
  async function columns(path: string, width: number, height: number): Promise<readonly number[]> {
    const pixels = await pixelsOf(path);
    expect(pixels.length).toBe(width * height * 4);
    return Array.from({ length: width }, (_, x) => {
      const rows = Array.from({ length: height }, (_, y) => pixels[(y * width + x) * 4] ?? 0);
      return rows.filter((lightness) => lightness > 127).length / height;
    });
  }

  /** The loudest sample of either channel, in so many parts of some seconds of the sound. */
  async function peaks(from: number, to: number, parts: number): Promise<readonly number[]> {
    const channels = await Promise.all(
      [0, 1].map(async (channel) => {
        const path = join(folder, `told-${fetched++}.wav`);
        await ffmpeg("-i", swelling, "-af", `pan=mono|c0=c${channel}`, path);
        return samplesOf(path, 48_000);
      }),
    );
    const length = ((to - from) * 48_000) / parts;
    return Array.from({ length: parts }, (_, part) => {
      const start = Math.round(from * 48_000 + part * length);
      const ofChannel = channels.map((samples) => samples.subarray(start, start + length).map(Math.abs));
      return Math.max(...ofChannel.map((samples) => Math.max(...samples)));
    });
  }

  /** How far columns are from peaks at most, as a share of the height. */
  const apart = (drawn: readonly number[], heard: readonly number[]): number =>
    Math.max(...drawn.map((share, column) => Math.abs(share - (heard[column] ?? 0))));

  it.each([
    ["all of it", "fl_waveform", "png", 0, 4, 640, 160],
    ["a part, at a size", "so_1,eo_2,h_100,w_200,fl_waveform", "png", 1, 2, 200, 100],
    ["as a .jpg", "du_2/fl_waveform", "jpg", 0, 2, 640, 160],
    ["as a .webp", "du_2/fl_waveform", "webp", 0, 2, 640, 160],
  ])("is as high as the louder channel's peaks: %s", async (_, transformation, extension, from, to, width, height) => {
    const drawn = await columns(await waveform(transformation, extension), width, height);
    expect(apart(drawn, await peaks(from, to, width))).toBeLessThan(3 / height);
  });

  it("is that of what is done to the sound, and is changed by what follows it as any picture", async () => {
    const heard = await peaks(0, 4, 640);
    const louder = await columns(await waveform("e_volume:-50/fl_waveform", "png"), 640, 160);
    expect(
      apart(
        louder,
        heard.map((peak) => peak / 2),
      ),
    ).toBeLessThan(3 / 160);
    const reversed = await columns(await waveform("e_reverse/fl_waveform", "png"), 640, 160);
    // Sound alone lasts whole AAC frames: what fills the last one stands at the front. Behind it lies no jump.
    const grown = (shares: readonly number[]) => shares.slice(10, 380);
    expect(apart(grown(reversed), grown([...heard].reverse()))).toBeLessThan(4 / 160);
    const half = await columns(await waveform("fl_waveform/c_crop,h_160,w_320,g_east", "png"), 320, 160);
    expect(apart(half, heard.slice(320))).toBeLessThan(3 / 160);
  });

  it("is drawn in the colours that are asked for", async () => {
    const pixels = await pixelsOf(await waveform("co_rgb:ff8000,b_blue,fl_waveform", "png"));
    const at = (x: number, y: number) => [...pixels.subarray((y * 640 + x) * 4, (y * 640 + x) * 4 + 4)];
    const near = (colour: readonly number[], meant: readonly number[]) =>
      expect(Math.max(...colour.map((level, index) => Math.abs(level - (meant[index] ?? 0))))).toBeLessThan(6);
    near(at(600, 80), [255, 128, 0, 255]);
    near(at(600, 4), [0, 0, 255, 255]);
    const clear = await pixelsOf(await waveform("co_rgb:ff8000,b_transparent,fl_waveform", "png"));
    expect([clear[(4 * 640 + 600) * 4 + 3], clear[(80 * 640 + 600) * 4 + 3]]).toEqual([0, 255]);
  });

  it("can be had of a video, with layers on it, and of sound that is mixed", async () => {
    expect(await columns(await waveform("fl_waveform", "png", "outlined"), 640, 160)).not.toContain(0);
    const mixed = await waveform("l_audio:swelling/fl_layer_apply/fl_waveform", "png", "outlined");
    expect(Math.max(...(await columns(mixed, 640, 160)))).toBeGreaterThan(0.8);
    const written = "fl_waveform/l_text:Arial_60:loud,co_yellow/fl_layer_apply";
    expect(await pixelsOf(await waveform(written, "png", "outlined"))).not.toEqual(
      await pixelsOf(await waveform("fl_waveform", "png", "outlined")),
    );
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
