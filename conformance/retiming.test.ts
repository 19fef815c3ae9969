import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Film, makeFilm } from "./films.ts";
import { frameNumbers, output } from "./pictures.ts";
import { errorDecibels, lagAt, samplesOf, sharpestEdge } from "./sound.ts";
import { address, get, joinRendition, openRendition, openStream, upload } from "./stream.ts";

const { folder, settings } = inject("service");

const AS_CODED = ["-ignore_editlist", "1"];
const SAMPLE_RATE = 48_000;
const FRAME_RATE = 30;
const SECONDS = 9.7;

/** A film as what it shows or sounds at each moment: positions in the source, in frames or in samples. */
type Positions = readonly number[];
type Change = (film: Positions, perSecond: number) => Positions;

const reverse: Change = (film) => [...film].reverse();
const boomerang: Change = (film) => [...film, ...[...film].reverse()];
const loop =
  (times: number): Change =>
  (film) =>
    Array.from({ length: times }, () => film).flat();
const faster =
  (step: number): Change =>
  (film) =>
    Array.from({ length: Math.floor(film.length / step) }, (_, index) => {
      const at = Math.floor(index * step);
      const direction = Math.sign((film[at + 1] ?? 0) - (film[at] ?? 0) || (film[at] ?? 0) - (film[at - 1] ?? 0));
      return (film[at] ?? 0) + (at + 1 < film.length ? direction : 1) * ((index * step) % 1);
    });
const cut =
  (from: number, to?: number): Change =>
  (film, perSecond) =>
    film.slice(Math.round(from * perSecond), to === undefined ? undefined : Math.round(to * perSecond));

/** As many seconds in segments of equal length, each in the middle of its share of the film; frames are whole. */
const preview =
  (seconds: number, segments: number): Change =>
  (film, perSecond) => {
    const [total, kept] = [Math.round((film.length * FRAME_RATE) / perSecond), seconds * FRAME_RATE];
    return Array.from({ length: segments }, (_, index) => {
      const from = (index * kept) / segments + Math.floor(((total - kept) * (index + 0.5)) / segments);
      const samples = (frame: number) => Math.round((frame * perSecond) / FRAME_RATE);
      return film.slice(samples(from), samples(from + kept / segments));
    }).flat();
  };

const CHAINS: readonly (readonly [string, readonly Change[]])[] = [
  ["e_reverse", [reverse]],
  ["e_accelerate:100", [faster(2)]],
  ["e_accelerate:-50", [faster(0.5)]],
  ["e_accelerate:50", [faster(1.5)]],
  ["du_5.3/e_boomerang", [cut(0, 5.3), boomerang]],
  ["so_1.1,du_3.1/e_loop:2", [cut(1.1, 4.2), loop(3)]],
  ["e_reverse/so_2.1,eo_8.3", [reverse, cut(2.1, 8.3)]],
  ["so_2.1,eo_8.3/e_reverse/so_0.7", [cut(2.1, 8.3), reverse, cut(0.7)]],
  ["so_1,du_4.1/e_boomerang/so_1.5,eo_7/e_loop:1", [cut(1, 5.1), boomerang, cut(1.5, 7), loop(2)]],
  ["so_0.5,du_7/e_accelerate:100/e_boomerang/so_0.4", [cut(0.5, 7.5), faster(2), boomerang, cut(0.4)]],
  // Its cuts lie beside the joins of segments: a cut in the sound costs the encoder what a bad join would.
  ["e_preview:duration_6:max_seg_4", [preview(6, 4)]],
  ["e_preview:duration_4:max_seg_9/e_reverse/so_0.5", [preview(4, 4), reverse, cut(0.5)]],
  ["du_4/e_accelerate:-50/e_reverse/so_1.2", [cut(0, 4), faster(0.5), reverse, cut(1.2)]],
];

/** The sound of the films that tests make, as a function of time. */
const sounding = (seconds: number): number =>
  0.3 * Math.sin(2 * Math.PI * (300 * seconds + 20 * seconds ** 2)) +
  0.2 * Math.sin(2 * Math.PI * (1900 * seconds - 35 * seconds ** 2));

const changed = (changes: readonly Change[], length: number, perSecond: number): Positions =>
  changes.reduce<Positions>(
    (film, change) => change(film, perSecond),
    Array.from({ length }, (_, index) => index),
  );

const picturesOf = (changes: readonly Change[], film: Film): readonly number[] =>
  changed(changes, film.frames, FRAME_RATE).map(Math.floor);

const soundOf = (changes: readonly Change[]): Float32Array =>
  Float32Array.from(changed(changes, Math.round(SECONDS * SAMPLE_RATE), SAMPLE_RATE), (at) =>
    sounding(at / SAMPLE_RATE),
  );

const streamOf = (publicId: string, transformation: string) =>
  openStream(address(`/${settings.CLOUD_NAME}/video/upload/${transformation}/sp_auto/${publicId}.m3u8?caps=h264`));

describe("a film whose order or pace is changed, segment by segment in random order", () => {
  let film: Film;

  beforeAll(async () => {
    film = await makeFilm(folder, {
      name: "retimed.mov",
      seconds: SECONDS,
      options: [
        ...[
          "-c:v",
          "libx264",
          "-preset",
          "veryfast",
          "-crf",
          "14",
          "-g",
          "300",
          "-x264-params",
          "open-gop=1:bframes=3",
        ],
        ...["-c:a", "pcm_s16le", "-f", "mov"],
      ],
    });
    await upload(film.path, "retimed");
  });

  it.each(CHAINS)("%s shows the picture that its place in time calls for", async (chain, changes) => {
    const [variant] = (await streamOf("retimed", chain)).variants;
    const joined = await joinRendition(variant?.address ?? "", `retimed-${chain.replaceAll(/\W/g, "-")}`);
    expect(joined.starts[0]).toBe(0);
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    expect(await frameNumbers(joined.path, AS_CODED)).toEqual(picturesOf(changes, film));
  });

  it.each(CHAINS)("%s sounds like that to the sample, and does not click", async (chain, changes) => {
    const [playlist] = (await streamOf("retimed", chain)).audio;
    const joined = await joinRendition(playlist ?? "", `retimed-sound-${chain.replaceAll(/\W/g, "-")}`);
    expect(joined.starts.slice(1)).toEqual(joined.ends.slice(0, -1));
    const stream = await samplesOf(joined.path, SAMPLE_RATE, [...AS_CODED, "-flags2", "+skip_manual"]);
    const wanted = soundOf(changes);
    const joins = joined.starts.slice(1);
    for (const join of joins) expect(lagAt(stream, wanted, join - 2048, 64)).toBe(0);
    const error = (from: number, to: number) => errorDecibels(stream, wanted, from, to);
    const edge = (from: number, to: number) => sharpestEdge(stream, wanted, from, to);
    const around = (place: number, measure: (from: number, to: number) => number) =>
      measure(place - 1024, place + 1024);
    // A join may not be told from what lies a quarter or half a second beside it.
    const beside = (join: number, measure: (from: number, to: number) => number) =>
      Math.max(...[-24_000, -12_000, 12_000, 24_000].map((distance) => around(join + distance, measure)));
    for (const join of joins) {
      expect(around(join, error)).toBeLessThan(beside(join, error) + 3);
      expect(around(join, error)).toBeLessThan(-25);
      expect(around(join, edge)).toBeLessThan(beside(join, edge) * 2 + 0.002);
    }
  });

  it("fades where the fade stood in the chain: what fades in fades out when it is reversed behind that", async () => {
    const brightness = async (path: string) => {
      const picture = new Uint8Array(
        await (await get(address(`/${settings.CLOUD_NAME}/video/upload/${path}/retimed.png`))).arrayBuffer(),
      );
      const filter = ["-vf", "scale=1:1:flags=area,format=gray", "-f", "rawvideo", "pipe:1"];
      return (await output("ffmpeg", ["-v", "error", "-f", "png_pipe", "-i", "pipe:0", ...filter], picture))[0] ?? 0;
    };
    const [whole, dark] = [80, 40];
    expect(await brightness("e_fade:2000/e_reverse")).toBeGreaterThan(whole);
    expect(await brightness("e_fade:2000/e_reverse/so_9.5")).toBeLessThan(dark);
    expect(await brightness("e_fade:2000/e_boomerang/so_9.7")).toBeGreaterThan(whole);
    expect(await brightness("e_fade:2000/e_boomerang/so_19.3")).toBeLessThan(dark);
    expect(await brightness("so_1/e_fade:2000/e_accelerate:100/so_0.05")).toBeLessThan(dark);
    expect(await brightness("so_1/e_fade:2000/e_accelerate:100/so_1.1")).toBeGreaterThan(whole);
    expect(await brightness("e_reverse/e_fade:2000")).toBeLessThan(dark);
    expect(await brightness("e_reverse/e_fade:2000/so_9.5")).toBeGreaterThan(whole);
  });

  it("gives stills and whole files of any timeline", async () => {
    const delivery = (path: string) => address(`/${settings.CLOUD_NAME}/video/upload/${path}`);
    const saved = async (path: string, name: string) => {
      const file = `${folder}/${name}`;
      await writeFile(file, Buffer.from(await (await get(delivery(path))).arrayBuffer()));
      return file;
    };
    expect(await frameNumbers(await saved("e_reverse/so_1/retimed.png", "reversed.png"))).toEqual([film.frames - 31]);
    const clip = await saved("du_1.5/e_boomerang/e_accelerate:50/retimed.mp4", "retimed-clip.mp4");
    expect(await frameNumbers(clip)).toEqual([
      ...Array.from({ length: 30 }, (_, index) => Math.floor(index * 1.5)),
      ...Array.from({ length: 30 }, (_, index) => 43.5 - index * 1.5).map(Math.floor),
    ]);
  });
});

describe("a preview of a film", () => {
  const every = (step: number) =>
    [33, 130, 227].flatMap((first) => Array.from({ length: 30 / step }, (_, index) => first + index * step));

  it.each([
    ["mp4", "", every(1)],
    ["gif", "", every(3)],
    ["avif", "/fl_animated", every(3)],
  ])("as .%s shows a second from the middle of each third", async (extension, flag, frames) => {
    const response = await get(
      address(`/${settings.CLOUD_NAME}/video/upload/e_preview:duration_3:max_seg_3${flag}/retimed.${extension}`),
    );
    const file = `${folder}/preview.${extension}`;
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    expect(await frameNumbers(file)).toEqual(frames);
  });

  it("is put together alone where a segment of it is watched: no other part of the film is encoded", async () => {
    const { variants } = await streamOf("retimed", "e_preview:duration_8:max_seg_4:min_seg_dur_2");
    const { segments } = await openRendition(variants[0]?.address ?? "");
    const response = await get(segments[2]?.address ?? "");
    expect(response.headers.get("server-timing")).toContain("cache;desc=encoded");
  });
});

describe("a change of order or pace, of sources that are hard to seek in", () => {
  const coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-g", "250", "-c:a", "aac"];

  it.each([
    ["a transport stream", { name: "retimed.ts", seconds: 8, frameRate: "25", options: coded }],
    ["Matroska at 23.976", { name: "retimed.mkv", seconds: 8, frameRate: "24000/1001", options: coded }],
    ["FLV", { name: "retimed.flv", seconds: 8, frameRate: "30", options: coded }],
  ] as const)("shows the same pictures: %s", async (_, recipe) => {
    const film = await makeFilm(folder, recipe);
    const publicId = recipe.name.replace(".", "-");
    await upload(film.path, publicId);
    for (const [chain, changes] of [
      ["e_boomerang", [boomerang]],
      ["e_accelerate:-50/e_reverse", [faster(0.5), reverse]],
      ["e_accelerate:25", [faster(1.25)]],
    ] as const) {
      const [variant] = (await streamOf(publicId, chain)).variants;
      const joined = await joinRendition(variant?.address ?? "", `${publicId}-${chain.replaceAll(/\W/g, "-")}`);
      expect(await frameNumbers(joined.path, AS_CODED)).toEqual(picturesOf(changes, film));
    }
  });
});
