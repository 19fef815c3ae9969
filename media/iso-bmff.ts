/** The few boxes of ISO BMFF (14496-12) that a segment is judged by before it is let out. */

import { Problem } from "#transformation";

export interface Box {
  readonly type: string;
  /** Offsets of the payload in the whole buffer. */
  readonly start: number;
  readonly end: number;
}

export const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const broken = (what: string): Problem =>
  new Problem("encode-failed", `The encoder's output is no fragmented MP4: ${what}.`);

export function boxes(bytes: Uint8Array, from = 0, to = bytes.length): readonly Box[] {
  const found: Box[] = [];
  const data = view(bytes);
  for (let at = from; at < to; ) {
    if (at + 8 > to) throw broken("a box is cut off");
    const size = data.getUint32(at);
    if (size < 8 || at + size > to) throw broken(`a box of ${size} bytes at ${at}`);
    found.push({ type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), start: at + 8, end: at + size });
    at += size;
  }
  return found;
}

/** Child boxes behind the fields that some boxes have before them. */
const FIELDS_BEFORE_CHILDREN: Readonly<Record<string, number>> = { stsd: 8, avc1: 78, hvc1: 78, av01: 78, mp4a: 28 };

function child(bytes: Uint8Array, parent: Box, type: string): Box {
  const found = boxes(bytes, parent.start + (FIELDS_BEFORE_CHILDREN[parent.type] ?? 0), parent.end).find(
    (box) => box.type === type,
  );
  if (!found) throw broken(`no ${type} in ${parent.type}`);
  return found;
}

const whole = (bytes: Uint8Array): Box => ({ type: "file", start: 0, end: bytes.length });

export const descend = (bytes: Uint8Array, ...path: readonly string[]): Box =>
  path.reduce((parent, type) => child(bytes, parent, type), whole(bytes));

/** Cuts an encoder's output into the init section (`ftyp`, `moov`) and the media (`moof`, `mdat`). */
export function splitInit(bytes: Uint8Array): { init: Uint8Array; media: Uint8Array } {
  const first = boxes(bytes).find((box) => box.type === "moof");
  if (!first) throw broken("no moof");
  return { init: bytes.subarray(0, first.start - 8), media: bytes.subarray(first.start - 8) };
}

export interface FragmentTiming {
  readonly firstTick: number;
  readonly samples: number;
  readonly totalTicks: number;
  readonly sequence: number;
}

/** What a fragment says of its time: `tfdt`, the run's length and durations. */
export function fragmentTiming(media: Uint8Array): FragmentTiming {
  const data = view(media);
  const top = boxes(media);
  if (top.length !== 2 || top[0]?.type !== "moof" || top[1]?.type !== "mdat") throw broken("more than one fragment");
  const sequence = data.getUint32(descend(media, "moof", "mfhd").start + 4);
  const trun = descend(media, "moof", "traf", "trun");
  return { firstTick: firstTickOf(media), ...runTiming(data, trun, defaultOf(media, "duration")), sequence };
}

/** The fields of `tfhd`, in their order, by the flag that says that they are there (8.8.7): all but the first are words. */
const TRACK_FIELDS = { baseOffset: 0x01, entry: 0x02, duration: 0x08, size: 0x10, flags: 0x20 } as const;

/** What holds of samples that say nothing of their own. */
export function defaultOf(media: Uint8Array, field: "duration" | "size" | "flags"): number {
  const tfhd = descend(media, "moof", "traf", "tfhd");
  const data = view(media);
  const present = data.getUint32(tfhd.start) & 0xffffff;
  if (!(present & TRACK_FIELDS[field])) return 0;
  const before = Object.values(TRACK_FIELDS).filter((flag) => flag < TRACK_FIELDS[field] && present & flag);
  return data.getUint32(
    tfhd.start + 8 + before.reduce((sum, flag) => sum + (flag === TRACK_FIELDS.baseOffset ? 8 : 4), 0),
  );
}

/** Signed: a source may begin before its zero. */
export function firstTickOf(media: Uint8Array): number {
  const { start } = descend(media, "moof", "traf", "tfdt");
  const data = view(media);
  return data.getUint8(start) === 1 ? Number(data.getBigInt64(start + 4)) : data.getUint32(start + 4);
}

/** Says in place that a fragment is decoded from another tick on. */
export function moveFragment(media: Uint8Array, firstTick: number): void {
  const tfdt = descend(media, "moof", "traf", "tfdt");
  const data = view(media);
  if (data.getUint8(tfdt.start) === 1) data.setBigUint64(tfdt.start + 4, BigInt(firstTick));
  else data.setUint32(tfdt.start + 4, firstTick);
}

/** The fields that each sample of a run may have, in their order, by the flag that says so (8.8.8). */
export const RUN_FIELDS = { duration: 0x100, size: 0x200, flags: 0x400, compositionOffset: 0x800 };

/** Where a run's entries begin, how many there are and how long each is. */
export function runEntries(
  data: DataView,
  trun: Box,
): { flags: number; samples: number; start: number; entryBytes: number } {
  const flags = data.getUint32(trun.start) & 0xffffff;
  const start = trun.start + 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
  const entryBytes = 4 * Object.values(RUN_FIELDS).filter((flag) => flags & flag).length;
  return { flags, samples: data.getUint32(trun.start + 4), start, entryBytes };
}

function runTiming(data: DataView, trun: Box, fallback: number): { samples: number; totalTicks: number } {
  const { flags, samples, start, entryBytes } = runEntries(data, trun);
  if (!(flags & RUN_FIELDS.duration)) return { samples, totalTicks: samples * fallback };
  let totalTicks = 0;
  for (let sample = 0; sample < samples; sample++) totalTicks += data.getUint32(start + sample * entryBytes);
  return { samples, totalTicks };
}

/** Where a fragment's composition offsets are, none where it has none, and the version that says how to read them. */
export function compositionOffsets(media: Uint8Array): { offsets: readonly number[]; version: number } {
  const trun = descend(media, "moof", "traf", "trun");
  const { flags, samples, start, entryBytes } = runEntries(view(media), trun);
  // The last field of an entry.
  const offsets = Array.from({ length: samples }, (_, sample) => start + (sample + 1) * entryBytes - 4);
  return { offsets: flags & RUN_FIELDS.compositionOffset ? offsets : [], version: trun.start };
}

/** Time scale of an init section's only track. */
export function timescaleOf(init: Uint8Array): number {
  const mdhd = descend(init, "moov", "trak", "mdia", "mdhd");
  const data = view(init);
  return data.getUint32(mdhd.start + (data.getUint8(mdhd.start) === 1 ? 20 : 12));
}

/** What of a sample entry decides how samples are decoded and shown. */
const DECODING_BOXES = new Set(["avcC", "hvcC", "av1C", "esds", "colr", "pasp"]);

/**
 * The part of an init section that its segments depend on: the track's id, time scale, defaults and sample entry.
 * Metadata that ffmpeg carries over from a source (mastering display, Dolby Vision, roles) is left out: it is in no
 * section of ours.
 */
export function decodingParameters(init: Uint8Array): Uint8Array {
  const entry = sampleEntry(init);
  const fields = entry.start + (FIELDS_BEFORE_CHILDREN[entry.type] ?? 0);
  const children = boxes(init, fields, entry.end).filter(({ type }) => DECODING_BOXES.has(type));
  const trex = descend(init, "moov", "mvex", "trex");
  const parts = [
    { start: entry.start - 4, end: fields },
    trex,
    ...children.map(({ start, end }) => ({ start: start - 4, end })),
  ].map(({ start, end }) => init.subarray(start, end));
  const timescale = timescaleOf(init);
  return Uint8Array.from([
    timescale >>> 24,
    timescale >>> 16,
    timescale >>> 8,
    timescale,
    ...parts.flatMap((part) => [...part]),
  ]);
}

/** The sample entry of an init section's only track. */
export function sampleEntry(init: Uint8Array): Box {
  const stsd = descend(init, "moov", "trak", "mdia", "minf", "stbl", "stsd");
  const entry = boxes(init, stsd.start + 8, stsd.end)[0];
  if (!entry) throw broken("no sample entry");
  return entry;
}

/** The payload of a box in the sample entry; undefined where there is none. */
export function entryBox(init: Uint8Array, type: string): Uint8Array | undefined {
  const entry = sampleEntry(init);
  const fields = entry.start + (FIELDS_BEFORE_CHILDREN[entry.type] ?? 0);
  const found = boxes(init, fields, entry.end).find((box) => box.type === type);
  return found && init.subarray(found.start, found.end);
}

/** `styp`: CMAF segment brands (ISO/IEC 23000-19 7.3.3); ffmpeg writes none for a lone fragment. */
export const SEGMENT_TYPE_BOX: Uint8Array = Uint8Array.of(
  0,
  0,
  0,
  24,
  ...bytesOf("styp"),
  ...bytesOf("msdh"),
  0,
  0,
  0,
  0,
  ...bytesOf("msdh"),
  ...bytesOf("cmfs"),
);

function bytesOf(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
