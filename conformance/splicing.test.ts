import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Film, ffmpeg, makeFilm } from "./films.ts";
import { difference, frameNumbers, output, thumbnail } from "./pictures.ts";
import { errorDecibels, lagAt, samplesOf } from "./sound.ts";
import { address, get, joinRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

const AS_CODED = ["-ignore_editlist", "1"];
/** ffmpeg counts the negative composition offsets of fragments from a picture or two behind zero. */
const FROM_ZERO = "setpts=PTS-STARTPTS";
const [FRAME_RATE, SAMPLE_RATE] = [30, 48_000];
/** Lengths that no segment ends with. */
const [FIRST_SECONDS, SECOND_SECONDS] = [5.1, 3.4];

let first: Film;
let second: Film;

const streamOf = (chain: string) =>
  openStream(address(`/${settings.CLOUD_NAME}/video/upload/${chain}/part-one.m3u8?caps=h264`));
const nameOf = (chain: string): string => `spliced-${chain.replaceAll(/\W/g, "-").slice(0, 90)}`;

async function picturesOf(chain: string) {
  const joined = await joinRendition((await streamOf(chain)).variants[0]?.address ?? "", nameOf(chain));
  expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
  return joined.path;
}

const between = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);
const frames = (seconds: number): number => Math.round(seconds * FRAME_RATE);

beforeAll(async () => {
  first = await makeFilm(folder, { name: "part-one.mov", seconds: FIRST_SECONDS, size: "640x360" });
  second = await makeFilm(folder, { name: "part-two.mov", seconds: SECOND_SECONDS, size: "320x180" });
  await upload(first.path, "part-one");
  await upload(second.path, "films/two");
  const card = join(folder, "card.png");
  await ffmpeg("-f", "lavfi", "-i", "color=0xf08228:size=640x360", "-frames:v", "1", card);
  await upload(card, "card");
});

describe("videos joined, segment by segment in random order", () => {
  const ONE = () => between(0, first.frames);
  const TWO = () => between(0, second.frames);
  const chains: readonly (readonly [string, string, () => readonly number[]])[] = [
    ["one behind the other", "fl_splice,l_video:films:two/fl_layer_apply", () => [...ONE(), ...TWO()]],
    ["one before the other", "fl_splice,l_video:films:two/fl_layer_apply,so_0", () => [...TWO(), ...ONE()]],
    [
      "one within the other",
      "fl_splice,l_video:films:two/fl_layer_apply,so_2.3",
      () => [...ONE().slice(0, 69), ...TWO(), ...ONE().slice(69)],
    ],
    [
      "a part of one, cut beside it",
      "fl_splice,l_video:films:two,so_1,eo_2.5/fl_layer_apply",
      () => [...ONE(), ...TWO().slice(30, 75)],
    ],
    [
      "a part of one, by its length",
      "du_1.2,fl_splice,l_video:films:two/so_0.5/fl_layer_apply",
      () => [...ONE(), ...TWO().slice(15, 51)],
    ],
    [
      "one after another, cut and reversed as a whole",
      "so_1/fl_splice,l_video:films:two/fl_layer_apply/fl_splice,l_video:films:two/e_reverse/fl_layer_apply/e_reverse/so_0.5",
      () => [...ONE().slice(30), ...TWO(), ...[...TWO()].reverse()].reverse().slice(15),
    ],
    [
      "twice as fast, one of them slowed down before",
      "fl_splice,l_video:films:two/e_accelerate:-50/fl_layer_apply/e_accelerate:100",
      // Of 153 frames the last one would fill half a frame.
      () => [
        ...ONE()
          .filter((number) => number % 2 === 0)
          .slice(0, -1),
        ...TWO().slice(0, 102),
      ],
    ],
  ];

  it.each(chains)("show every picture at its place: %s", async (_, chain, wanted) => {
    expect(await frameNumbers(await picturesOf(chain), AS_CODED)).toEqual(wanted());
  });

  it("sound as they did, to the sample", async () => {
    const stream = await streamOf("fl_splice,l_video:films:two,so_1/fl_layer_apply,so_2.3");
    const joined = await joinRendition(stream.audio[0] ?? "", "spliced-sound");
    const [heard, one, two] = await Promise.all([
      samplesOf(joined.path, SAMPLE_RATE, [...AS_CODED, "-flags2", "+skip_manual"]),
      samplesOf(first.path, SAMPLE_RATE),
      samplesOf(second.path, SAMPLE_RATE),
    ]);
    const [seam, end] = [Math.round(2.3 * SAMPLE_RATE), Math.round((2.3 + SECOND_SECONDS - 1) * SAMPLE_RATE)];
    const wanted = Float32Array.from({ length: 7 * SAMPLE_RATE }, (_, at) =>
      at < seam ? (one[at] ?? 0) : at < end ? (two[at - seam + SAMPLE_RATE] ?? 0) : (one[at - end + seam] ?? 0),
    );
    for (const place of [20_000, seam + 6000, end - 12_000, end + 6000, 6 * SAMPLE_RATE]) {
      expect(lagAt(heard, wanted, place, 64)).toBe(0);
      expect(errorDecibels(heard, wanted, place, place + 4096)).toBeLessThan(-25);
    }
  });

  it("are in files, too, in their order, with their sound", async () => {
    const path = join(folder, "spliced.mp4");
    const delivery = `/${settings.CLOUD_NAME}/video/upload/fl_splice,l_video:films:two/fl_layer_apply/part-one.mp4`;
    await ffmpeg("-i", address(delivery), "-c", "copy", path);
    expect(await frameNumbers(path)).toEqual([...ONE(), ...TWO()]);
    const heard = await samplesOf(path, SAMPLE_RATE);
    expect(Math.abs(heard.length - (FIRST_SECONDS + SECOND_SECONDS) * SAMPLE_RATE)).toBeLessThan(2048);
  });

  it("take pictures, for as long as is said, silent, and fit what has another shape", async () => {
    const chain = "du_1.5,fl_splice,l_card/c_fill,h_360,w_360/fl_layer_apply/c_scale,w_320";
    const path = await picturesOf(chain);
    const colours = await output("ffmpeg", [
      ...["-v", "error", ...AS_CODED, "-i", path, "-vf", "crop=160:100:80:40,scale=1:1:flags=area,format=rgb24"],
      ...["-f", "rawvideo", "pipe:1"],
    ]);
    const isOrange = (at: number): boolean =>
      [0xf0, 0x82, 0x28].every((level, channel) => Math.abs((colours[at * 3 + channel] ?? 0) - level) < 12);
    expect(colours.length / 3).toBe(first.frames + 45);
    expect(between(0, colours.length / 3).filter(isOrange)).toEqual(between(first.frames, first.frames + 45));
    const beside = await thumbnail(path, FIRST_SECONDS + 0.5, `${FROM_ZERO},crop=60:160:4:10`, AS_CODED);
    expect(Math.max(...beside)).toBeLessThan(24);
    const [playlist] = (await streamOf(chain)).audio;
    const sound = await joinRendition(playlist ?? "", "spliced-silence");
    const heard = await samplesOf(sound.path, SAMPLE_RATE, [...AS_CODED, "-flags2", "+skip_manual"]);
    const card = heard.subarray(Math.round((FIRST_SECONDS + 0.2) * SAMPLE_RATE));
    expect(Math.max(...card.map(Math.abs))).toBeLessThan(0.01);
  });
});

describe("a transition between two videos", () => {
  const SECONDS = 1.4;

  it.each(["fade", "wipeleft", "circleopen"])("is drawn as ffmpeg draws it in one go: %s", async (name) => {
    const path = await picturesOf(`fl_splice:transition_(name_${name};du_${SECONDS}),l_video:films:two/fl_layer_apply`);
    const whole = join(folder, `xfade-${name}.mkv`);
    const offset = FIRST_SECONDS - SECONDS;
    const graph = `[1:v]scale=640:360:flags=bicubic[b];[0:v][b]xfade=transition=${name}:duration=${SECONDS}:offset=${offset}`;
    await ffmpeg("-i", first.path, "-i", second.path, "-filter_complex", graph, "-c:v", "ffv1", whole);
    const numbers = await frameNumbers(path, AS_CODED);
    const seam = first.frames - frames(SECONDS);
    expect(numbers).toHaveLength(first.frames + second.frames - frames(SECONDS));
    expect(numbers.slice(0, seam)).toEqual(between(0, seam));
    expect(numbers.slice(first.frames)).toEqual(between(frames(SECONDS), second.frames));
    for (const at of [3.86, 4.41, 4.96]) {
      const [own, reference] = [await thumbnail(path, at, FROM_ZERO, AS_CODED), await thumbnail(whole, at, "")];
      expect(difference(own, reference), `${name} at ${at} s`).toBeLessThan(4);
    }
  });

  it("lets one sound give way to the other, evenly", async () => {
    const chain = `fl_splice:transition_(name_fade;du_${SECONDS}),l_video:films:two/fl_layer_apply`;
    const joined = await joinRendition((await streamOf(chain)).audio[0] ?? "", "spliced-crossing");
    const [heard, one, two] = await Promise.all([
      samplesOf(joined.path, SAMPLE_RATE, [...AS_CODED, "-flags2", "+skip_manual"]),
      samplesOf(first.path, SAMPLE_RATE),
      samplesOf(second.path, SAMPLE_RATE),
    ]);
    const [start, length] = [Math.round((FIRST_SECONDS - SECONDS) * SAMPLE_RATE), SECONDS * SAMPLE_RATE];
    const wanted = Float32Array.from({ length: start + two.length }, (_, at) => {
      const share = Math.min(1, Math.max(0, (at - start) / length));
      return (one[at] ?? 0) * (1 - share) + (two[at - start] ?? 0) * share;
    });
    for (const place of [start - 8000, start + 20_000, start + 50_000, start + length + 8000])
      expect(errorDecibels(heard, wanted, place, place + 4096)).toBeLessThan(-25);
  });

  it("is made of the lightness of a layer, where one is its matte", async () => {
    // Black on the left, white on the right: the second video is seen on the right alone.
    const matte = join(folder, "matte.mp4");
    const halves = "color=black:s=64x36:r=30:d=1,drawbox=x=32:w=32:h=36:color=white:t=fill";
    await ffmpeg("-f", "lavfi", "-i", halves, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", matte);
    await upload(matte, "matte");
    const path = await picturesOf(
      "fl_splice,l_video:films:two/e_transition,l_video:matte/fl_layer_apply/fl_layer_apply",
    );
    const seam = first.frames - FRAME_RATE;
    const half = async (film: string, seconds: number, side: "left" | "right", options: readonly string[] = []) =>
      thumbnail(film, seconds, `${FROM_ZERO},scale=640:360,crop=300:180:${side === "left" ? 0 : 340}:180`, options);
    const at = seam / FRAME_RATE + 0.51;
    const [left, right] = [await half(path, at, "left", AS_CODED), await half(path, at, "right", AS_CODED)];
    expect(difference(left, await half(first.path, at, "left"))).toBeLessThan(4);
    expect(difference(right, await half(second.path, 0.51, "right"))).toBeLessThan(6);
    expect(difference(right, await half(first.path, at, "right"))).toBeGreaterThan(8);
    expect((await frameNumbers(path, AS_CODED)).slice(first.frames)).toEqual(between(30, second.frames));
  });

  it.each([
    ["fl_splice:transition_(name_teleport),l_video:films:two/fl_layer_apply", "fl_splice"],
    ["fl_splice,l_audio:films:two/fl_layer_apply", "fl_splice"],
    ["fl_splice", "fl_splice"],
  ])("is refused by name where it cannot be had: %s", async (chain, parameter) => {
    const response = await fetch(address(`/${settings.CLOUD_NAME}/video/upload/${chain}/part-one.m3u8`));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter });
  });
});

describe("sound joined to sound", () => {
  it("plays one behind the other", async () => {
    const tone = (name: string, frequency: number) => {
      const path = join(folder, name);
      return ffmpeg(
        ...["-f", "lavfi", "-i", `aevalsrc='0.2*sin(2*PI*(${frequency}*t+30*t*t))':s=48000:c=mono:d=3`, path],
      ).then(() => upload(path, name.replace(".wav", "")));
    };
    await Promise.all([tone("tone-one.wav", 300), tone("tone-two.wav", 900)]);
    const path = join(folder, "tones.wav");
    const url = address(`/${settings.CLOUD_NAME}/video/upload/fl_splice,l_audio:tone-two/fl_layer_apply/tone-one.wav`);
    await ffmpeg("-i", url, path);
    expect((await get(url)).status).toBe(200);
    const heard = await samplesOf(path, SAMPLE_RATE);
    const wanted = Float32Array.from({ length: 6 * SAMPLE_RATE }, (_, index) => {
      const [frequency, at] = index < 3 * SAMPLE_RATE ? [300, index / SAMPLE_RATE] : [900, index / SAMPLE_RATE - 3];
      return 0.2 * Math.sin(2 * Math.PI * (frequency * at + 30 * at * at));
    });
    // Sound alone is cut at AAC frames.
    expect(Math.abs(heard.length - 6 * SAMPLE_RATE)).toBeLessThan(2048);
    expect(errorDecibels(heard, wanted, 1000, 140_000)).toBeLessThan(-30);
    const lag = lagAt(heard, wanted, 200_000, 1100);
    expect(errorDecibels(heard.subarray(lag), wanted, 150_000, 280_000)).toBeLessThan(-30);
  });
});
