/** Files that are nearly films: small real ones of every container, with some of their bytes changed. */

import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

export interface HostileFile {
  /** How to make it again: the film, the seed, and what was done. */
  readonly name: string;
  readonly bytes: Buffer;
}

const PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=12"];
const SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=22050"];
const X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-pix_fmt", "yuv420p"];

/** Every demuxer that matters, and of MP4 its three kinds of index. */
const FILMS: readonly (readonly [file: string, ...options: string[]])[] = [
  ["front.mp4", ...PICTURE, ...SOUND, ...X264, "-c:a", "aac", "-movflags", "+faststart"],
  ["behind.mov", ...PICTURE, ...SOUND, "-c:v", "mpeg4", "-c:a", "pcm_s16le"],
  ["fragments.mp4", ...PICTURE, ...SOUND, ...X264, "-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov"],
  ["film.webm", ...PICTURE, ...SOUND, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"],
  ["film.mkv", ...PICTURE, ...SOUND, ...X264, "-c:a", "ac3", "-ar", "48000"],
  ["film.ts", ...PICTURE, ...SOUND, "-c:v", "mpeg2video", "-r", "25", "-c:a", "mp2"],
  ["film.avi", ...PICTURE, ...SOUND, "-c:v", "mpeg4", "-c:a", "libmp3lame"],
  ["film.flv", ...PICTURE, ...SOUND, "-c:v", "flv1", "-c:a", "libmp3lame"],
  ["film.wmv", ...PICTURE, ...SOUND, "-c:v", "wmv2", "-c:a", "wmav2"],
  ["film.mxf", ...PICTURE, ...SOUND, "-c:v", "mpeg2video", "-r", "25", "-ar", "48000"],
  ["film.gif", ...PICTURE],
  ["sound.ogg", ...SOUND, "-c:a", "libvorbis"],
  ["sound.mp3", ...SOUND, "-c:a", "libmp3lame"],
  ["sound.flac", ...SOUND, "-c:a", "flac"],
  ["sound.wav", ...SOUND],
];

export type Films = readonly HostileFile[];

/** Makes the films, unharmed; each is a few kilobytes. */
export async function makeFilms(folder: string): Promise<Films> {
  const films: HostileFile[] = [];
  for (const [name, ...options] of FILMS) {
    const path = join(folder, name);
    await exec("ffmpeg", ["-nostdin", "-v", "error", "-y", ...options, "-t", "2.5", path]);
    films.push({ name, bytes: await readFile(path) });
    await rm(path);
  }
  return films;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Dice {
  below(count: number): number;
  among<T>(all: readonly T[]): T;
}

/** What lengths, counts, sizes and times are that lie. */
const LIES = [0, 1, 0xff, 0xffff, 0xff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** Containers keep what they say of the film at either end. */
const HEADER_BYTES = 2048;

function placeIn(bytes: Buffer, dice: Dice): number {
  const area = Math.min(HEADER_BYTES, bytes.length);
  const from = dice.among([0, 0, bytes.length - area, dice.below(bytes.length)]);
  return Math.min(bytes.length - 1, from + dice.below(area));
}

type Change = (bytes: Buffer, dice: Dice, others: Films) => Buffer;

const CHANGES: Readonly<Record<string, Change>> = {
  cut: (bytes, dice) => bytes.subarray(0, 1 + dice.below(bytes.length)),
  flip: (bytes, dice) => {
    for (let count = 1 + dice.below(48); count > 0; count--) {
      const at = placeIn(bytes, dice);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
    }
    return bytes;
  },
  lie: (bytes, dice) => {
    for (let count = 1 + dice.below(4); count > 0; count--) {
      const at = Math.min(placeIn(bytes, dice), bytes.length - 4);
      if (at >= 0) bytes.writeUInt32BE(dice.among(LIES), at);
    }
    return bytes;
  },
  // Names of boxes and chunks are four letters; the words around them are sizes, counts and times.
  lieOfBox: (bytes, dice) => {
    const names = [...bytes.toString("latin1").matchAll(/[a-z]{4}/gi)].map(({ index }) => index);
    if (names.length === 0) return bytes;
    const at = dice.among(names) + 4 * (dice.below(8) - 1);
    if (at >= 0 && at + 4 <= bytes.length) bytes.writeUInt32BE(dice.among(LIES), at);
    return bytes;
  },
  blank: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return bytes.fill(dice.among([0, 0xff]), at, Math.min(bytes.length, at + dice.below(600)));
  },
  remove: (bytes, dice) => {
    const at = placeIn(bytes, dice);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(64))]);
  },
  repeat: (bytes, dice) => {
    const [at, length] = [placeIn(bytes, dice), 1 + dice.below(3000)];
    return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
  },
  // Half of one film and half of another, of any container.
  cross: (bytes, dice, others) => {
    const other = dice.among(others).bytes;
    return Buffer.concat([bytes.subarray(0, placeIn(bytes, dice)), other.subarray(placeIn(other, dice))]);
  },
};

/** A film with one to three changes; the same one for the same seed. */
export function hostileFile(films: Films, seed: number): HostileFile {
  const random = randomNumbers(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const dice: Dice = { below, among: (all) => all[below(all.length)] as never };
  const film = dice.among(films);
  const kinds = Array.from({ length: 1 + below(3) }, () => dice.among(Object.keys(CHANGES)));
  const bytes = kinds.reduce(
    (changed, kind) => (changed.length < 8 ? changed : (CHANGES[kind] as Change)(changed, dice, films)),
    Buffer.from(film.bytes),
  );
  return { name: `${film.name}, seed ${seed}: ${kinds.join(", ")}`, bytes };
}
