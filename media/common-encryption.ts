/**
 * Common Encryption (ISO/IEC 23001-7) by its scheme `cbcs`, the one form that all systems of rights management take: what
 * of a segment is encrypted, and the boxes that say so. Ciphers are the caller's.
 */

import { boxes, descend, view } from "./iso-bmff.ts";
import { sampleRun } from "./sample-run.ts";
import { BLOCK_BYTES, type SampleCodec, type Subsample, subsamplesOf } from "./subsamples.ts";

/** How a track is encrypted. */
export interface TrackProtection {
  /** 16 bytes. */
  readonly keyId: Uint8Array;
  /** 16 bytes: every chain begins with it. */
  readonly constantIv: Uint8Array;
}

/** Blocks of 16 bytes that AES-CBC chains, each so many bytes behind the last one, from a place in a segment on. */
export interface CipherChain {
  readonly start: number;
  readonly blocks: number;
  readonly stride: number;
}

/** Of pictures one block in ten is encrypted (10.4.2), of sound all whole blocks. */
const PICTURE_PATTERN = { crypt: 1, skip: 9 };

const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

function box(type: string, ...content: readonly (readonly number[])[]): number[] {
  const payload = content.flat();
  return [...u32(payload.length + 8), ...ascii(type), ...payload];
}

const fullBox = (type: string, version: number, flags: number, ...content: readonly (readonly number[])[]): number[] =>
  box(type, [version], u32(flags).slice(1), ...content);

/** The same bytes with others put in; the boxes around the place grow with them. */
function inserted(
  bytes: Uint8Array,
  at: number,
  addition: readonly number[],
  around: readonly { readonly start: number; readonly end: number }[],
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length + addition.length);
  result.set(bytes.subarray(0, at));
  result.set(addition, at);
  result.set(bytes.subarray(at), at + addition.length);
  for (const { start, end } of around) view(result).setUint32(start - 8, end - start + 8 + addition.length);
  return result;
}

/** `sinf`: what the sample entry was called, by which scheme it is encrypted, and how (8.1 and 8.2). */
function protectionScheme(entry: string, { keyId, constantIv }: TrackProtection, isPicture: boolean): number[] {
  const pattern = isPicture ? (PICTURE_PATTERN.crypt << 4) | PICTURE_PATTERN.skip : 0;
  const isProtected = 1;
  const perSampleIvBytes = 0;
  const tenc = [0, pattern, isProtected, perSampleIvBytes, ...keyId, constantIv.length, ...constantIv];
  return box(
    "sinf",
    box("frma", ascii(entry)),
    fullBox("schm", 0, 0, ascii("cbcs"), u32(0x10000)),
    box("schi", fullBox("tenc", 1, 0, tenc)),
  );
}

/** An init section that says of its track that it is encrypted. */
export function protectedInit(init: Uint8Array, protection: TrackProtection): Uint8Array<ArrayBuffer> {
  const path = ["moov", "trak", "mdia", "minf", "stbl", "stsd"];
  const stsd = descend(init, ...path);
  // Behind version, flags and the number of entries.
  const [entry] = boxes(init, stsd.start + 8, stsd.end);
  if (!entry) throw new RangeError("an init section without a sample entry");
  const isPicture = entry.type !== "mp4a";
  const scheme = protectionScheme(entry.type, protection, isPicture);
  const around = path.map((_, depth) => descend(init, ...path.slice(0, depth + 1)));
  const result = inserted(init, entry.end, scheme, [...around, entry]);
  result.set(ascii(isPicture ? "encv" : "enca"), entry.start - 4);
  return result;
}

/** `saiz`, `saio` and `senc`: which parts of each sample are encrypted (7.2). */
function auxiliaryBoxes(samples: readonly (readonly Subsample[])[], moof: number, traf: number): number[] {
  const infoBytes = (subsamples: readonly Subsample[]) => 2 + 6 * subsamples.length;
  const saiz = fullBox("saiz", 0, 0, [0], u32(samples.length), samples.map(infoBytes));
  const saioBytes = 20;
  // Behind version, flags and the number of samples.
  const firstInfo = traf - moof + saiz.length + saioBytes + 16;
  const saio = fullBox("saio", 0, 0, u32(1), u32(firstInfo));
  const infos = samples.flatMap((subsamples) => [
    ...u16(subsamples.length),
    ...subsamples.flatMap(({ clear, encrypted }) => [...u16(clear), ...u32(encrypted)]),
  ]);
  return [...saiz, ...saio, ...fullBox("senc", 0, 2, u32(samples.length), infos)];
}

/** A segment with the boxes that say what of it is encrypted, and what that is; encrypted it is not yet. */
export interface ProtectedSegment {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly chains: readonly CipherChain[];
}

export function protectedSegment(segment: Uint8Array, codec: SampleCodec): ProtectedSegment {
  const samples = sampleRun(segment).map(({ start, bytes }) => ({ start, end: start + bytes }));
  if (codec === "aac") {
    const chains = samples.map(({ start, end }) => ({
      ...{ start, stride: BLOCK_BYTES },
      blocks: Math.floor((end - start) / BLOCK_BYTES),
    }));
    return { bytes: new Uint8Array(segment), chains };
  }
  const parts = samples.map(({ start, end }) => subsamplesOf(segment.subarray(start, end), codec));
  const [moof, traf] = [descend(segment, "moof"), descend(segment, "moof", "traf")];
  const addition = auxiliaryBoxes(parts, moof.start - 8, traf.end);
  const bytes = inserted(segment, traf.end, addition, [moof, traf]);
  const trun = descend(segment, "moof", "traf", "trun");
  const data = view(bytes);
  data.setInt32(trun.start + 8, data.getInt32(trun.start + 8) + addition.length);
  const chains = samples.flatMap(({ start }, sample) => chainsOf(start + addition.length, parts[sample] ?? []));
  return { bytes, chains };
}

function chainsOf(start: number, subsamples: readonly Subsample[]): readonly CipherChain[] {
  const period = PICTURE_PATTERN.crypt + PICTURE_PATTERN.skip;
  let at = start;
  return subsamples.flatMap(({ clear, encrypted }) => {
    const from = at + clear;
    at = from + encrypted;
    const blocks = Math.ceil(encrypted / (BLOCK_BYTES * period));
    return blocks === 0 ? [] : { start: from, blocks, stride: BLOCK_BYTES * period };
  });
}
