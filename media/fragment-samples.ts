/** Where the samples of a segment lie, by the run of its only fragment (ISO/IEC 14496-12 8.8.8). */

import { descend, view } from "./iso-bmff.ts";

/** Offsets in the segment, in the order of decoding. */
export function samplesOf(segment: Uint8Array): readonly { readonly start: number; readonly end: number }[] {
  const data = view(segment);
  const moof = descend(segment, "moof");
  const trun = descend(segment, "moof", "traf", "trun");
  const tfhd = descend(segment, "moof", "traf", "tfhd");
  const flags = data.getUint32(trun.start) & 0xffffff;
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag);
  const entries = trun.start + 12 + (flags & 0x04 ? 4 : 0);
  let at = moof.start - 8 + data.getInt32(trun.start + 8);
  return Array.from({ length: data.getUint32(trun.start + 4) }, (_, sample) => {
    const size = entries + 4 * (sample * fields.length + fields.indexOf(0x200));
    const start = at;
    at += flags & 0x200 ? data.getUint32(size) : defaultSize(data, tfhd.start);
    return { start, end: at };
  });
}

/** `default_sample_size`, behind the fields before it that are there (ISO/IEC 14496-12 8.8.7). */
function defaultSize(data: DataView, tfhd: number): number {
  const flags = data.getUint32(tfhd) & 0xffffff;
  const before = [0x01, 0x02, 0x08].map((flag, index) => (flags & flag ? ([8, 4, 4][index] ?? 0) : 0));
  return data.getUint32(tfhd + 8 + before.reduce((sum, bytes) => sum + bytes, 0));
}
