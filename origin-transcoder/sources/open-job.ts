/** Opens all that a job reads: its source, those of its layers, the texts that are drawn for it, and tables for its filters. */

import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobInput, JobSource, TextDrawing, UnpackedTrack, WholeStream } from "#media";
import type { Filter } from "#transformation";
import type { OriginConfig } from "../config.ts";
import { drawText } from "../drawing/draw-text.ts";
import type { Input, InputOf } from "../ffmpeg/arguments.ts";
import type { Services } from "../services.ts";
import { temporaryFolder } from "../work-folder.ts";
import { lutFile, tablesIn, withTables } from "./lut-files.ts";
import type { OpenSource } from "./source-cache.ts";

export interface OpenJob<Job> {
  /** The job, whose filters know where their tables lie. */
  readonly job: Job;
  readonly inputOf: InputOf;
  release(): Promise<void>;
}

interface Reads {
  readonly source: JobSource;
  readonly layers?: readonly JobSource[];
  readonly inputs: readonly JobInput[];
  readonly filters?: readonly Filter[];
  readonly video?: WholeStream;
}

/** @throws Problem `source-unreadable`, `invalid-value`, `encode-failed`; what was opened until then is released */
export async function openJob<Job extends Reads>(
  job: Job,
  { sources, tracks, config }: Services,
): Promise<OpenJob<Job>> {
  const { source, layers = [], inputs, filters, video } = job;
  const wanted = [source, ...layers];
  const opened: OpenSource[] = [];
  const drawn = new Map<TextDrawing, string>();
  const tables = new Map<string, string>();
  const unpacked = new Map<UnpackedTrack, Input>();
  const release = async (): Promise<void> => {
    for (const each of opened) each.release();
    await Promise.all([...drawn.values(), ...tables.values()].map((path) => rm(path, { force: true })));
  };
  const sourceOf = ({ version }: JobInput): { named: JobSource; input: Input } => {
    // An input of a version that the job does not name reads the job's own source, and fails its checks.
    const at = Math.max(0, version === undefined ? 0 : wanted.findIndex((each) => each.version === version));
    const named = wanted[at] as JobSource;
    return { named, input: (opened[at] as OpenSource).input(named.container) };
  };
  try {
    for (const each of wanted) opened.push(await sources.open(each));
    for (const version of tablesIn(filters ?? video?.filters ?? [])) {
      const at = wanted.findIndex((each) => each.version === version);
      const [table, bytes] = [wanted[at], opened[at]];
      if (table && bytes) tables.set(version, await lutFile(table, bytes, config));
    }
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
    job: {
      ...job,
      ...(filters && { filters: withTables(filters, tables) }),
      ...(video && { video: { ...video, filters: withTables(video.filters, tables) } }),
    },
    inputOf: (input) => {
      const path = input.drawing && drawn.get(input.drawing);
      if (path !== undefined) return pictureAt(path);
      return (input.unpacked && unpacked.get(input.unpacked)) ?? sourceOf(input).input;
    },
    release,
  };
}

const pictureAt = (path: string): Input => ({ location: `file:${path}`, protocols: "file", demuxer: "png_pipe" });

async function drawnFile(drawing: TextDrawing, config: OriginConfig): Promise<string> {
  const path = join(await temporaryFolder(config, "drawings"), `${randomUUID()}.png`);
  await writeFile(path, drawText(drawing));
  return path;
}
