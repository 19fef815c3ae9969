/** Which bytes of a coded picture may be encrypted: its data, not what says how it is cut and where it belongs. */

import type { VideoCodecName } from "#transformation";
import { view } from "./iso-bmff.ts";

export type SampleCodec = VideoCodecName | "aac";

/** Bytes in clear, and encrypted ones behind them: whole blocks. */
export interface Subsample {
  readonly clear: number;
  readonly encrypted: number;
}

/** A NAL unit or an OBU. */
interface Unit {
  readonly bytes: number;
  /** Whether there is picture in it. */
  readonly isPicture: boolean;
}

/**
 * What stays in clear at the beginning of each unit with picture: more than the headers that our encoders write take.
 * Where a slice's header ends would else have to be read of all that it may hold.
 */
const HEAD_BYTES = 128;

/** What AES encrypts at once. */
export const BLOCK_BYTES = 16;

/** `clear` has sixteen bits. */
const MAX_CLEAR = 0xffff;

/** NAL units behind four bytes of length (ISO/IEC 14496-15). */
function nalUnits(sample: Uint8Array, isPicture: (header: number) => boolean): readonly Unit[] {
  const units: Unit[] = [];
  for (let at = 0; at + 4 < sample.length; ) {
    const bytes = 4 + view(sample).getUint32(at);
    units.push({ bytes, isPicture: isPicture(sample[at + 4] ?? 0) });
    at += bytes;
  }
  return units;
}

/** OBUs, each with its size (AV1-ISOBMFF 2.4). */
function obus(sample: Uint8Array): readonly Unit[] {
  const units: Unit[] = [];
  for (let at = 0; at < sample.length; ) {
    const header = sample[at] ?? 0;
    let end = at + (header & 0x04 ? 2 : 1);
    let payload = 0;
    if (header & 0x02) {
      for (let shift = 0; shift < 56; shift += 7) {
        const byte = sample[end++] ?? 0;
        payload += (byte & 0x7f) * 2 ** shift;
        if (!(byte & 0x80)) break;
      }
    } else payload = sample.length - end;
    const type = (header >> 3) & 0x0f;
    // OBU_TILE_GROUP and OBU_FRAME.
    units.push({ bytes: end + payload - at, isPicture: type === 4 || type === 6 });
    at = end + payload;
  }
  return units;
}

const UNITS: Readonly<Record<VideoCodecName, (sample: Uint8Array) => readonly Unit[]>> = {
  // Slices of pictures, and of key pictures (ISO/IEC 14496-10 table 7-1).
  h264: (sample) => nalUnits(sample, (header) => [1, 5].includes(header & 0x1f)),
  // All video coding layer units lie below 32 (ISO/IEC 23008-2 table 7-1).
  h265: (sample) => nalUnits(sample, (header) => ((header >> 1) & 0x3f) < 32),
  av1: obus,
};

/** The parts of a sample, all of its bytes in turn. */
export function subsamplesOf(sample: Uint8Array, codec: VideoCodecName): readonly Subsample[] {
  const parts: Subsample[] = [];
  let clear = 0;
  for (const { bytes, isPicture } of UNITS[codec](sample)) {
    const encrypted = isPicture ? Math.max(0, Math.floor((bytes - HEAD_BYTES) / BLOCK_BYTES) * BLOCK_BYTES) : 0;
    if (encrypted === 0) {
      clear += bytes;
      continue;
    }
    parts.push(...inClear(clear + HEAD_BYTES, encrypted));
    clear = bytes - HEAD_BYTES - encrypted;
  }
  return clear > 0 || parts.length === 0 ? [...parts, ...inClear(clear, 0)] : parts;
}

/** So many bytes in clear before encrypted ones, in as many parts as the field takes. */
function inClear(clear: number, encrypted: number): readonly Subsample[] {
  const full = Math.floor(Math.max(0, clear - 1) / MAX_CLEAR);
  return [
    ...Array<Subsample>(full).fill({ clear: MAX_CLEAR, encrypted: 0 }),
    { clear: clear - full * MAX_CLEAR, encrypted },
  ];
}
