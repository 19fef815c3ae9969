/** Builds ffmpeg's argument list with fluent-ffmpeg, and with nothing else of it: see docs/decisions/fluent-ffmpeg.md. */

import ffmpeg from "fluent-ffmpeg";
import type { Option } from "#media";

export interface Command {
  readonly global: readonly string[];
  readonly inputOptions: readonly (Option | readonly [string])[];
  readonly input: string;
  readonly outputOptions: readonly (Option | readonly [string])[];
  readonly output: string;
}

/** fluent-ffmpeg types only what it runs itself; the arguments are what we take from it. */
interface ArgumentSource {
  _getArguments(): string[];
}

/** The arguments of one run, one input and one output. */
export function commandArguments({ global, inputOptions, input, outputOptions, output }: Command): readonly string[] {
  const command = ffmpeg().input(input).output(output);
  // Several arguments in one call: a lone one that holds a space would be split.
  for (const [name, value] of inputOptions)
    value === undefined ? command.inputOptions(name) : command.inputOptions(name, value);
  for (const [name, value] of outputOptions)
    value === undefined ? command.outputOptions(name) : command.outputOptions(name, value);
  return [...global, ...(command as unknown as ArgumentSource)._getArguments()];
}
