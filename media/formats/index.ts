/** FORMATS: what an extension delivers. One entry says everything about one output format. */

import type { Encoding, Sealing } from "#transformation";
import type { Option } from "../codecs.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { Presentation, UriOf } from "../presentation.ts";
import { mediaPresentationDescription } from "./dash.ts";
import type { FileAudioCodecName, FileVideoCodecName } from "./file-codecs.ts";
import { multivariantPlaylist } from "./hls.ts";
import { MOVING_FORMATS, PICTURE_FORMATS, type PictureFormat } from "./pictures.ts";
import { type SheetUriOf, storyboardJson, storyboardVtt } from "./storyboard.ts";

/** Says where a film's moments are to be seen on the sheets of its storyboard. */
interface IndexFormat {
  readonly kind: "index";
  readonly mediaType: string;
  readonly write: (plan: DeliveryPlan, uriOf: SheetUriOf) => string;
}

/** A stream: what it offers is spelled in a manifest, its segments are the same for all. */
export interface StreamFormat {
  readonly kind: "stream";
  readonly mediaType: string;
  readonly manifest: (presentation: Presentation, uriOf: UriOf) => string;
  /** Encryptions that its players undo. */
  readonly sealings: readonly Sealing[];
}

/** The first is what is held unless the URL asks for another. */
export type HeldAudio = readonly [FileAudioCodecName, ...FileAudioCodecName[]];

/** A whole file with picture and sound, of a bounded length. */
interface ClipFormat {
  readonly kind: "clip";
  readonly mediaType: string;
  /** What it may hold; the first is what it holds unless the URL asks for another. */
  readonly video: readonly [FileVideoCodecName, ...FileVideoCodecName[]];
  readonly audio: HeldAudio;
  /** Whether it holds pictures that can be seen through, where their codec does. */
  readonly takesAlpha?: boolean;
  readonly muxer: (timescale: number) => readonly Option[];
}

/** A whole file of sound alone, of a bounded length. */
interface SoundFormat {
  readonly kind: "sound";
  readonly mediaType: string;
  readonly audio: HeldAudio;
  readonly muxer: readonly Option[];
}

export type Format = StreamFormat | IndexFormat | ClipFormat | SoundFormat | PictureFormat;

/** MP4 and its relatives. */
const isoMuxer =
  (name: string) =>
  (timescale: number): readonly Option[] => [
    // The index in front, so that playing starts with the first bytes.
    ["-movflags", "+faststart"],
    ["-video_track_timescale", String(timescale)],
    ["-f", name],
  ];

const muxer = (name: string) => (): readonly Option[] => [["-f", name]];

export const FORMATS: Readonly<Record<string, Format>> = {
  m3u8: {
    kind: "stream",
    mediaType: "application/vnd.apple.mpegurl",
    manifest: multivariantPlaylist,
    sealings: ["aes128", "cbcs"],
  },
  mpd: {
    kind: "stream",
    mediaType: "application/dash+xml",
    manifest: mediaPresentationDescription,
    sealings: ["cbcs"],
  },
  mp4: {
    kind: "clip",
    mediaType: "video/mp4",
    video: ["h264", "h265", "av1", "vp9"],
    audio: ["aac", "mp3", "opus"],
    muxer: isoMuxer("mp4"),
  },
  mov: {
    kind: "clip",
    mediaType: "video/quicktime",
    video: ["h264", "h265", "prores"],
    audio: ["aac", "mp3"],
    takesAlpha: true,
    muxer: isoMuxer("mov"),
  },
  webm: {
    kind: "clip",
    mediaType: "video/webm",
    video: ["vp9", "vp8", "av1"],
    audio: ["opus", "vorbis"],
    takesAlpha: true,
    muxer: muxer("webm"),
  },
  mkv: {
    kind: "clip",
    mediaType: "video/x-matroska",
    video: ["h264", "vp9", "vp8", "av1"],
    audio: ["aac", "mp3", "opus", "vorbis"],
    takesAlpha: true,
    muxer: muxer("matroska"),
  },
  ts: { kind: "clip", mediaType: "video/mp2t", video: ["h264"], audio: ["aac", "mp3"], muxer: muxer("mpegts") },
  ogv: { kind: "clip", mediaType: "video/ogg", video: ["theora"], audio: ["vorbis", "opus"], muxer: muxer("ogv") },
  avi: { kind: "clip", mediaType: "video/x-msvideo", video: ["mpeg4"], audio: ["mp3"], muxer: muxer("avi") },
  wmv: { kind: "clip", mediaType: "video/x-ms-wmv", video: ["wmv2"], audio: ["wma"], muxer: muxer("asf") },
  flv: { kind: "clip", mediaType: "video/x-flv", video: ["h264"], audio: ["aac", "mp3"], muxer: muxer("flv") },
  "3gp": { kind: "clip", mediaType: "video/3gpp", video: ["h264", "mpeg4"], audio: ["aac"], muxer: isoMuxer("3gp") },
  "3g2": { kind: "clip", mediaType: "video/3gpp2", video: ["h264", "mpeg4"], audio: ["aac"], muxer: isoMuxer("3g2") },
  mpeg: { kind: "clip", mediaType: "video/mpeg", video: ["mpeg2"], audio: ["mp2"], muxer: muxer("vob") },
  mxf: { kind: "clip", mediaType: "application/mxf", video: ["mpeg2"], audio: ["pcm"], muxer: muxer("mxf") },
  mp3: { kind: "sound", mediaType: "audio/mpeg", audio: ["mp3"], muxer: [["-f", "mp3"]] },
  m4a: {
    kind: "sound",
    mediaType: "audio/mp4",
    audio: ["aac"],
    muxer: [
      ["-movflags", "+faststart"],
      ["-f", "ipod"],
    ],
  },
  aac: { kind: "sound", mediaType: "audio/aac", audio: ["aac"], muxer: [["-f", "adts"]] },
  ogg: { kind: "sound", mediaType: "audio/ogg", audio: ["vorbis", "opus"], muxer: [["-f", "ogg"]] },
  opus: { kind: "sound", mediaType: "audio/ogg", audio: ["opus"], muxer: [["-f", "opus"]] },
  wav: { kind: "sound", mediaType: "audio/wav", audio: ["pcm"], muxer: [["-f", "wav"]] },
  flac: { kind: "sound", mediaType: "audio/flac", audio: ["flac"], muxer: [["-f", "flac"]] },
  aiff: { kind: "sound", mediaType: "audio/aiff", audio: ["pcmBigEndian"], muxer: [["-f", "aiff"]] },
  ...PICTURE_FORMATS,
  vtt: { kind: "index", mediaType: "text/vtt; charset=utf-8", write: storyboardVtt },
  json: { kind: "index", mediaType: "application/json", write: storyboardJson },
};

/** Spellings of the same format. */
const ALIASES: Readonly<Record<string, string>> = { jpeg: "jpg" };

/** The format's own name for an extension; undefined for formats that are not delivered. */
export function formatNamed(extension: string): string | undefined {
  const name = ALIASES[extension] ?? extension;
  return Object.hasOwn(FORMATS, name) ? name : undefined;
}

/** The format of a file with an extension, under what the URL asks for. */
export function fileFormat(extension: string, { isAnimated }: Encoding): Format | undefined {
  const name = formatNamed(extension);
  return name === undefined ? undefined : (isAnimated && MOVING_FORMATS[name]) || FORMATS[name];
}
