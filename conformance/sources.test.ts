import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { type FilmRecipe, ffmpeg, makeFilm } from "./films.ts";
import { frameNumbers, output } from "./pictures.ts";
import { lagAt, samplesOf } from "./sound.ts";
import { address, get, joinRendition, openStream, type Stream, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const cloud = settings.CLOUD_NAME;

const streamOf = (publicId: string, transformation = "sp_auto"): Promise<Stream> =>
  openStream(address(`/${cloud}/video/upload/${transformation}/${publicId}.m3u8?caps=h264`));

interface Facts {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly pixelFormat: string;
  readonly fieldOrder: string;
}

async function factsOf(path: string): Promise<Facts> {
  const json = await output("ffprobe", [
    "-v",
    "error",
    "-ignore_editlist",
    "1",
    "-count_frames",
    "-select_streams",
    "v",
    "-show_streams",
    "-of",
    "json",
    path,
  ]);
  const [stream] = (
    JSON.parse(json.toString()) as {
      streams: readonly {
        width: number;
        height: number;
        nb_read_frames: string;
        pix_fmt: string;
        field_order: string;
      }[];
    }
  ).streams;
  if (!stream) throw new Error("no picture");
  return {
    width: stream.width,
    height: stream.height,
    frames: Number(stream.nb_read_frames),
    pixelFormat: stream.pix_fmt,
    fieldOrder: stream.field_order,
  };
}

/** When the first picture or sound of a file is presented. */
async function firstSeconds(path: string, media: "v" | "a"): Promise<number> {
  const text = await output("ffprobe", [
    "-v",
    "error",
    "-select_streams",
    media,
    "-show_frames",
    "-show_entries",
    "frame=best_effort_timestamp_time",
    "-read_intervals",
    "%+#3",
    "-of",
    "csv=p=0",
    path,
  ]);
  return Number.parseFloat(text.toString());
}

/** Grey values of a picture shrunk to 16x9, for comparison with what another program made of the source. */
const thumbnail = async (
  path: string,
  seconds: number,
  filter: string,
  options: readonly string[] = [],
): Promise<Buffer> =>
  output("ffmpeg", [
    "-nostdin",
    "-v",
    "error",
    ...options,
    "-i",
    path,
    "-vf",
    `${filter}${filter ? "," : ""}select='gte(t,${seconds})',scale=16:9:flags=area,format=gray`,
    "-frames:v",
    "1",
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "pipe:1",
  ]);

const difference = (a: Buffer, b: Buffer): number =>
  a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;

const X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16"];
const STEREO = { sampleRate: 48_000, layout: "stereo" };

async function play(
  recipe: FilmRecipe,
): Promise<{ stream: Stream; path: string; facts: Facts; source: string; frames: number }> {
  const film = await makeFilm(folder, recipe);
  const publicId = `source-${recipe.name.replace(".", "-")}`;
  await upload(film.path, publicId);
  const stream = await streamOf(publicId);
  const { path } = await joinRendition(stream.variants[0]?.address ?? "", publicId);
  return { stream, path, facts: await factsOf(path), source: film.path, frames: film.frames };
}

describe("a source plays right", () => {
  it("without sound", async () => {
    const { stream, facts, frames } = await play({
      name: "silent.mp4",
      seconds: 3,
      sound: undefined,
      options: [...X264, "-an"],
    });
    expect(stream.audio).toEqual([]);
    expect(facts.frames).toBe(frames);
  });

  it("without picture", async () => {
    const film = await makeFilm(folder, { name: "sound.m4a", seconds: 9, picture: false, options: ["-c:a", "aac"] });
    expect(await upload(film.path, "sound-alone")).toMatchObject({ is_audio: true });
    const stream = await streamOf("sound-alone");
    expect(stream.variants.map(({ codecs, resolution }) => [codecs, resolution])).toEqual([["mp4a.40.2", ""]]);
    const joined = await joinRendition(stream.variants[0]?.address ?? "", "sound-alone");
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    expect((joined.ends.at(-1) ?? 0) / joined.timescale).toBeCloseTo(9, 1);
  });

  it.each([0.04, 0.5, 1.9])("shorter than a segment: %s s", async (seconds) => {
    const { facts, frames } = await play({
      name: `short${seconds * 100}.mp4`,
      seconds,
      frameRate: "25",
      options: [...X264, "-c:a", "aac"],
    });
    expect(facts.frames).toBe(frames);
  });

  it("of variable frame rate, each picture at its time", async () => {
    const source = join(folder, "variable.mp4");
    // Every third picture is missing, and for two seconds nothing comes at all.
    await makeFilm(folder, { name: "steady.mov", seconds: 12 });
    await ffmpeg(
      "-i",
      join(folder, "steady.mov"),
      "-vf",
      "select='(not(between(t,5,7)))*mod(n+1,3)'",
      "-fps_mode",
      "vfr",
      ...X264,
      "-g",
      "90",
      "-c:a",
      "aac",
      source,
    );
    await upload(source, "variable");
    const { path } = await joinRendition((await streamOf("variable")).variants[0]?.address ?? "", "variable");
    const numbers = await frameNumbers(path, ["-ignore_editlist", "1"]);
    // What is on screen at an instant is the last picture that was shown before it, to a frame.
    for (const [frame, number] of numbers.entries()) {
      const expected = frame > 150 && frame < 211 ? 149 : frame;
      expect(Math.abs(number - expected), `frame ${frame} shows ${number}`).toBeLessThanOrEqual(
        frame > 145 && frame < 216 ? 3 : 1,
      );
    }
  });

  it.each([
    [90, "180x320"],
    [270, "180x320"],
    [180, "320x180"],
  ])("that a phone has turned by %i degrees", async (degrees, resolution) => {
    const upright = await makeFilm(folder, { name: "upright.mov", seconds: 3 });
    const [turned, source] = [join(folder, `turned${degrees}.coded.mp4`), join(folder, `turned${degrees}.mp4`)];
    await ffmpeg("-i", upright.path, ...X264, "-c:a", "aac", turned);
    await ffmpeg("-i", turned, "-c", "copy", "-metadata:s:v", `rotate=${degrees}`, source);
    await upload(source, `turned${degrees}`);
    const stream = await streamOf(`turned${degrees}`);
    expect(stream.variants[0]?.resolution).toBe(resolution);
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", `turned${degrees}`);
    // ffmpeg turns the source by itself.
    expect(
      difference(await thumbnail(path, 1, "", ["-ignore_editlist", "1"]), await thumbnail(source, 1, "")),
    ).toBeLessThan(6);
  });

  it("with pixels that are not square", async () => {
    const { stream, path, facts } = await play({
      name: "anamorphic.mp4",
      seconds: 3,
      size: "352x288",
      filters: "setsar=16/11",
      options: [...X264, "-c:a", "aac"],
    });
    expect(stream.variants[0]?.resolution).toBe("512x288");
    expect([facts.width, facts.height]).toEqual([512, 288]);
    expect(
      difference(
        await thumbnail(path, 1, "", ["-ignore_editlist", "1"]),
        await thumbnail(join(folder, "anamorphic.mp4"), 1, ""),
      ),
    ).toBeLessThan(6);
  });

  it("of odd size", async () => {
    const { facts, frames } = await play({
      name: "odd.webm",
      seconds: 3,
      size: "161x121",
      options: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-c:a", "libopus"],
    });
    expect([facts.width, facts.height, facts.frames]).toEqual([160, 120, frames]);
  });

  it("of ten bits and full chroma", async () => {
    const { facts, path, source } = await play({
      name: "deep.mkv",
      seconds: 3,
      options: ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv444p10le", "-c:a", "flac"],
    });
    expect(facts.pixelFormat).toBe("yuv420p");
    expect(
      difference(await thumbnail(path, 1, "", ["-ignore_editlist", "1"]), await thumbnail(source, 1, "")),
    ).toBeLessThan(6);
  });

  it("of full range, without washing it out", async () => {
    const { path, source } = await play({
      name: "full.mp4",
      seconds: 3,
      filters: "scale=out_range=pc,format=yuvj420p",
      options: [...X264, "-c:a", "aac"],
    });
    expect(
      difference(await thumbnail(path, 1, "", ["-ignore_editlist", "1"]), await thumbnail(source, 1, "")),
    ).toBeLessThan(6);
  });

  it("that is interlaced: a picture for every field, and no combs", async () => {
    const { facts, stream } = await play({
      name: "fields.ts",
      seconds: 3,
      frameRate: "50",
      size: "352x288",
      filters: "tinterlace=mode=interleave_top,fieldorder=tff",
      options: ["-c:v", "mpeg2video", "-q:v", "3", "-flags", "+ildct+ilme", "-r", "25", "-c:a", "mp2"],
    });
    expect(stream.variants[0]?.frameRate).toBe(50);
    expect(facts.fieldOrder).toBe("progressive");
    expect(Math.abs(facts.frames - 150)).toBeLessThanOrEqual(2);
  });

  it.each([
    ["5.1", { sampleRate: 48_000, layout: "5.1" }, ["-c:a", "ac3"]],
    ["mono at 22.05 kHz", { sampleRate: 22_050, layout: "mono" }, ["-c:a", "aac"]],
    ["44.1 kHz", { sampleRate: 44_100, layout: "stereo" }, ["-c:a", "aac"]],
    ["96 kHz", { sampleRate: 96_000, layout: "stereo" }, ["-c:a", "flac"]],
  ])("with sound of another shape: %s", async (name, sound, codec) => {
    const film = await makeFilm(folder, {
      name: `sound-${name.replaceAll(/\W/g, "")}.mkv`,
      seconds: 7,
      sound,
      options: [...X264, ...codec],
    });
    const publicId = `shape-${name.replaceAll(/\W/g, "")}`;
    await upload(film.path, publicId);
    const [playlist] = (await streamOf(publicId)).audio;
    const joined = await joinRendition(playlist ?? "", publicId);
    expect([32_000, 44_100, 48_000]).toContain(joined.timescale);
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    const [stream, source] = await Promise.all([
      samplesOf(joined.path, 48_000, ["-ignore_editlist", "1", "-flags2", "+skip_manual"]),
      samplesOf(film.path, 48_000),
    ]);
    const peak = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak(stream)).toBeGreaterThan(0.05);
    // Matroska counts milliseconds, and the encoder's delay moves picture against sound.
    const offset = Math.round(((await firstSeconds(film.path, "a")) - (await firstSeconds(film.path, "v"))) * 48_000);
    for (const at of [20_000, 100_000, 200_000, 300_000])
      expect(Math.abs(lagAt(stream, source, at, 4000) - offset), `lag at ${at}`).toBeLessThanOrEqual(48);
  });

  it("in several languages", async () => {
    const film = await makeFilm(folder, { name: "languages.mov", seconds: 3 });
    const source = join(folder, "languages.mkv");
    await ffmpeg(
      "-i",
      film.path,
      "-i",
      film.path,
      "-map",
      "0:v",
      "-map",
      "0:a",
      "-map",
      "1:a",
      ...X264,
      "-c:a",
      "aac",
      "-metadata:s:a:0",
      "language=eng",
      "-metadata:s:a:1",
      "language=spa",
      source,
    );
    await upload(source, "languages");
    const playlist = await (await get(address(`/${cloud}/video/upload/sp_auto/languages.m3u8`))).text();
    expect([...playlist.matchAll(/LANGUAGE="(\w+)"/g)].map((match) => match[1])).toEqual(["en", "es"]);
  });
});

describe("transformations", () => {
  const film = () => makeFilm(folder, { name: "plain.mov", seconds: 8, sound: STEREO });
  const ready = async (): Promise<string> => {
    const { path } = await film();
    await upload(path, "plain");
    return path;
  };

  it.each([
    ["c_fill,h_120,w_120", 120, 120, "crop=180:180,scale=120:120"],
    ["c_crop,g_north_west,h_90,w_160", 160, 90, "crop=160:90:0:0"],
    ["c_pad,h_200,w_200", 200, 200, "scale=200:112,pad=200:200:0:44"],
    ["a_90", 180, 320, "transpose=clock"],
    ["a_hflip", 320, 180, "hflip"],
    ["h_90,w_300", 300, 90, "scale=300:90"],
  ])("change the picture as an independent rendering does: %s", async (transformation, width, height, filter) => {
    const source = await ready();
    const still = join(folder, `${transformation.replaceAll(/\W/g, "-")}.png`);
    await writeFile(
      still,
      Buffer.from(await (await get(address(`/${cloud}/video/upload/${transformation}/so_2/plain.png`))).arrayBuffer()),
    );
    const facts = await factsOf(still);
    expect([facts.width, facts.height]).toEqual([width, height]);
    expect(difference(await thumbnail(still, 0, ""), await thumbnail(source, 2, filter))).toBeLessThan(5);
    const stream = await streamOf("plain", transformation);
    const { path } = await joinRendition(
      stream.variants[0]?.address ?? "",
      `t-${transformation.replaceAll(/\W/g, "-")}`,
    );
    expect(stream.variants[0]?.resolution).toBe(`${width}x${height}`);
    expect(
      difference(await thumbnail(path, 2, "", ["-ignore_editlist", "1"]), await thumbnail(source, 2, filter)),
    ).toBeLessThan(5);
  });

  it("cut a clip to the frame, with its sound", async () => {
    await ready();
    const clip = join(folder, "clip.mp4");
    await writeFile(
      clip,
      Buffer.from(await (await get(address(`/${cloud}/video/upload/so_2.5,eo_5/plain.mp4`))).arrayBuffer()),
    );
    expect(await frameNumbers(clip)).toEqual(Array.from({ length: 75 }, (_, index) => 75 + index));
    const [sound, source] = await Promise.all([samplesOf(clip, 48_000), samplesOf(join(folder, "plain.mov"), 48_000)]);
    expect(lagAt(sound, source.subarray(120_000), 40_000, 64)).toBe(0);
  });

  it.each([
    ["e_volume:-50", 0.5],
    ["e_volume:100", 2],
    ["e_volume:-6dB", 0.5012],
    ["e_volume:mute", 0],
  ])("change the sound's loudness: %s", async (transformation, factor) => {
    const source = await ready();
    const [playlist] = (await streamOf("plain", `${transformation}/sp_auto`)).audio;
    const joined = await joinRendition(playlist ?? "", `v-${transformation.replaceAll(/\W/g, "-")}`);
    const [changed, plain] = await Promise.all([
      samplesOf(joined.path, 48_000, ["-ignore_editlist", "1"]),
      samplesOf(source, 48_000),
    ]);
    const power = (samples: Float32Array) =>
      Math.sqrt(samples.subarray(50_000, 250_000).reduce((sum, sample) => sum + sample * sample, 0) / 200_000);
    expect(power(changed) / power(plain)).toBeCloseTo(factor, 1);
  });

  it.each([
    ["jpg", "mjpeg"],
    ["png", "png"],
    ["webp", "webp"],
  ])("give stills: %s", async (extension, codec) => {
    await ready();
    const path = join(folder, `still.${extension}`);
    await writeFile(
      path,
      Buffer.from(await (await get(address(`/${cloud}/video/upload/so_50p,w_160/plain.${extension}`))).arrayBuffer()),
    );
    const json = JSON.parse(
      (await output("ffprobe", ["-v", "error", "-show_streams", "-of", "json", path])).toString(),
    ) as { streams: readonly { codec_name: string; width: number; height: number }[] };
    expect(json.streams[0]).toMatchObject({ codec_name: codec, width: 160, height: 90 });
  });

  it("refuse a clip that is too long for one file, and say what helps", async () => {
    const { path } = await makeFilm(folder, {
      name: "minute.mp4",
      seconds: 70,
      size: "64x64",
      frameRate: "10",
      options: [...X264, "-c:a", "aac"],
    });
    await upload(path, "minute");
    const response = await fetch(address(`/${cloud}/video/upload/w_64/minute.mp4`));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "clip-too-long", parameter: "du" });
    expect((await fetch(address(`/${cloud}/video/upload/w_64,du_3/minute.mp4`))).status).toBe(200);
  });

  it("are refused where the source has nothing of the kind", async () => {
    const film = await makeFilm(folder, {
      name: "only-sound.m4a",
      seconds: 3,
      picture: false,
      options: ["-c:a", "aac"],
    });
    await upload(film.path, "only-sound");
    expect((await fetch(address(`/${cloud}/video/upload/so_1/only-sound.jpg`))).status).toBe(400);
  });
});
