import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { ffmpeg, makeFilm } from "./films.ts";
import { difference, thumbnail } from "./pictures.ts";
import { play, streamOf, X264 } from "./play.ts";
import { joinRendition, upload } from "./stream.ts";

const { folder } = inject("service");

describe("a source's picture plays right", () => {
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
});
