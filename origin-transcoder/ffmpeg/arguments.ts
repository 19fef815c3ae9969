/** Spells jobs for ffmpeg. Pure; each flag has its reason beside it. */

import type {
  CopiedInitJob,
  EncodedInitJob,
  Filtered,
  InitJob,
  JobInput,
  Option,
  PassingCodec,
  SegmentJob,
  UnpackedTrack,
  WholeParts,
} from "#media";
import type { InputStream } from "#transformation";
import { type CommandInput, commandArguments, type Flags } from "./command.ts";
import { spellFilters, spellGraph } from "./filtergraph.ts";

/** What ffmpeg may open, and how: nothing else is reachable from a hostile file. */
export interface Input {
  readonly location: string;
  /** `http,tcp` for the origin's own loopback proxy, `file` for a complete copy. */
  readonly protocols: string;
  readonly demuxer: string;
}

export const GLOBAL = [
  // Never read the terminal: without one ffmpeg would stop.
  "-nostdin",
  "-hide_banner",
  // Warnings about references lost behind a seek are normal; only errors are of use.
  "-v",
  "error",
];

/** How a source is opened, by ffmpeg as by ffprobe. */
export const openingFlags = ({ protocols, demuxer }: Input): readonly Option[] => [
  // No protocol but the one that leads to this file, wherever it tries to lead (SSRF and local files by playlist).
  ["-protocol_whitelist", protocols],
  // No demuxer but this one, neither probed nor nested in a stream (AVI's GAB2 subtitles hold whole files).
  ["-format_whitelist", demuxer],
  ["-f", demuxer],
];

/** An attempt beyond a list's end takes the last of it. */
const seekOf = ({ seeks }: JobInput, attempt: number): string | null => seeks[attempt] ?? seeks.at(-1) ?? null;

/** How often a job may be tried, each time from further back; once where it reads nothing. */
export const attemptsOf = ({ inputs }: { readonly inputs: readonly JobInput[] }): number =>
  Math.max(1, ...inputs.map(({ seeks }) => seeks.length));

/** How the source of each of a job's inputs is opened. */
export type InputOf = (input: JobInput) => Input;

const readings = (inputs: readonly JobInput[], inputOf: InputOf, attempt: number): readonly CommandInput[] =>
  inputs.map((each) => ({
    location: inputOf(each).location,
    options: [...reading(inputOf(each), seekOf(each, attempt)), ...threads(each)],
  }));

const threads = ({ decoderThreads }: JobInput): Flags =>
  decoderThreads === undefined ? [] : [["-threads", String(decoderThreads)]];

function reading(input: Input, seek: string | null): Flags {
  return [
    ...openingFlags(input),
    // The file's own time stamps: all cutting is done on them.
    ["-copyts"],
    // And those of presentation alone: after a damaged one libavcodec takes the decoding times for good, which differ
    // by a picture from what the next segment's decoder takes.
    ["-fflags", "+igndts"],
    // Do not cut at the seek: it would drop the picture that is still on screen there.
    ["-noaccurate_seek"],
    ...(seek === null ? [] : [["-ss", seek] as const]),
  ];
}

/** One fragment with no index behind it; nothing in it tells of the machine or the time. */
export const CMAF: Flags = [
  ["-map_metadata", "-1"],
  ["-map_chapters", "-1"],
  // No library version in the file.
  ["-fflags", "+bitexact"],
  // btrt would differ from segment to segment, and with it the init section.
  ["-write_btrt", "0"],
  ["-f", "mp4"],
  // cmaf: negative composition offsets, no edit list. frag_custom: one fragment for all. frag_discont: tfdt keeps the
  // time stamps. skip_sidx, skip_trailer: HLS has no use for them. No delay_moov: it makes the init section depend on
  // the first pictures.
  ["-movflags", "+cmaf+frag_custom+frag_discont+skip_sidx+skip_trailer"],
];

export const timing = (media: "video" | "audio", timescale: number): Flags =>
  media === "video"
    ? [
        // As the filters made them: with a constant rate ffmpeg would pad from zero.
        ["-fps_mode", "passthrough"],
        ["-video_track_timescale", String(timescale)],
      ]
    : [
        // A negative first packet is dropped by the job's own filter, not moved to zero.
        ["-avoid_negative_ts", "disabled"],
      ];

const flag = (media: "video" | "audio"): string => (media === "video" ? "-vf" : "-af");

const FIRST_STREAM: InputStream = { input: 0, streamIndex: 0 };

/** Which streams the output holds, and their filters: a graph of its own where one is put together of several, or of none. */
function mapping(inputs: readonly JobInput[], streams: readonly (Filtered & { media: "video" | "audio" })[]): Flags {
  if (inputs.length !== 1 || streams.some(({ stream }) => !stream))
    return [["-filter_complex", spellGraph(streams)], ...streams.map((_, index) => ["-map", `[out${index}]`] as const)];
  return streams.flatMap(({ stream, media, filters }) => [
    ["-map", `${stream?.input ?? 0}:${stream?.streamIndex ?? 0}`],
    [flag(media), spellFilters(filters, media)],
  ]);
}

/** A stream's packets as they are, at the times at which the source shows them. */
const copying = (
  { input, streamIndex }: InputStream,
  { media, timescale, encoder }: Pick<InitJob, "media" | "timescale" | "encoder">,
): Flags => [
  ["-map", `${input}:${streamIndex}`],
  ["-c", "copy"],
  // From wherever the seek has landed: its target is a little behind the key picture.
  ["-copypriorss", "1"],
  // Nothing is moved to zero: whatever is not wanted is left out by its time.
  ["-avoid_negative_ts", "disabled"],
  ...encoder,
  ...(media === "video"
    ? ([
        ["-video_track_timescale", String(timescale)],
        // Matroska has no decoding times, and what libavformat takes for them may lie behind the presentation, which its
        // muxer then changes. Here they are in order, before anything is shown; the grid says later when it is decoded.
        ["-bsf:v", "setts=pts=PTS:dts=STARTPTS+N-1000000"],
      ] as const)
    : []),
];

/** A segment: init section and one fragment on standard output; of what is copied all that was read. */
export function segmentArguments(job: SegmentJob, inputOf: InputOf, attempt: number): readonly string[] {
  const { copy, stream = FIRST_STREAM } = job;
  return commandArguments({
    global: GLOBAL,
    inputs: readings(job.inputs, inputOf, attempt),
    outputOptions: [
      ...(copy
        ? [...copying(stream, job), ["-to", copy.untilSeconds] as const]
        : [...mapping(job.inputs, [job]), ...timing(job.media, job.timescale), ...job.encoder]),
      ...CMAF,
      ["-fragment_index", String(job.sequence)],
    ],
    output: "pipe:1",
  });
}

/** A track alone, as it is, in a container of its own; time stamps are those of the container. */
export function unpackArguments({ streamIndex, into }: UnpackedTrack, source: Input, path: string): readonly string[] {
  return commandArguments({
    global: GLOBAL,
    inputs: [{ location: source.location, options: openingFlags(source) }],
    outputOptions: [
      ["-map", `0:${streamIndex}`],
      ["-c", "copy"],
      ["-f", into],
    ],
    output: path,
  });
}

/** The init section of what is copied: that of the source's first packet. */
export function copiedInitArguments(
  job: Pick<CopiedInitJob, "inputs" | "stream" | "media" | "encoder" | "timescale">,
  inputOf: InputOf,
): readonly string[] {
  return commandArguments({
    global: GLOBAL,
    inputs: readings(job.inputs, inputOf, 0),
    outputOptions: [[onePacket(job.media), "1"], ...copying(job.stream, job), ...CMAF],
    output: "pipe:1",
  });
}

/**
 * A list of a picture's packets, of which only units of some types are left: as stream 0 those that are marked as key
 * pictures, as stream 1 all. A packet of which nothing is left is not listed.
 */
export function unitListArguments(
  streamIndex: number,
  { keyUnits, parameterUnits }: Pick<PassingCodec, "keyUnits" | "parameterUnits">,
  source: Input,
): readonly string[] {
  return commandArguments({
    global: GLOBAL,
    inputs: [{ location: source.location, options: openingFlags(source) }],
    outputOptions: [
      ["-map", `0:${streamIndex}`],
      ["-map", `0:${streamIndex}`],
      ["-c", "copy"],
      // amount: nothing is changed, only dropped.
      ["-bsf:v:0", `noise=drop=not(key):amount=0,filter_units=pass_types=${keyUnits}`],
      ["-bsf:v:1", `filter_units=pass_types=${parameterUnits}`],
      // A line for each packet, with a checksum of what is left of it.
      ["-f", "framecrc"],
    ],
    output: "pipe:1",
  });
}

const onePacket = (media: "video" | "audio"): string => (media === "video" ? "-frames:v" : "-frames:a");

/** The init section of a rendition without its source: one generated picture, or a moment of silence. */
export function initArguments(job: EncodedInitJob): readonly string[] {
  return commandArguments({
    global: GLOBAL,
    inputs: [{ options: [["-f", "lavfi"]], location: spellFilters([job.generator]) }],
    outputOptions: [
      [onePacket(job.media), "1"],
      [flag(job.media), spellFilters(job.filters, job.media)],
      ...timing(job.media, job.timescale),
      ...job.encoder,
      ...CMAF,
    ],
    output: "pipe:1",
  });
}

const textTrack = ({ text }: WholeParts): Flags =>
  text ? [["-map", `${text.stream.input}:${text.stream.streamIndex}`], ...text.encoder] : [];

/** A whole file: to a pipe, or to a path where the muxer must seek in it. */
export function wholeArguments(job: WholeParts, inputOf: InputOf, attempt: number, output: string): readonly string[] {
  const streams = (["video", "audio"] as const).flatMap((media) => {
    const wanted = job[media];
    return wanted ? [{ ...wanted, media }] : [];
  });
  return commandArguments({
    global: GLOBAL,
    inputs: readings(job.inputs, inputOf, attempt),
    outputOptions: [
      ...mapping(job.inputs, streams),
      ...streams.flatMap(({ encoder }) => encoder),
      ...textTrack(job),
      ["-fps_mode", "passthrough"],
      ["-map_metadata", "-1"],
      ["-map_chapters", "-1"],
      ["-fflags", "+bitexact"],
      ...job.muxer,
    ],
    output,
  });
}
