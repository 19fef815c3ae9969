/** The codec strings of RFC 6381, read from an init section. */

import { broken, entryBox, sampleEntry, view } from "./iso-bmff.ts";

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** The 32 compatibility flags of HEVC are written in reverse order (ISO/IEC 14496-15 annex E). */
const reversedBits = (word: number): number =>
  Number.parseInt([...word.toString(2).padStart(32, "0")].reverse().join(""), 2);

function hevcString(config: Uint8Array): string {
  const data = view(config);
  const general = config[1] ?? 0;
  const space = ["", "A", "B", "C"][general >> 6];
  const constraints = [...config.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const tier = general & 0x20 ? "H" : "L";
  return [
    `hvc1.${space}${general & 0x1f}`,
    reversedBits(data.getUint32(2)).toString(16).toUpperCase(),
    `${tier}${config[12]}`,
    ...constraints.map((byte) => hex(byte).toUpperCase().replace(/^0/, "")),
  ].join(".");
}

/** AV1's long form needs the colour, which lies in `colr`; the rest is in `av1C`. Without colour the short form says all. */
function av1String(config: Uint8Array, colour: readonly number[] | undefined): string {
  const [, profileLevel = 0, flags = 0] = config;
  const two = (number: number) => String(number).padStart(2, "0");
  const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8;
  const subsampling = `${(flags >> 3) & 1}${(flags >> 2) & 1}${flags & 3}`;
  const head = `av01.${profileLevel >> 5}.${two(profileLevel & 0x1f)}${flags & 0x80 ? "H" : "M"}.${two(depth)}`;
  if (!colour) return head;
  return `${head}.${(flags >> 4) & 1}.${subsampling}.${colour.slice(0, 3).map(two).join(".")}.${colour[3]}`;
}

function colourIn(init: Uint8Array): readonly number[] | undefined {
  const colr = entryBox(init, "colr");
  if (!colr) return undefined;
  const data = view(colr);
  return [4, 6, 8].map((offset) => data.getUint16(offset)).concat((colr[10] ?? 0) >> 7);
}

/** The RFC 6381 codec string of an init section's only track, read from its decoder configuration. */
export function codecStringOf(init: Uint8Array): string {
  const entry = sampleEntry(init);
  const config = (type: string): Uint8Array => {
    const box = entryBox(init, type);
    if (!box) throw broken(`no ${type} in ${entry.type}`);
    return box;
  };
  switch (entry.type) {
    case "avc1":
      return `avc1.${[...config("avcC").subarray(1, 4)].map(hex).join("")}`;
    case "hvc1":
      return hevcString(config("hvcC"));
    case "av01":
      return av1String(config("av1C"), colourIn(init));
    case "mp4a":
      return `mp4a.40.${audioObjectType(config("esds"))}`;
    default:
      throw broken(`a sample entry ${entry.type}`);
  }
}

/** The first five bits of the AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
const audioObjectType = (esds: Uint8Array): number => (audioSpecificConfig(esds)[0] ?? 0) >> 3;

/** What lies behind the DecoderSpecificInfo tag of `esds`. */
export function audioSpecificConfig(esds: Uint8Array): Uint8Array {
  // Tag 4 (13 bytes of DecoderConfig) holds tag 5; lengths may be padded to four bytes.
  for (let at = 4; at < esds.length - 2; at++) {
    if (esds[at] !== 0x05) continue;
    let length = at + 1;
    while ((esds[length] ?? 0) & 0x80) length++;
    if (length - at <= 4) return esds.subarray(length + 1);
  }
  throw broken("no AudioSpecificConfig");
}
