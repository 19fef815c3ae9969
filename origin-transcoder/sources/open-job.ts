/** Opens all that a job reads: its source, those of its layers, and the texts that are drawn for it. */

import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobInput, JobSource, TextDrawing } from "#media";
import { drawText } from "../drawing/draw-text.ts";
import type { Input, InputOf } from "../ffmpeg/arguments.ts";
import type { Services } from "../services.ts";
import type { OpenSource } from "./source-cache.ts";

export interface OpenJob {
  readonly inputOf: InputOf;
  release(): Promise<void>;
}

interface Reads {
  readonly source: JobSource;
  readonly layers?: readonly JobSource[];
  readonly inputs: readonly JobInput[];
}

/** @throws Problem `source-unreadable`, `invalid-value`; what was opened until then is released */
export async function openJob({ source, layers = [], inputs }: Reads, { sources, config }: Services): Promise<OpenJob> {
  const wanted = [source, ...layers];
  const opened: OpenSource[] = [];
  const drawn = new Map<TextDrawing, string>();
  const release = async (): Promise<void> => {
    for (const each of opened) each.release();
    await Promise.all([...drawn.values()].map((path) => rm(path, { force: true })));
  };
  try {
    for (const each of wanted) opened.push(await sources.open(each));
    for (const { drawing } of inputs)
      if (drawing) drawn.set(drawing, await drawnFile(drawing, join(config.workFolder, "drawings")));
  } catch (error) {
    await release();
    throw error;
  }
  return {
    inputOf: ({ version, drawing }) => {
      const path = drawing && drawn.get(drawing);
      if (path !== undefined) return pictureAt(path);
      // An input of a version that the job does not name reads the job's own source, and fails its checks.
      const named = version === undefined ? 0 : wanted.findIndex((each) => each.version === version);
      const at = Math.max(0, named);
      return (opened[at] as OpenSource).input((wanted[at] as JobSource).container);
    },
    release,
  };
}

const pictureAt = (path: string): Input => ({ location: `file:${path}`, protocols: "file", demuxer: "png_pipe" });

async function drawnFile(drawing: TextDrawing, folder: string): Promise<string> {
  const path = join(folder, `${randomUUID()}.png`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path, drawText(drawing));
  return path;
}
