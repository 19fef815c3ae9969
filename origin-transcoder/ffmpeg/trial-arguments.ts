/** Spells trial encodes for ffmpeg: of pictures that were kept without loss, and how like them the outcome is. Pure. */

import type { TrialEncode } from "#media";
import type { Filter, Rational } from "#transformation";
import { CMAF, GLOBAL, openingFlags, timing } from "./arguments.ts";
import { type CommandInput, commandArguments, type Flags } from "./command.ts";
import { spellFilters, spellGraph } from "./filtergraph.ts";

const rateOf = ({ num, den }: Rational): string => `${num}/${den}`;

/** Frames by their numbers, whatever time stamps they came with. */
const numbered = ({ num, den }: Rational): readonly Filter[] => [
  { name: "settb", options: { expr: `${den}/${num}` } },
  { name: "setpts", options: { expr: "N" } },
];

const fileAt = (path: string, demuxer: string, ...options: Flags): CommandInput => ({
  location: `file:${path}`,
  options: [...openingFlags({ location: path, protocols: "file", demuxer }), ...options],
});

/** Pictures that were kept: a bare stream says nothing of their rate. */
const keptAt = (path: string, frameRate: Rational): CommandInput =>
  fileAt(path, "h264", ["-framerate", rateOf(frameRate)]);

/** One fragment on standard output, as segments are made. */
export const trialArguments = (
  { filters, encoder }: TrialEncode,
  { path, frameRate, timescale }: { path: string; frameRate: Rational; timescale: number },
): readonly string[] =>
  commandArguments({
    global: GLOBAL,
    inputs: [keptAt(path, frameRate)],
    outputOptions: [
      ["-vf", spellFilters([...numbered(frameRate), ...filters])],
      ...timing("video", timescale),
      ...encoder,
      ...CMAF,
    ],
    output: "pipe:1",
  });

/** A line on standard output for each picture: how like its original it is. */
export function likenessArguments(
  { filters }: TrialEncode,
  { encoded, path, frameRate }: { encoded: string; path: string; frameRate: Rational },
): readonly string[] {
  const compared: Filter = {
    name: "ssim",
    options: { stats_file: "-" },
    inputs: [
      { stream: { input: 0, streamIndex: 0 }, filters: numbered(frameRate) },
      { stream: { input: 1, streamIndex: 0 }, filters: [...numbered(frameRate), ...filters] },
    ],
  };
  return commandArguments({
    global: GLOBAL,
    inputs: [fileAt(encoded, "mov"), keptAt(path, frameRate)],
    outputOptions: [
      ["-filter_complex", spellGraph([{ filters: [compared], media: "video" }])],
      ["-map", "[out0]"],
      // Of the pictures themselves nothing is wanted.
      ["-f", "null"],
    ],
    output: "-",
  });
}
