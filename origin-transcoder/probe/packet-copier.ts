/** Asks ffmpeg what a copy of a track would be, without decoding anything. */

import { type Option, type PassingCodec, splitInit } from "#media";
import { copiedInitArguments, type Input, unitListArguments } from "../ffmpeg/arguments.ts";
import { type Program, run } from "../ffmpeg/run.ts";

/** How many key pictures a track has that are made of certain units, and how many different sets of parameters among them. */
export interface UnitCounts {
  readonly keys: number;
  readonly parameterSets: number;
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
  const ask = async (args: readonly string[], limits: typeof INIT_LIMITS): Promise<Buffer> =>
    (await run(program, args, { ...limits, ...(signal && { signal }) })).output;
  return {
    init: async (media, streamIndex, encoder) => {
      const stream = { input: 0, streamIndex };
      const job = { media, stream, encoder, inputs: [{ seeks: [null] }], timescale: TIMESCALE };
      return splitInit(await ask(copiedInitArguments(job, input), INIT_LIMITS)).init;
    },
    units: async (streamIndex, codec) =>
      countUnits((await ask(unitListArguments(streamIndex, codec, input()), LIST_LIMITS)).toString("latin1")),
  };
};

/** Lines of `framecrc`: stream, dts, pts, duration, bytes, checksum. */
function countUnits(list: string): UnitCounts {
  const lines = list.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const sets = lines.filter((line) => line.startsWith("1,")).map((line) => line.split(",").slice(4, 6).join());
  return { keys: lines.filter((line) => line.startsWith("0,")).length, parameterSets: new Set(sets).size };
}
