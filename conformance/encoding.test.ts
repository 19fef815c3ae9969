import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { makeFilm } from "./films.ts";
import { frameNumbers, output } from "./pictures.ts";
import { errorDecibels, samplesOf } from "./sound.ts";
import { address, get, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");
const [FRAME_RATE, SECONDS] = [30, 9];

const delivery = (transformation: string, name: string): string =>
  address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/${name}`);

beforeAll(async () => {
  const film = await makeFilm(folder, { name: "tuned.mov", seconds: SECONDS, size: "640x360" });
  await upload(film.path, "tuned");
});

async function fetched(transformation: string, extension: string): Promise<string> {
  const path = join(folder, `tuned-${transformation.replaceAll(/\W/g, "_")}.${extension}`);
  const response = await get(delivery(transformation, `tuned.${extension}`));
  await writeFile(path, new Uint8Array(await response.arrayBuffer()));
  return path;
}

interface Probed {
  readonly streams: readonly Readonly<Record<string, string | number>>[];
  readonly packets: readonly { readonly size: string; readonly flags: string; readonly pts_time: string }[];
}

const probed = async (path: string): Promise<Probed> =>
  JSON.parse(
    (
      await output("ffprobe", [
        ...["-v", "error", "-of", "json", "-show_streams", "-show_packets", "-select_streams", "v:0", path],
      ])
    ).toString(),
  ) as Probed;

const codecsOf = async (transformation: string): Promise<readonly string[]> =>
  (await openStream(delivery(transformation, "tuned.m3u8"))).variants.map(({ codecs }) => codecs.split(",")[0] ?? "");

const problemOf = async (transformation: string, extension: string) => {
  const response = await fetch(delivery(transformation, `tuned.${extension}`));
  return { status: response.status, problem: (await response.json()) as Record<string, unknown> };
};

describe("what is asked of H.264 beside its name", () => {
  it.each([
    ["vc_h264:baseline:3.1", "Constrained Baseline", 31, 0],
    ["vc_h264:main:4.0", "Main", 40, 2],
    ["vc_h264:high", "High", 21, 2],
    ["vc_h264:auto:auto:bframes_no", "High", 21, 0],
  ])("%s is what the file holds", async (wish, profile, level, bPictures) => {
    const { streams } = await probed(await fetched(`du_1/c_scale,w_320/${wish}`, "mp4"));
    expect(streams[0]).toMatchObject({ profile, has_b_frames: bPictures });
    if (wish.includes(".")) expect(streams[0]).toMatchObject({ level });
  });

  it("stands in CODECS, and the segments are coded so", async () => {
    expect(await codecsOf("vc_h264:baseline:3.1")).toEqual(["avc1.42c01f"]);
    const stream = await openStream(delivery("vc_h264:baseline:3.1", "tuned.m3u8"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "baseline");
    expect((await probed(path)).streams[0]).toMatchObject({ profile: "Constrained Baseline", level: 31 });
    expect(await frameNumbers(path, ["-ignore_editlist", "1"])).toHaveLength(SECONDS * FRAME_RATE);
  });

  it("leaves out the rungs that the level does not hold, and says so where none is left", async () => {
    const film = await makeFilm(folder, { name: "large.mov", seconds: 2, size: "1280x720" });
    await upload(film.path, "large");
    const sizes = async (wish: string) =>
      (await openStream(delivery(`sp_hd/${wish}`, "large.m3u8"))).variants.map(({ resolution }) => resolution);
    expect(await sizes("vc_h264")).toContain("1280x720");
    expect((await sizes("vc_h264:main:3.0")).toSorted()).toEqual(["416x234", "640x360"]);
    const response = await fetch(delivery("vc_h264:main:3.0", "large.mp4"));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter: "vc", detail: expect.stringContaining("level 3.0") });
  });

  it.each([
    ["vc_h265:baseline", "mp4"],
    ["vc_av1:high:4.0", "mp4"],
    ["vc_auto:baseline:3.0", "m3u8"],
  ])("is refused of a codec that knows no such thing: %s", async (wish, extension) => {
    expect(await problemOf(wish, extension)).toMatchObject({ status: 400, problem: { parameter: "vc" } });
  });
});

describe("a constant rate", () => {
  const bitsIn = ({ packets }: Probed, from: number, to: number): number =>
    packets
      .filter(({ pts_time }) => Number(pts_time) >= from && Number(pts_time) < to)
      .reduce((sum, { size }) => sum + 8 * Number(size), 0) /
    (to - from);

  it.each([
    ["vc_h264", "mp4"],
    ["vc_vp9", "webm"],
  ])("is kept in every second of a file, whatever is shown: %s", async (wish, extension) => {
    const file = await probed(await fetched(`c_scale,w_320/${wish}/br_400k:constant`, extension));
    for (const second of [0, 2, 4, 6])
      expect(
        Math.abs(bitsIn(file, second, second + 2) / 400_000 - 1),
        `from ${second} s: ${bitsIn(file, second, second + 2)}`,
      ).toBeLessThan(0.3);
    expect(Math.abs(bitsIn(file, 0, SECONDS) / 400_000 - 1)).toBeLessThan(0.15);
  });

  it("is kept in every segment of a stream, each made alone", async () => {
    const stream = await openStream(delivery("vc_h264/br_400k:constant", "tuned.m3u8"));
    const { path } = await joinRendition(stream.variants[0]?.address ?? "", "constant");
    const joined = await probed(path);
    for (const [from, to] of [
      [0, 2],
      [2, 4],
      [4, 9],
    ] as const)
      expect(Math.abs(bitsIn(joined, from, to) / 400_000 - 1), `from ${from} s`).toBeLessThan(0.2);
  });

  it("is refused of a codec that cannot", async () => {
    expect(await problemOf("vc_av1/br_400k:constant", "mp4")).toMatchObject({
      status: 400,
      problem: { parameter: "br" },
    });
  });
});

describe("other wishes", () => {
  it("ki_ sets how far apart a file's key pictures are", async () => {
    const { packets } = await probed(await fetched("du_3/c_scale,w_320/ki_0.5", "mp4"));
    const keys = packets.filter(({ flags }) => flags.startsWith("K")).map(({ pts_time }) => Number(pts_time));
    expect(keys.map((at) => Math.round((at - (keys[0] ?? 0)) * FRAME_RATE))).toEqual([0, 15, 30, 45, 60, 75]);
  });

  it.each([
    ["mp3", "mp4", "mp3"],
    ["opus", "mp4", "opus"],
    ["vorbis", "webm", "vorbis"],
    ["mp3", "mkv", "mp3"],
  ])("ac_%s in .%s is what sounds", async (wish, extension, codec) => {
    const path = await fetched(`du_1/c_scale,w_160/ac_${wish}`, extension);
    const names = await output("ffprobe", [
      ...["-v", "error", "-of", "csv=p=0", "-select_streams", "a", "-show_entries", "stream=codec_name", path],
    ]);
    expect(names.toString().trim()).toBe(codec);
  });

  it("ac_mp3 is refused where the format does not hold it, and in streams", async () => {
    for (const extension of ["webm", "m3u8", "wav"])
      expect(await problemOf("ac_mp3", extension)).toMatchObject({ status: 400, problem: { parameter: "ac" } });
  });

  it("fl_mono is one channel, in streams and files, with both in it", async () => {
    const stream = await openStream(delivery("fl_mono", "tuned.m3u8"));
    const { path } = await joinRendition(stream.audio[0] ?? "", "mono");
    for (const file of [path, await fetched("fl_mono/du_2", "m4a")]) {
      const channels = await output("ffprobe", [
        ...["-v", "error", "-of", "csv=p=0", "-select_streams", "a", "-show_entries", "stream=channels", file],
      ]);
      expect(channels.toString().trim()).toBe("1");
    }
  });

  it("af_ is sound of that rate, which sounds as before", async () => {
    const path = await fetched("af_22050/du_2", "wav");
    const rate = await output("ffprobe", [
      "-v",
      "error",
      "-of",
      "csv=p=0",
      "-show_entries",
      "stream=sample_rate",
      path,
    ]);
    expect(rate.toString().trim()).toBe("22050");
    const [ours, theirs] = [await samplesOf(path, 22_050), await samplesOf(join(folder, "tuned.mov"), 22_050)];
    expect(Math.abs(ours.length - 44_100)).toBeLessThan(2);
    expect(errorDecibels(ours, theirs, 2000, 42_000)).toBeLessThan(-40);
  });

  it("q_…:444 keeps the colours of a still as sharp as its lightness", async () => {
    const formats = await Promise.all(
      ["q_80", "q_80:444"].flatMap((wish) =>
        ["jpg", "avif"].map(
          async (extension) => (await probed(await fetched(wish, extension))).streams[0]?.["pix_fmt"],
        ),
      ),
    );
    expect(formats).toEqual(["yuvj420p", "yuv420p", "yuvj444p", "yuv444p"]);
  });

  it("q_…:qmax_ bounds how coarse a file gets, where its rate would make it coarser", async () => {
    const [free, bounded] = await Promise.all(
      ["q_20", "q_20:qmax_20"].map(async (wish) => {
        const { packets } = await probed(await fetched(`du_2/c_scale,w_320/${wish}`, "mp4"));
        return packets.reduce((sum, { size }) => sum + Number(size), 0);
      }),
    );
    expect(bounded).toBeGreaterThan(1.5 * (free ?? 0));
  });

  it("dpr_ gives dense screens the pixels that they have", async () => {
    const size = async (transformation: string) => {
      const { streams } = await probed(await fetched(transformation, "png"));
      return [streams[0]?.["width"], streams[0]?.["height"]];
    };
    expect(await size("c_fill,dpr_2.0,h_90,w_90")).toEqual([180, 180]);
    expect(await size("c_scale,dpr_1.5,w_0.5")).toEqual([320, 180]);
    expect(await size("c_crop,dpr_2,g_north_west,h_50,w_50,x_10,y_10")).toEqual([100, 100]);
  });

  it("fl_ignore_aspect_ratio leaves the other side as it is", async () => {
    const { streams } = await probed(await fetched("fl_ignore_aspect_ratio,w_200", "png"));
    expect([streams[0]?.["width"], streams[0]?.["height"]]).toEqual([200, 360]);
  });
});
