import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OriginOfFiles, originOfFiles } from "./testing/follow-file.ts";
import { type Films, hostileFile, makeFilms } from "./testing/hostile-files.ts";

let folder: string;
let films: Films;
let origin: OriginOfFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgereel-"));
  films = await makeFilms(folder);
  origin = await originOfFiles(join(folder, "origin"));
});

afterAll(async () => {
  await origin?.stop();
  await rm(folder, { recursive: true, force: true });
});

const filmNamed = (name: string): Buffer => {
  const film = films.find((each) => each.name === name);
  if (!film) throw new Error(`no film ${name}`);
  return Buffer.from(film.bytes);
};

/** The words behind a box's or chunk's name, from one on, replaced. */
function behind(bytes: Buffer, name: string, offset: number, ...words: readonly number[]): Buffer {
  const at = bytes.indexOf(name, 0, "latin1");
  expect(at, name).toBeGreaterThan(0);
  words.forEach((word, index) => {
    bytes.writeUInt32BE(word, at + 4 + offset + 4 * index);
  });
  return bytes;
}

/** Matroska's Duration, a double. */
function lastingFor(bytes: Buffer, ticks: number): Buffer {
  const at = bytes.indexOf(Buffer.from([0x44, 0x89, 0x88]));
  expect(at).toBeGreaterThan(0);
  bytes.writeDoubleBE(ticks, at + 3);
  return bytes;
}

describe("a file that is nearly a film", () => {
  const FOREVER = 0x7fff_ffff;
  const lies: readonly (readonly [what: string, bytes: () => Buffer])[] = [
    ["lasts for centuries, as an MP4 says", () => behind(filmNamed("front.mp4"), "stts", 8, FOREVER, FOREVER)],
    ["lasts for ever, as a WebM says", () => lastingFor(filmNamed("film.webm"), Number.POSITIVE_INFINITY)],
    ["lasts for less than nothing", () => lastingFor(filmNamed("film.webm"), -1e18)],
    ["has a billion pictures in its index", () => behind(filmNamed("front.mp4"), "stsz", 8, 1_000_000_000)],
    ["has an edit list that begins nowhere", () => behind(filmNamed("front.mp4"), "elst", 8, FOREVER, FOREVER)],
    // AVI: little-endian, so about 16 million and 60,000 lines.
    ["is wider than anything", () => behind(filmNamed("film.avi"), "strf", 8, 0x0000_00ff, 0x60ea_0000)],
    ["is its first half only", () => filmNamed("behind.mov").subarray(0, 60_000)],
    ["is a film's head and nothing else", () => filmNamed("film.mkv").subarray(0, 500)],
  ];

  it.each(lies)("and %s: it is played, or refused for what it is", async (name, bytes) => {
    expect(await origin.follow({ name, bytes: bytes() })).toEqual([]);
  });

  // `npm run fuzz` goes on from here. Of 29 the first question to ffprobe failed while others ran.
  it.each([29, 1, 2, 4, 5, 6, 7, 8])(
    "and was damaged by seed %i: no more happens, and nothing is left",
    async (seed) => {
      const file = hostileFile(films, seed);
      expect(await origin.follow(file), file.name).toEqual([]);
    },
  );

  it("is both, or the tests above prove nothing", () => {
    expect(origin.answers.get("playable")).toBeGreaterThan(5);
    expect(origin.answers.get("made")).toBeGreaterThan(10);
    expect(origin.answers.get("not-playable")).toBeGreaterThan(2);
  });
});

describe.runIf(process.getuid?.() === 0)("an ffmpeg that is another user", () => {
  let own: string;

  beforeAll(async () => {
    // Below the folder of the test run, which is ours alone, nobody else would get anywhere.
    own = await mkdtemp("/tmp/edgereel-user-");
    await chmod(own, 0o711);
  });
  afterAll(() => rm(own, { recursive: true, force: true }));

  it("makes all that is asked of it", async () => {
    const others = await originOfFiles(join(own, "origin"), { FFMPEG_USER: "65534" });
    expect(await others.follow({ name: "film", bytes: filmNamed("front.mp4") })).toEqual([]);
    expect([...others.answers]).toEqual([
      ["playable", 1],
      ["made", 6],
    ]);
    await others.stop();
  });
});
