/** What a segment says of each of its samples: when it is shown, where it lies, and whether decoding may begin with it. */

import { defaultOf, descend, firstTickOf, RUN_FIELDS, runEntries, view } from "./iso-bmff.ts";

export interface RunSample {
  readonly presentationTick: number;
  /** Where it begins, in the segment. */
  readonly start: number;
  readonly bytes: number;
  /** ISO/IEC 14496-12 8.8.3.1. */
  readonly flags: number;
}

const FIRST_FLAGS = 0x04;

/** Samples of a segment's only fragment, in the order in which they are decoded. */
export function sampleRun(media: Uint8Array): readonly RunSample[] {
  const moof = descend(media, "moof");
  const trun = descend(media, "moof", "traf", "trun");
  const data = view(media);
  const { flags: present, samples, start, entryBytes } = runEntries(data, trun);
  const fields = Object.values(RUN_FIELDS).filter((flag) => present & flag);
  const fallback = {
    duration: defaultOf(media, "duration"),
    size: defaultOf(media, "size"),
    flags: defaultOf(media, "flags"),
  };
  const firstFlags = present & FIRST_FLAGS ? data.getUint32(start - 4) : undefined;
  let decodedAt = firstTickOf(media);
  // The data offset counts from the fragment's first byte.
  let next = moof.start - 8 + data.getInt32(trun.start + 8);
  return Array.from({ length: samples }, (_, sample) => {
    const placeOf = (field: number): number => start + sample * entryBytes + 4 * fields.indexOf(field);
    const own = (name: "duration" | "size" | "flags"): number =>
      present & RUN_FIELDS[name] ? data.getUint32(placeOf(RUN_FIELDS[name])) : fallback[name];
    const offset = present & RUN_FIELDS.compositionOffset ? data.getInt32(placeOf(RUN_FIELDS.compositionOffset)) : 0;
    const presentationTick = decodedAt + offset;
    decodedAt += own("duration");
    const [at, bytes] = [next, own("size")];
    next += bytes;
    return {
      presentationTick,
      start: at,
      bytes,
      flags: sample === 0 && firstFlags !== undefined ? firstFlags : own("flags"),
    };
  });
}
