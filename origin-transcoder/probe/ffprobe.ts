/** Asks ffprobe, and says what its answers look like; only the fields that are used are named. */

import { Problem } from "#transformation";
import { type Input, openingFlags } from "../ffmpeg/arguments.ts";
import { type Program, run } from "../ffmpeg/run.ts";

export interface ProbedStream {
  readonly index: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly has_b_frames?: number;
  readonly sample_aspect_ratio?: string;
  readonly field_order?: string;
  readonly time_base?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly duration_ts?: number;
  readonly start_pts?: number;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly channel_layout?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly color_primaries?: string;
  readonly disposition?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly side_data_list?: readonly ProbedSideData[];
}

/** Of a stream or of a picture; fractions are spelled `34000/50000`. */
export interface ProbedSideData {
  readonly side_data_type?: string;
  readonly rotation?: number;
  readonly dv_profile?: number;
  readonly red_x?: string;
  readonly red_y?: string;
  readonly green_x?: string;
  readonly green_y?: string;
  readonly blue_x?: string;
  readonly blue_y?: string;
  readonly white_point_x?: string;
  readonly white_point_y?: string;
  readonly min_luminance?: string;
  readonly max_luminance?: string;
  readonly max_content?: number;
  readonly max_average?: number;
}

export interface ProbedFrame {
  readonly media_type: string;
  readonly stream_index: number;
  readonly best_effort_timestamp?: number;
  readonly pts?: number;
  readonly nb_samples?: number;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly interlaced_frame?: number;
  readonly top_field_first?: number;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly color_primaries?: string;
  readonly side_data_list?: readonly ProbedSideData[];
}

/** One line of the packet list: time stamps in ticks, absent where the container has none. */
export interface ProbedPacket {
  readonly stream: number;
  readonly pts: number | undefined;
  readonly dts: number | undefined;
  readonly duration: number | undefined;
  readonly bytes: number;
  readonly key: boolean;
  /** Decoded but not shown: an edit list begins behind it. */
  readonly hidden: boolean;
}

/** The packets that are known: all of them (in both lists), or those at either end of the file. */
export interface PacketList {
  readonly head: readonly ProbedPacket[];
  readonly tail: readonly ProbedPacket[];
  readonly complete: boolean;
}

export interface ProbedChapter {
  readonly time_base: string;
  readonly start: number;
  readonly end: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Ffprobe {
  streams(): Promise<{
    streams: readonly ProbedStream[];
    startTime: string;
    durationSeconds: number;
    chapters: readonly ProbedChapter[];
  }>;
  /** Decodes the first packets of pictures (`V`, cover art left out) or of sound (`a`). */
  firstFrames(media: "V" | "a", packets: number): Promise<readonly ProbedFrame[]>;
  /** All packets, or those of an interval in ffprobe's notation. */
  packets(interval?: string): Promise<readonly ProbedPacket[]>;
  /** Ends whatever still runs, since one of several questions has failed: the source must not be closed before. */
  end(): Promise<void>;
}

const LIMITS = { wallSeconds: 60, outputBytes: 256 * 2 ** 20 };

const FRAME_FIELDS =
  "media_type,stream_index,pts,best_effort_timestamp,nb_samples,width,height,pix_fmt,interlaced_frame,top_field_first,color_range,color_space,color_transfer,color_primaries";

/** By name: Dolby Vision would fill pages. */
const SIDE_DATA_FIELDS =
  "red_x,red_y,green_x,green_y,blue_x,blue_y,white_point_x,white_point_y,min_luminance,max_luminance,max_content,max_average";

/** @param input how the source is opened at that moment: it may have become a complete file in between */
export function ffprobe(program: Program, input: () => Input, signal?: AbortSignal): Ffprobe {
  const ending = new AbortController();
  const running = new Set<Promise<unknown>>();
  const ask = async (...args: string[]): Promise<string> => {
    const source = input();
    const asked = run(program, ["-v", "error", ...openingFlags(source).flat(), ...args, "-i", source.location], {
      ...LIMITS,
      signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
    }).finally(() => running.delete(asked));
    running.add(asked);
    return (await asked).output.toString("utf8");
  };
  const json = async <T>(...args: string[]): Promise<Partial<T>> => {
    const text = await ask("-of", "json", ...args);
    try {
      return JSON.parse(text || "{}") as Partial<T>;
    } catch {
      throw new Problem("not-playable", "The file is damaged beyond reading.");
    }
  };
  return {
    streams: async () => {
      const answer = await json<{
        streams: ProbedStream[];
        format: { start_time?: string; duration?: string };
        chapters: ProbedChapter[];
      }>("-show_streams", "-show_format", "-show_chapters");
      return {
        streams: answer.streams ?? [],
        startTime: answer.format?.start_time ?? "0",
        durationSeconds: Number(answer.format?.duration ?? 0),
        chapters: answer.chapters ?? [],
      };
    },
    firstFrames: async (media, packets) => {
      // Never all streams: the decoder of EIA-608 captions goes on for ever (ffmpeg 5.1).
      const answer = await json<{ frames: ProbedFrame[] }>(
        "-select_streams",
        media,
        "-show_frames",
        "-show_entries",
        `frame=${FRAME_FIELDS}:frame_side_data=${SIDE_DATA_FIELDS}`,
        "-read_intervals",
        `%+#${packets}`,
      );
      return answer.frames ?? [];
    },
    packets: async (interval) => {
      const text = await ask(
        "-show_packets",
        "-show_entries",
        "packet=stream_index,pts,dts,duration,size,flags",
        "-of",
        "csv=p=0",
        ...(interval === undefined ? [] : ["-read_intervals", interval]),
      );
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map(packetFrom);
    },
    end: async () => {
      ending.abort();
      await Promise.allSettled(running);
    },
  };
}

function packetFrom(line: string): ProbedPacket {
  const [stream, pts, dts, duration, bytes, flags = ""] = line.split(",");
  const ticks = (text: string | undefined) =>
    text === undefined || text === "N/A" || text === "" ? undefined : Number(text);
  return {
    stream: Number(stream),
    pts: ticks(pts),
    dts: ticks(dts),
    duration: ticks(duration),
    bytes: ticks(bytes) ?? 0,
    key: flags.startsWith("K"),
    hidden: flags[1] === "D",
  };
}
