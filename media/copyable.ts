/** PASSING: one entry says what a source's own codec must be for its packets to be played as they are. */

import type { VideoCodecName } from "#transformation";
import { OUTPUT_SAMPLE_RATES } from "./audio-codecs.ts";
import type { Option } from "./codecs.ts";
import { isRgb, outputColour } from "./colour.ts";
import { AAC_FRAME_SAMPLES } from "./grid.ts";
import { type AudioTrack, isHdr, type VideoTrack } from "./source.ts";

export interface PassingCodec {
  /** ffmpeg's name. */
  readonly sourceCodec: string;
  /** Whether all browsers that play the codec play this profile and level of it. */
  readonly isPlayed: (codecString: string) => boolean;
  /** Types of the units that a clean key picture is made of, and of those that hold parameters (`filter_units`). */
  readonly keyUnits: string;
  readonly parameterUnits: string;
  /** What its muxer is told beside that it copies. */
  readonly options: readonly Option[];
}

/** What stands at the end of a codec string of a shape, as a number; undefined where it has another shape. */
const levelIn = (shape: RegExp, codecString: string, radix = 10): number | undefined => {
  const level = shape.exec(codecString)?.[1];
  return level === undefined ? undefined : Number.parseInt(level, radix);
};

const isUpTo = (highest: number, level: number | undefined): boolean => level !== undefined && level <= highest;

export const PASSING: Readonly<Record<VideoCodecName, PassingCodec>> = {
  h264: {
    sourceCodec: "h264",
    // Baseline, Main and High, up to level 5.2: beyond are ten bits, 4:2:2, and what no hardware decodes.
    isPlayed: (text) => isUpTo(0x34, levelIn(/^avc1\.(?:42|4d|64)[0-9a-f]{2}([0-9a-f]{2})$/, text, 16)),
    // IDR pictures. Recovery points of open GOPs are marked as key pictures too, and decoders that begin there complain.
    keyUnits: "5",
    parameterUnits: "7-8",
    options: [],
  },
  h265: {
    sourceCodec: "hevc",
    // Main profile, Main tier, up to level 5.1.
    isPlayed: (text) => isUpTo(153, levelIn(/^hvc1\.1\.[0-9A-F]+\.L(\d+)/, text)),
    // IDR pictures, with leading pictures that can be decoded and without.
    keyUnits: "19-20",
    parameterUnits: "32-34",
    // hvc1, not hev1: Apple plays no other.
    options: [["-tag:v", "hvc1"]],
  },
  av1: {
    sourceCodec: "av1",
    // Main profile, Main tier, up to level 5.1, eight bits.
    isPlayed: (text) => isUpTo(13, levelIn(/^av01\.0\.(\d\d)M\.08/, text)),
    // A sync sample begins with a sequence header (AV1-ISOBMFF 2.4), and no other sample needs one.
    keyUnits: "1",
    parameterUnits: "1",
    options: [],
  },
};

/** What hands over each packet as it is, with time stamps and sample entry beside it. */
const CONTAINERS: readonly string[] = ["mov", "matroska"];

/** The codec that a source's picture may be handed on in, by all that is known without a look at its packets. */
export function passingCodec(container: string, track: VideoTrack): VideoCodecName | undefined {
  const { width, height, sampleAspect, rotation, variableFrameRate, interlaced, pixelFormat, colour } = track;
  const name = (["h264", "h265", "av1"] as const).find((codec) => PASSING[codec].sourceCodec === track.codec);
  const own = outputColour(track);
  const isShownAsItIs = rotation === 0 && sampleAspect.num === sampleAspect.den && width % 2 === 0 && height % 2 === 0;
  const isPlain = pixelFormat === "yuv420p" && colour.range === "tv" && !isHdr(colour) && !isRgb(track);
  // In other colours players would show it in the wrong ones.
  const keepsColour = (["primaries", "transfer", "matrix"] as const).every((each) =>
    ["unknown", own[each]].includes(colour[each]),
  );
  const isFit = isShownAsItIs && isPlain && keepsColour && !interlaced && !variableFrameRate;
  return isFit && CONTAINERS.includes(container) && track.dolbyVisionProfile === undefined ? name : undefined;
}

/** AAC-LC, which ffmpeg calls LC; what decodes to longer frames is HE-AAC, whatever it says. */
export const mayPassSound = (
  container: string,
  { codec, profile, channels, sampleRate, unpackedInto }: AudioTrack,
  frameSamples: readonly (number | undefined)[],
): boolean =>
  CONTAINERS.includes(container) &&
  codec === "aac" &&
  profile === "LC" &&
  channels <= 2 &&
  OUTPUT_SAMPLE_RATES.includes(sampleRate) &&
  unpackedInto === undefined &&
  frameSamples.length > 0 &&
  frameSamples.every((samples) => samples === AAC_FRAME_SAMPLES);
