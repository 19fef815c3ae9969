import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { makeFilm } from "./films.ts";
import { frameNumbers, output } from "./pictures.ts";
import { address, get, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const file = (transformation: string, extension: string): string =>
  address(
    `/${settings.CLOUD_NAME}/video/upload/${transformation === "" ? "" : `${transformation}/`}outputs.${extension}`,
  );

beforeAll(async () => {
  const film = await makeFilm(folder, { name: "outputs.mov", seconds: 6, frameRate: "25", size: "320x180" });
  await upload(film.path, "outputs");
});

interface Probed {
  readonly streams: readonly {
    readonly codec_type: string;
    readonly codec_name: string;
    readonly width?: number;
    readonly height?: number;
    readonly sample_rate?: string;
    readonly channels?: number;
    readonly nb_read_frames?: string;
  }[];
  readonly format: { readonly format_name: string; readonly duration?: string };
}

async function fetched(transformation: string, extension: string): Promise<{ type: string; path: string }> {
  const response = await get(file(transformation, extension));
  const path = join(folder, `${transformation.replaceAll(/\W/g, "_")}-fetched.${extension}`);
  await writeFile(path, new Uint8Array(await response.arrayBuffer()));
  return { type: response.headers.get("content-type") ?? "", path };
}

async function probed(path: string): Promise<Probed> {
  const json = await output("ffprobe", [
    ...["-v", "error", "-count_frames", "-of", "json"],
    ...[
      "-show_entries",
      "stream=codec_type,codec_name,width,height,sample_rate,channels,nb_read_frames:format=format_name,duration",
    ],
    path,
  ]);
  return JSON.parse(json.toString()) as Probed;
}

describe("a clip", () => {
  it.each([
    ["mp4", "", "video/mp4", "h264", "aac"],
    ["mp4", "vc_h265", "video/mp4", "hevc", "aac"],
    ["mp4", "vc_av1", "video/mp4", "av1", "aac"],
    ["mov", "", "video/quicktime", "h264", "aac"],
    ["webm", "", "video/webm", "vp9", "opus"],
    ["webm", "vc_vp8", "video/webm", "vp8", "opus"],
    ["webm", "vc_av1", "video/webm", "av1", "opus"],
    ["mkv", "", "video/x-matroska", "h264", "aac"],
    ["ts", "", "video/mp2t", "h264", "aac"],
    ["ogv", "", "video/ogg", "theora", "vorbis"],
    ["avi", "", "video/x-msvideo", "mpeg4", "mp3"],
    ["wmv", "", "video/x-ms-wmv", "wmv2", "wmav2"],
    ["flv", "", "video/x-flv", "h264", "aac"],
    ["3gp", "", "video/3gpp", "h264", "aac"],
    ["3g2", "", "video/3gpp2", "h264", "aac"],
  ])("as .%s (%s) holds what it says, frame for frame", async (extension, wish, type, video, audio) => {
    const transformation = ["w_160", "so_1,du_3", wish].filter((part) => part !== "").join("/");
    const { path, type: answered } = await fetched(transformation, extension);
    expect(answered).toBe(type);
    const { streams, format } = await probed(path);
    const picture = streams.find(({ codec_type }) => codec_type === "video");
    const sound = streams.find(({ codec_type }) => codec_type === "audio");
    expect(picture).toMatchObject({ codec_name: video, width: 160, height: 90, nb_read_frames: "75" });
    expect(sound).toMatchObject({ codec_name: audio, channels: 2 });
    expect(Math.abs(Number(format.duration) - 3)).toBeLessThan(0.1);
    expect(await frameNumbers(path)).toEqual(Array.from({ length: 75 }, (_, frame) => 25 + frame));
  });

  it("is refused in a codec that its container does not hold, naming those that it does", async () => {
    const response = await fetch(file("vc_h264", "webm"));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "unsupported-format", parameter: "vc", nearest: "vc_vp9" });
  });
});

describe("a file of sound", () => {
  it.each([
    ["mp3", "audio/mpeg", "mp3"],
    ["m4a", "audio/mp4", "aac"],
    ["aac", "audio/aac", "aac"],
    ["ogg", "audio/ogg", "vorbis"],
    ["opus", "audio/ogg", "opus"],
    ["wav", "audio/wav", "pcm_s16le"],
    ["flac", "audio/flac", "flac"],
    ["aiff", "audio/aiff", "pcm_s16be"],
  ])("as .%s is sound alone, of the length that is asked for", async (extension, type, codec) => {
    const { path, type: answered } = await fetched("so_1,du_3", extension);
    expect(answered).toBe(type);
    const { streams, format } = await probed(path);
    expect(streams.map(({ codec_type, codec_name }) => [codec_type, codec_name])).toEqual([["audio", codec]]);
    expect(Math.abs(Number(format.duration) - 3)).toBeLessThan(0.12);
  });

  it("is the moment that is asked for: the same samples, whether cut here or from the whole", async () => {
    const samples = async (transformation: string) => {
      const { path } = await fetched(transformation, "wav");
      const raw = await output("ffmpeg", ["-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "pipe:1"]);
      return new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2);
    };
    const [whole, cut] = [await samples("e_volume:0"), await samples("so_2,du_1")];
    expect(cut).toHaveLength(48_000);
    const differences = Array.from({ length: 48_000 }, (_, at) => Math.abs((cut[at] ?? 0) - (whole[96_000 + at] ?? 0)));
    expect(Math.max(...differences.slice(200, -200))).toBeLessThan(40);
  });
});

describe("a picture", () => {
  it.each([
    ["jpg", "image/jpeg", "mjpeg"],
    ["png", "image/png", "png"],
    ["webp", "image/webp", "webp"],
    ["avif", "image/avif", "av1"],
  ])("as .%s is one frame, the one that is asked for", async (extension, type, codec) => {
    const { path, type: answered } = await fetched("so_2/c_scale,w_160", extension);
    expect(answered).toBe(type);
    const { streams } = await probed(path);
    expect(streams[0]).toMatchObject({ codec_name: codec, width: 160, height: 90 });
    expect(await frameNumbers(path)).toEqual([50]);
  });

  it("costs less at less quality", async () => {
    for (const extension of ["jpg", "webp", "avif"]) {
      const bytes = async (quality: number) =>
        (await (await get(file(`so_2/q_${quality}`, extension))).arrayBuffer()).byteLength;
      expect(await bytes(20), extension).toBeLessThan(await bytes(90));
    }
  });
});

describe("a picture that moves", () => {
  it("as .gif shows the whole clip, ten times a second", async () => {
    const { path, type } = await fetched("so_1,du_3/w_160", "gif");
    expect(type).toBe("image/gif");
    const { streams } = await probed(path);
    expect(streams[0]).toMatchObject({ codec_name: "gif", width: 160, height: 90, nb_read_frames: "30" });
    const numbers = await frameNumbers(path);
    expect(numbers[0]).toBe(25);
    expect(Math.abs((numbers.at(-1) ?? 0) - 97)).toBeLessThanOrEqual(3);
  });

  it("takes as many pictures as vs_ says, and shows each as long as dl_ says", async () => {
    const { path } = await fetched("du_5/w_160/dl_200,vs_10", "gif");
    const { streams, format } = await probed(path);
    expect(streams[0]?.nb_read_frames).toBe("10");
    expect(Math.abs(Number(format.duration) - 2)).toBeLessThan(0.25);
  });

  it("as .webp where fl_animated asks for it, else one picture", async () => {
    const chunks = async (transformation: string) => {
      const { path } = await fetched(transformation, "webp");
      const bytes = await output("cat", [path]);
      return bytes.toString("latin1").split("ANMF").length - 1;
    };
    expect(await chunks("du_2/w_160/fl_animated")).toBe(20);
    expect(await chunks("du_2/w_160")).toBe(0);
  });

  it("as .avif where fl_animated asks for it: an image sequence of the same moments as a .gif", async () => {
    const { path, type } = await fetched("so_1,du_3/w_160/fl_animated", "avif");
    expect(type).toBe("image/avif");
    // ISO/IEC 23000-22, 6.2: the brand of image sequences.
    expect((await output("head", ["-c", "12", path])).toString("latin1").slice(4)).toBe("ftypavis");
    const { streams } = await probed(path);
    // The first stream is the still that stands for the sequence.
    expect(streams.at(-1)).toMatchObject({ codec_name: "av1", width: 160, height: 90, nb_read_frames: "30" });
    const { path: gif } = await fetched("so_1,du_3/w_160", "gif");
    expect(await frameNumbers(path)).toEqual(await frameNumbers(gif));
  });
});

describe("a picture that can be seen through", () => {
  /** Red, green, blue and opacity of the first picture at its corner and in its middle. */
  async function pixels(path: string, decoder: readonly string[] = []) {
    const raw = await output("ffmpeg", [
      ...["-v", "error", ...decoder, "-i", path, "-frames:v", "1"],
      ...["-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"],
    ]);
    const at = (x: number, y: number) => [...raw.subarray((y * 160 + x) * 4, (y * 160 + x) * 4 + 4)];
    return { corner: at(1, 1), middle: at(80, 45) };
  }
  const round = "c_scale,w_160/r_max";

  it.each([
    ["png", round, []],
    // A still .webp is not decoded with its transparency by everybody's ffmpeg: as pictures that move it is.
    ["gif", `${round}/so_2,du_1`, []],
    ["webm", `${round}/so_2,du_1`, ["-c:v", "libvpx-vp9"]],
    ["webm", `${round}/so_2,du_1/vc_vp8`, ["-c:v", "libvpx"]],
    ["mkv", `${round}/so_2,du_1/vc_vp9`, ["-c:v", "libvpx-vp9"]],
    ["webp", round, []],
  ])("stays so as .%s: %s", async (extension, transformation, decoder) => {
    const { path } = await fetched(transformation, extension);
    const { corner, middle } = await pixels(path, decoder);
    expect(corner[3]).toBeLessThan(8);
    expect(middle[3]).toBeGreaterThan(247);
  });

  it.each(["jpg", "mp4", "mov"])("lies on black as .%s, which knows no transparency", async (extension) => {
    const { path } = await fetched(extension === "jpg" ? round : `${round}/so_2,du_1`, extension);
    const { corner } = await pixels(path);
    expect(corner[3]).toBe(255);
    expect(Math.max(...corner.slice(0, 3))).toBeLessThan(16);
  });
});
