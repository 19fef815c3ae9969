import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { ffmpeg, makeFilm } from "./films.ts";
import { frameNumbers } from "./pictures.ts";
import { play, streamOf, X264 } from "./play.ts";
import { joinRendition, upload } from "./stream.ts";

const { folder } = inject("service");

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
});
