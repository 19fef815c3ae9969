/** Builds ffmpeg's argument list with fluent-ffmpeg, and with nothing else of it: see docs/decisions/fluent-ffmpeg.md. */

import ffmpeg from "fluent-ffmpeg";
import type { Option } from "#media";

export type Flags = readonly (Option | readonly [string])[];

export interface CommandInput {
  readonly options: Flags;
  readonly location: string;
}

export interface Command {
  readonly global: readonly string[];
  readonly inputs: readonly CommandInput[];
  readonly outputOptions: Flags;
  readonly output: string;
}

/** fluent-ffmpeg types only what it runs itself; the arguments are what we take from it. */
interface ArgumentSource {
  _getArguments(): string[];
}

/** The arguments of one run, to one output. */
export function commandArguments({ global, inputs, outputOptions, output }: Command): readonly string[] {
  const command = ffmpeg().output(output);
  // Several arguments in one call: a lone one that holds a space would be split.
  for (const { options, location } of inputs) {
    command.input(location);
    for (const [name, value] of options)
      value === undefined ? command.inputOptions(name) : command.inputOptions(name, value);
  }
  for (const [name, value] of outputOptions)
    value === undefined ? command.outputOptions(name) : command.outputOptions(name, value);
  return [...global, ...(command as unknown as ArgumentSource)._getArguments()];
}
