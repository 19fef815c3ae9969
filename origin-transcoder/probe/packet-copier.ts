/** Asks ffmpeg what a copy of a track would be, without decoding anything. */

import { type Option, type PassingCodec, splitInit } from "#media";
import { copiedInitArguments, type Input, unitListArguments } from "../ffmpeg/arguments.ts";
import { type Program, run } from "../ffmpeg/run.ts";

/** What the units of a track's packets say. */
export interface UnitCounts {
  /** Key pictures that are made of certain units, and different sets of parameters. */
  readonly keys: number;
  readonly parameterSets: number;
  /** Whether anything could not be read: a file that is cut off, a packet that does not hold the units that it says. */
  readonly isDamaged: boolean;
}

export interface PacketCopier {
  /** The init section of a copy; `options` are for the muxer. */
  init(media: "video" | "audio", streamIndex: number, options: readonly Option[]): Promise<Uint8Array>;
  units(streamIndex: number, codec: Pick<PassingCodec, "keyUnits" | "parameterUnits">): Promise<UnitCounts>;
}

const INIT_LIMITS = { wallSeconds: 20, outputBytes: 64 * 2 ** 20 };

/** Sixty bytes for each packet of a file that is listed in full. */
const LIST_LIMITS = { wallSeconds: 60, outputBytes: 256 * 2 ** 20 };

/** Any: what is copied says its times by the grid's. */
const TIMESCALE = 90_000;

/** @param input how the source is opened at that moment */
export const packetCopier = (program: Program, input: () => Input, signal?: AbortSignal): PacketCopier => {
  const ask = (args: readonly string[], limits: typeof INIT_LIMITS) =>
    run(program, args, { ...limits, ...(signal && { signal }) });
  return {
    init: async (media, streamIndex, encoder) => {
      const stream = { input: 0, streamIndex };
      const job = { media, stream, encoder, inputs: [{ seeks: [null] }], timescale: TIMESCALE };
      return splitInit((await ask(copiedInitArguments(job, input), INIT_LIMITS)).output).init;
    },
    units: async (streamIndex, codec) => {
      const { output, complaints } = await ask(unitListArguments(streamIndex, codec, input()), LIST_LIMITS);
      return { ...countUnits(output.toString("latin1")), isDamaged: complaints.trim() !== "" };
    },
  };
};

/** Lines of `framecrc`: stream, dts, pts, duration, bytes, checksum. */
function countUnits(list: string): Omit<UnitCounts, "isDamaged"> {
  const lines = list.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const sets = lines.filter((line) => line.startsWith("1,")).map((line) => line.split(",").slice(4, 6).join());
  return { keys: lines.filter((line) => line.startsWith("0,")).length, parameterSets: new Set(sets).size };
}
