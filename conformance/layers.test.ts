import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Film, ffmpeg, makeFilm } from "./films.ts";
import { frameNumbers, output } from "./pictures.ts";
import { errorDecibels, lagAt, samplesOf } from "./sound.ts";
import { address, get, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

const AS_CODED = ["-ignore_editlist", "1"];
/** Places are given for this size. */
const [WIDTH, HEIGHT] = [640, 360];

type Colour = readonly [red: number, green: number, blue: number];

/** The mean colour of a part of each picture of a file. */
async function coloursIn(path: string, part: string, inputOptions: readonly string[] = AS_CODED) {
  const filter = `scale=${WIDTH}:${HEIGHT},crop=${part},scale=1:1:flags=area,format=rgb24`;
  const bytes = await output("ffmpeg", [
    ...["-v", "error", ...inputOptions, "-i", path, "-map", "0:v:0", "-vf", filter],
    ...["-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
  ]);
  return Array.from({ length: bytes.length / 3 }, (_, index) => [
    ...bytes.subarray(index * 3, index * 3 + 3),
  ]) as unknown as readonly Colour[];
}

const near =
  (...wanted: Colour) =>
  (colour: Colour): boolean =>
    colour.every((level, index) => Math.abs(level - (wanted[index] ?? 0)) < 25);
/** Colours that the films do not show. */
const isOrange = near(240, 130, 40);
const isSky = near(40, 130, 240);

const variantOf = async (chain: string, publicId = "beneath"): Promise<string> => {
  const stream = await openStream(address(`/${settings.CLOUD_NAME}/video/upload/${chain}/${publicId}.m3u8?caps=h264`));
  return stream.variants[0]?.address ?? "";
};

const joined = async (chain: string) =>
  (await joinRendition(await variantOf(chain), `layers-${chain.replaceAll(/\W/g, "-").slice(0, 80)}`)).path;

const countWhere = (colours: readonly Colour[], fits: (colour: Colour) => boolean): readonly number[] =>
  colours.flatMap((colour, index) => (fits(colour) ? [index] : []));

const between = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

async function uploadSquare(colour: string, publicId: string, name: string): Promise<Record<string, unknown>> {
  const path = `${folder}/${name}`;
  const alpha = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,64),255,0)'";
  await ffmpeg("-f", "lavfi", "-i", `color=${colour}:size=128x64,${alpha}`, "-frames:v", "1", path);
  return upload(path, publicId);
}

describe("layers over a film, segment by segment in random order", () => {
  let film: Film;

  beforeAll(async () => {
    film = await makeFilm(folder, { name: "beneath.mov", seconds: 9, size: "640x360" });
    await upload(film.path, "beneath");
    // The strip of numbers fills the top fifth: below lie the layers.
    const small = await makeFilm(folder, { name: "above.mov", seconds: 3, size: "320x160", sound: undefined });
    await upload(small.path, "films/above");
    await uploadSquare("0xf08228", "logo", "logo.png");
  });

  it("show a picture over all of the film, where it is transparent the film, and no other frame than without", async () => {
    const path = await joined("l_logo/fl_layer_apply,g_south_west,x_20,y_20");
    const inside = await coloursIn(path, "48:48:28:284");
    expect(countWhere(inside, isOrange)).toEqual(between(0, film.frames));
    expect(countWhere(await coloursIn(path, "48:48:92:284"), isOrange)).toEqual([]);
    expect(await frameNumbers(path, AS_CODED)).toEqual(between(0, film.frames));
  });

  it("round the corners of a picture: what lies beneath shows there", async () => {
    const path = await joined("l_logo/c_crop,g_west,h_64,w_64/r_max/fl_layer_apply,g_south_west,x_20,y_20/du_2");
    expect(countWhere(await coloursIn(path, "32:32:36:292"), isOrange)).toEqual(between(0, 60));
    expect(countWhere(await coloursIn(path, "6:6:21:277"), isOrange)).toEqual([]);
  });

  it.each(["jpg", "webp"])("take a picture as .%s", async (extension) => {
    const path = `${folder}/plain.${extension}`;
    await ffmpeg("-f", "lavfi", "-i", "color=0xf08228:size=128x64", "-frames:v", "1", path);
    await upload(path, `plain-${extension}`);
    const shown = await joined(`l_plain-${extension}/fl_layer_apply,g_south_west,x_20,y_20,eo_1/du_2`);
    expect(countWhere(await coloursIn(shown, "48:48:28:284"), isOrange)).toEqual(between(0, 30));
  });

  it("show a picture from one frame to another, to the frame, and shift with a cut", async () => {
    const window = "l_logo/fl_layer_apply,g_south_west,x_20,y_20,so_2.5,eo_6.1";
    const part = "48:48:28:284";
    expect(countWhere(await coloursIn(await joined(window), part), isOrange)).toEqual(between(75, 183));
    expect(countWhere(await coloursIn(await joined(`${window}/so_1.5`), part), isOrange)).toEqual(between(30, 138));
    expect(countWhere(await coloursIn(await joined(`${window}/so_4`), part), isOrange)).toEqual(between(0, 63));
  });

  it("play a video from the frame on that it is laid at, and end with it", async () => {
    const path = await joined("l_video:films:above/fl_layer_apply,g_south_east,so_1.7");
    const crop = `${folder}/above-cropped.nut`;
    await ffmpeg(
      ...AS_CODED,
      "-i",
      path,
      "-vf",
      `scale=${WIDTH}:${HEIGHT},crop=320:160:320:200`,
      "-fps_mode",
      "passthrough",
      "-c:v",
      "ffv1",
      crop,
    );
    expect((await frameNumbers(crop)).slice(51, 51 + 90)).toEqual(between(0, 90));
    const beside = await coloursIn(path, "20:16:320:202");
    // The first block of the strip is black while the layer plays: its numbers are small.
    expect(
      countWhere(beside, ([red, green, blue]) => red + green + blue < 30).filter((at) => at >= 51 && at < 141),
    ).toHaveLength(90);
    expect(await frameNumbers(path, AS_CODED)).toEqual(between(0, film.frames));
  });

  it("change a layer by its own chain: cut, reversed, sized by the film's width, half transparent, blended", async () => {
    const path = await joined(
      "l_video:films:above/so_1,du_1/e_reverse/c_scale,fl_relative,w_0.5/fl_layer_apply,g_south_east",
    );
    const crop = `${folder}/reversed-cropped.nut`;
    await ffmpeg(
      ...AS_CODED,
      "-i",
      path,
      "-vf",
      `scale=${WIDTH}:${HEIGHT},crop=320:160:320:200`,
      "-fps_mode",
      "passthrough",
      "-c:v",
      "ffv1",
      crop,
    );
    expect((await frameNumbers(crop)).slice(0, 30)).toEqual([...between(30, 60)].reverse());
    const still = async (chain: string) => {
      const file = `${folder}/still.png`;
      const bytes = Buffer.from(
        await (await get(address(`/${settings.CLOUD_NAME}/video/upload/${chain}/beneath.png`))).arrayBuffer(),
      );
      await writeFile(file, bytes);
      return (await coloursIn(file, "40:40:28:284", []))[0] as Colour;
    };
    const place = "fl_layer_apply,g_south_west,x_20,y_20";
    const [plain, half, full] = [
      await still("c_scale,w_640"),
      await still(`l_logo/o_50/${place}`),
      await still(`l_logo/${place}`),
    ];
    half.forEach((level, index) => {
      expect(Math.abs(level - ((plain[index] ?? 0) + (full[index] ?? 0)) / 2)).toBeLessThan(12);
    });
    const [screened, multiplied, overlaid] = [
      await still(`l_logo/e_screen,${place}`),
      await still(`l_logo/e_multiply,${place}`),
      await still(`l_logo/e_overlay,${place}`),
    ];
    plain.forEach((level, index) => {
      const layer = full[index] ?? 0;
      expect(Math.abs((screened[index] ?? 0) - (255 - ((255 - level) * (255 - layer)) / 255))).toBeLessThan(12);
      expect(Math.abs((multiplied[index] ?? 0) - (level * layer) / 255)).toBeLessThan(12);
      const stronger = level < 128 ? (2 * level * layer) / 255 : 255 - (2 * (255 - level) * (255 - layer)) / 255;
      expect(Math.abs((overlaid[index] ?? 0) - stronger)).toBeLessThan(12);
    });
  });

  it("mix their sound into the film's, sample by sample and without a click at the joins", async () => {
    const tone = `${folder}/tone.wav`;
    await ffmpeg("-f", "lavfi", "-i", "aevalsrc='0.2*sin(2*PI*(700*t+30*t*t))':s=48000:c=mono:d=4", tone);
    await upload(tone, "tone");
    const sound = async (chain: string) => {
      const stream = await openStream(address(`/${settings.CLOUD_NAME}/video/upload/${chain}/beneath.m3u8?caps=h264`));
      const rendition = await joinRendition(stream.audio[0] ?? "", `mixed-${chain.replaceAll(/\W/g, "-")}`);
      const samples = await samplesOf(rendition.path, 48_000, [...AS_CODED, "-flags2", "+skip_manual"]);
      return { samples, joins: rendition.starts.slice(1) };
    };
    const film = (at: number) =>
      0.3 * Math.sin(2 * Math.PI * (300 * at + 20 * at * at)) +
      0.2 * Math.sin(2 * Math.PI * (1900 * at - 35 * at * at));
    const layer = (at: number) => 0.2 * Math.sin(2 * Math.PI * (700 * at + 30 * at * at));
    const wanted = (heard: (at: number) => number) =>
      Float32Array.from({ length: 9 * 48_000 }, (_, index) => heard(index / 48_000));
    const chains: readonly (readonly [string, (at: number) => number])[] = [
      [
        "l_audio:tone/e_volume:-50/fl_layer_apply,so_1.7",
        (at) => film(at) + (at >= 1.7 && at < 5.7 ? layer(at - 1.7) / 2 : 0),
      ],
      [
        "l_audio:tone/so_1/fl_layer_apply,so_3,du_2.5/so_1",
        (at) => film(at + 1) + (at >= 2 && at < 4.5 ? layer(at - 1) : 0),
      ],
      [
        "so_2/l_video:heard/fl_layer_apply,g_south_east,so_1",
        (at) => film(at + 2) + (at >= 1 && at < 4 ? film(at - 1) : 0),
      ],
      ["so_2/l_video:heard/e_volume:mute/fl_layer_apply,g_south_east,so_1", (at) => film(at + 2)],
    ];
    const heard = await makeFilm(folder, { name: "heard.mov", seconds: 3, size: "160x90" });
    await upload(heard.path, "heard");
    for (const [chain, what] of chains) {
      const { samples, joins } = await sound(chain);
      const expected = wanted(what);
      for (const place of [...joins, 30_000, 100_000, 150_000]) {
        expect(lagAt(samples, expected, place - 2048, 64)).toBe(0);
        expect(errorDecibels(samples, expected, place - 1024, place + 1024)).toBeLessThan(-25);
      }
    }
  });

  it("are in files, too, beside the sound", async () => {
    const path = `${folder}/layered.mp4`;
    const delivery = address(
      `/${settings.CLOUD_NAME}/video/upload/so_1,du_2/l_logo/fl_layer_apply,g_south_west,x_20,y_20,so_1/beneath.mp4`,
    );
    await writeFile(path, Buffer.from(await (await get(delivery)).arrayBuffer()));
    expect(await frameNumbers(path)).toEqual(between(30, 90));
    expect(countWhere(await coloursIn(path, "48:48:28:284", []), isOrange)).toEqual(between(30, 60));
    const heard = await samplesOf(path, 48_000);
    expect(Math.abs(heard.length - 96_000)).toBeLessThan(2048);
  });

  it("have another key when the layer is uploaded anew", async () => {
    await uploadSquare("0xf08228", "replaced", "first.png");
    const chain = "l_replaced/fl_layer_apply,g_south_west,x_20,y_20,du_1";
    const before = await variantOf(chain);
    await uploadSquare("0x2882f0", "replaced", "second.png");
    const after = await variantOf(chain);
    expect(after).not.toBe(before);
    const blue = await coloursIn((await joinRendition(after, "replaced")).path, "48:48:28:284");
    expect(countWhere(blue, isSky)).toEqual(between(0, 30));
  });

  it("are not there in a version that never was", async () => {
    const known = await variantOf("l_logo/fl_layer_apply");
    const other = known.replace(/l_logo:(@|%40)[0-9a-f]{16}/, "l_logo:$10123456789abcdef");
    expect(other).not.toBe(known);
    expect((await fetch(other)).status).toBe(404);
  });

  it("draw text for what it is, whatever it holds", async () => {
    const path = await joined(
      "l_text:DejaVu%20Sans_40_bold:%25%7Bpts%7D%20'%5C:%252C[]%3B=,co_rgb:ff0000,b_yellow/fl_layer_apply,g_south,so_1,eo_2",
    );
    const [drawn, plain] = [
      await coloursIn(path, "36:36:440:318"),
      await coloursIn(await joined("c_scale,w_640"), "36:36:440:318"),
    ];
    const differs = drawn.flatMap((colour, at) =>
      colour.some((level, index) => Math.abs(level - (plain[at]?.[index] ?? 0)) > 20) ? [at] : [],
    );
    expect(differs).toEqual(between(30, 60));
  });

  it.each([
    ["l_nothing/fl_layer_apply", 400],
    ["l_authenticated:logo/fl_layer_apply", 400],
    ["l_text:Arial%253Afile=%252Fetc%252Fpasswd_40:x/fl_layer_apply", 400],
    ["l_logo/e_displace/fl_layer_apply", 400],
  ])("refuse %s by name", async (chain, status) => {
    const response = await fetch(address(`/${settings.CLOUD_NAME}/video/upload/${chain}/beneath.m3u8`));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ parameter: expect.stringMatching(/^(l|e_displace)$/) });
  });
});
