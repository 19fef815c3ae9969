/** The story of a still or a clip: one ffmpeg run to one whole file. */

import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { WholeJob } from "#media";
import { Problem } from "#transformation";
import type { TaskControl } from "./encode-queue.ts";
import type { Product } from "./encode-segment.ts";
import { attemptsOf, type InputOf, wholeArguments } from "./ffmpeg/arguments.ts";
import { run } from "./ffmpeg/run.ts";
import type { Services } from "./services.ts";
import { complainsOfSpace, outOfSpace } from "./sources/disk-space.ts";
import { openJob } from "./sources/open-job.ts";
import { temporaryFolder } from "./work-folder.ts";

/** A minute of 4K in the slowest codec, on two cores. */
const WHOLE_LIMITS = { wallSeconds: 300, outputBytes: 512 * 2 ** 20 };

/** @throws Problem `encode-failed` where nothing comes of it, `source-unreadable`, `storage-unavailable`, `cancelled` */
export async function encodeWhole(job: WholeJob, services: Services, control: TaskControl): Promise<Product> {
  const startedAt = performance.now();
  const opened = await openJob(job, services);
  try {
    for (let attempt = 0; attempt < attemptsOf(job); attempt++) {
      const bytes = await encoded(opened.job, opened.inputOf, attempt, services, control);
      if (bytes.length > 0)
        return { bytes, mediaType: job.mediaType, encodeSeconds: (performance.now() - startedAt) / 1000 };
    }
    throw new Problem("encode-failed", "This part of the source cannot be encoded.");
  } finally {
    await opened.release();
  }
}

/** One run; no bytes where ffmpeg failed or found nothing to encode. */
async function encoded(
  job: WholeJob,
  inputOf: InputOf,
  attempt: number,
  services: Services,
  control: TaskControl,
): Promise<Uint8Array> {
  const limits = { ...WHOLE_LIMITS, ...control };
  if (!job.needsFile) {
    const { output, exitCode, complaints } = await run(
      services.config.ffmpeg,
      wholeArguments(job, inputOf, attempt, "pipe:1"),
      limits,
    );
    if (exitCode !== 0) services.log("whole encode failed", { key: job.key, complaints });
    return exitCode === 0 ? output : new Uint8Array();
  }
  const path = join(await temporaryFolder(services.config, "clips"), `${randomUUID()}.mp4`);
  try {
    const { exitCode, complaints } = await run(
      services.config.ffmpeg,
      wholeArguments(job, inputOf, attempt, path),
      limits,
    );
    if (exitCode !== 0) services.log("whole encode failed", { key: job.key, complaints });
    if (exitCode !== 0 && complainsOfSpace(complaints)) throw outOfSpace();
    return exitCode === 0 ? await readFile(path) : new Uint8Array();
  } finally {
    await rm(path, { force: true });
  }
}
