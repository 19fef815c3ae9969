/** Opens all that a job reads: its source, and those of its layers. */

import type { JobSource } from "#media";
import type { InputOf } from "../ffmpeg/arguments.ts";
import type { OpenSource, SourceCache } from "./source-cache.ts";

export interface OpenJob {
  readonly inputOf: InputOf;
  release(): void;
}

/** @throws Problem `source-unreadable`; what was opened until then is released */
export async function openJob(
  sources: SourceCache,
  { source, layers = [] }: { readonly source: JobSource; readonly layers?: readonly JobSource[] },
): Promise<OpenJob> {
  const wanted = [source, ...layers];
  const opened: OpenSource[] = [];
  const release = (): void => {
    for (const each of opened) each.release();
  };
  try {
    for (const each of wanted) opened.push(await sources.open(each));
  } catch (error) {
    release();
    throw error;
  }
  return {
    // An input of a version that the job does not name reads the job's own source, and fails its checks.
    inputOf: ({ version }) => {
      const at =
        version === undefined
          ? 0
          : Math.max(
              0,
              wanted.findIndex((each) => each.version === version),
            );
      return (opened[at] as OpenSource).input((wanted[at] as JobSource).container);
    },
    release,
  };
}
