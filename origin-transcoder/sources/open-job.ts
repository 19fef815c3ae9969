/** Opens all that a job reads: its source, those of its layers, and the texts that are drawn for it. */

import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobInput, JobSource, TextDrawing, UnpackedTrack } from "#media";
import type { OriginConfig } from "../config.ts";
import { drawText } from "../drawing/draw-text.ts";
import type { Input, InputOf } from "../ffmpeg/arguments.ts";
import type { Services } from "../services.ts";
import { makeFolder } from "../work-folder.ts";
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

/** @throws Problem `source-unreadable`, `invalid-value`, `encode-failed`; what was opened until then is released */
export async function openJob(
  { source, layers = [], inputs }: Reads,
  { sources, tracks, config }: Services,
): Promise<OpenJob> {
  const wanted = [source, ...layers];
  const opened: OpenSource[] = [];
  const drawn = new Map<TextDrawing, string>();
  const unpacked = new Map<UnpackedTrack, Input>();
  const release = async (): Promise<void> => {
    for (const each of opened) each.release();
    await Promise.all([...drawn.values()].map((path) => rm(path, { force: true })));
  };
  const sourceOf = ({ version }: JobInput): { named: JobSource; input: Input } => {
    // An input of a version that the job does not name reads the job's own source, and fails its checks.
    const at = Math.max(0, version === undefined ? 0 : wanted.findIndex((each) => each.version === version));
    const named = wanted[at] as JobSource;
    return { named, input: (opened[at] as OpenSource).input(named.container) };
  };
  try {
    for (const each of wanted) opened.push(await sources.open(each));
    for (const each of inputs) {
      if (each.drawing) drawn.set(each.drawing, await drawnFile(each.drawing, config));
      if (each.unpacked) {
        const { named, input } = sourceOf(each);
        unpacked.set(each.unpacked, await tracks.open(named.version, each.unpacked, input));
      }
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    inputOf: (input) => {
      const path = input.drawing && drawn.get(input.drawing);
      if (path !== undefined) return pictureAt(path);
      return (input.unpacked && unpacked.get(input.unpacked)) ?? sourceOf(input).input;
    },
    release,
  };
}

const pictureAt = (path: string): Input => ({ location: `file:${path}`, protocols: "file", demuxer: "png_pipe" });

async function drawnFile(drawing: TextDrawing, { workFolder, ffmpeg }: OriginConfig): Promise<string> {
  const folder = join(workFolder, "drawings");
  const path = join(folder, `${randomUUID()}.png`);
  await makeFolder(folder, "reads", ffmpeg);
  await writeFile(path, drawText(drawing));
  return path;
}
