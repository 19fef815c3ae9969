/** CONTAINERS: which files are taken, by their first bytes, and how ffmpeg seeks in each of them. */

import type { Rational } from "#transformation";

/** How far to read into a file to know its container: MPEG-TS with DVB prefix and MXF run-in are the longest. */
export const SNIFF_BYTES = 4096;

/**
 * Where `-ss` lands, measured with ffmpeg 5.1:
 * - `start`: the last key picture decoded at or before the time, less the time from the file's first decode to its first
 *   picture (mov.c)
 * - `dts`: the last key picture decoded at or before the time, less 3/23 s where pictures are reordered (ffmpeg_opt.c)
 * - `pts`: the last key picture shown at or before the time, less the same
 * - `packet`: any packet, so the decoder drops pictures up to the next key: aim before the key
 * - `loose`: unknown; aim at the key before the one that is wanted
 */
export type SeekBehaviour = "start" | "dts" | "pts" | "packet" | "loose";

export interface Container {
  /** ffmpeg's demuxer, forced with `-f` and `-format_whitelist`: nothing else ever reads the file. */
  readonly demuxer: string;
  /** Extensions that such a file may be asked for by, unchanged; the first is its own. */
  readonly extensions: readonly [string, ...string[]];
  readonly mediaType: string;
  readonly seek: SeekBehaviour;
  /** Holds one picture. */
  readonly isStill?: boolean;
  readonly matches: (bytes: Uint8Array) => boolean;
}

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

const startsWith =
  (expected: readonly number[], offset = 0) =>
  (bytes: Uint8Array): boolean =>
    bytes.length >= offset + expected.length && expected.every((byte, index) => bytes[offset + index] === byte);

const any =
  (...tests: readonly ((bytes: Uint8Array) => boolean)[]) =>
  (bytes: Uint8Array): boolean =>
    tests.some((test) => test(bytes));

const isoBoxes = ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot", "styp"].map((type) =>
  startsWith(ascii(type), 4),
);

/** A sync byte at every packet boundary, for plain (188), BDAV (192) and FEC (204) packets. */
const transportStream = any(
  ...(
    [
      [188, 0],
      [192, 4],
      [204, 0],
    ] as const
  ).map(([size, first]) => (bytes: Uint8Array) => {
    const packets = Math.min(5, Math.floor((bytes.length - first) / size));
    return (
      packets >= 3 && Array.from({ length: packets }, (_, n) => bytes[first + n * size]).every((byte) => byte === 0x47)
    );
  }),
);

/** Frame sync, a real layer, bit rate and sampling rate (ISO/IEC 11172-3 2.4.2.3). */
const mpegAudioFrame = (bytes: Uint8Array): boolean => {
  const [a = 0, b = 0, c = 0] = bytes;
  return (
    a === 0xff &&
    (b & 0xe0) === 0xe0 &&
    (b & 0x06) !== 0 &&
    (b & 0x18) !== 0x08 &&
    c >> 4 !== 0x0f &&
    (c & 0x0c) !== 0x0c
  );
};

export const CONTAINERS: readonly Container[] = [
  {
    demuxer: "mov",
    extensions: ["mp4", "mov", "m4a", "m4v", "3gp", "3g2"],
    mediaType: "video/mp4",
    seek: "start",
    matches: any(...isoBoxes),
  },
  {
    demuxer: "matroska",
    extensions: ["mkv", "webm"],
    mediaType: "video/x-matroska",
    seek: "pts",
    matches: startsWith([0x1a, 0x45, 0xdf, 0xa3]),
  },
  { demuxer: "mpegts", extensions: ["ts"], mediaType: "video/mp2t", seek: "packet", matches: transportStream },
  {
    demuxer: "flv",
    extensions: ["flv"],
    mediaType: "video/x-flv",
    seek: "dts",
    matches: startsWith([...ascii("FLV"), 1]),
  },
  {
    demuxer: "avi",
    extensions: ["avi"],
    mediaType: "video/x-msvideo",
    seek: "loose",
    matches: (b) => startsWith(ascii("RIFF"))(b) && startsWith(ascii("AVI"), 8)(b),
  },
  {
    demuxer: "wav",
    extensions: ["wav"],
    mediaType: "audio/wav",
    seek: "loose",
    matches: (b) => any(startsWith(ascii("RIFF")), startsWith(ascii("RF64")))(b) && startsWith(ascii("WAVE"), 8)(b),
  },
  {
    demuxer: "ogg",
    extensions: ["ogg", "opus", "ogv"],
    mediaType: "application/ogg",
    seek: "loose",
    matches: startsWith(ascii("OggS")),
  },
  {
    demuxer: "asf",
    extensions: ["wmv"],
    mediaType: "video/x-ms-asf",
    seek: "loose",
    matches: startsWith([0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11]),
  },
  {
    demuxer: "mpeg",
    extensions: ["mpeg", "mpg"],
    mediaType: "video/mpeg",
    seek: "packet",
    matches: startsWith([0, 0, 1, 0xba]),
  },
  {
    demuxer: "mxf",
    extensions: ["mxf"],
    mediaType: "application/mxf",
    seek: "loose",
    matches: startsWith([0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01]),
  },
  { demuxer: "gif", extensions: ["gif"], mediaType: "image/gif", seek: "loose", matches: startsWith(ascii("GIF8")) },
  {
    demuxer: "png_pipe",
    extensions: ["png"],
    mediaType: "image/png",
    seek: "loose",
    isStill: true,
    matches: startsWith([0x89, ...ascii("PNG"), 0x0d, 0x0a, 0x1a, 0x0a]),
  },
  {
    demuxer: "jpeg_pipe",
    extensions: ["jpg", "jpeg"],
    mediaType: "image/jpeg",
    seek: "loose",
    isStill: true,
    matches: startsWith([0xff, 0xd8, 0xff]),
  },
  {
    demuxer: "webp_pipe",
    extensions: ["webp"],
    mediaType: "image/webp",
    seek: "loose",
    isStill: true,
    matches: (b) => startsWith(ascii("RIFF"))(b) && startsWith(ascii("WEBP"), 8)(b),
  },
  { demuxer: "flac", extensions: ["flac"], mediaType: "audio/flac", seek: "loose", matches: startsWith(ascii("fLaC")) },
  {
    demuxer: "aiff",
    extensions: ["aiff"],
    mediaType: "audio/aiff",
    seek: "loose",
    matches: (b) => startsWith(ascii("FORM"))(b) && startsWith(ascii("AIF"), 8)(b),
  },
  { demuxer: "caf", extensions: ["caf"], mediaType: "audio/x-caf", seek: "loose", matches: startsWith(ascii("caff")) },
  { demuxer: "amr", extensions: ["amr"], mediaType: "audio/amr", seek: "loose", matches: startsWith(ascii("#!AMR")) },
  {
    demuxer: "aac",
    extensions: ["aac"],
    mediaType: "audio/aac",
    seek: "loose",
    matches: ([a = 0, b = 0]) => a === 0xff && (b & 0xf6) === 0xf0,
  },
  {
    demuxer: "mp3",
    extensions: ["mp3"],
    mediaType: "audio/mpeg",
    seek: "loose",
    matches: any(startsWith(ascii("ID3")), mpegAudioFrame),
  },
];

/** The container that a file's first bytes call for; undefined for everything that is taken from nobody. */
export const containerOf = (firstBytes: Uint8Array): Container | undefined =>
  CONTAINERS.find((container) => container.matches(firstBytes));

export const containerNamed = (demuxer: string): Container | undefined =>
  CONTAINERS.find((container) => container.demuxer === demuxer);

export const isStillContainer = (demuxer: string): boolean => containerNamed(demuxer)?.isStill ?? false;

/** Time stamps that count samples are exact; coarser ones are snapped to the codec's frames. */
export const countsSamples = (timeBase: Rational, sampleRate: number): boolean =>
  timeBase.num === 1 && timeBase.den % sampleRate === 0;
