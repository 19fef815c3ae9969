/** The story of one segment: open its source, encode or copy it from the nearest key picture, judge it, let it out. */

import { SEGMENT_TYPE_BOX, type SegmentJob } from "#media";
import { Problem } from "#transformation";
import type { TaskControl } from "./encode-queue.ts";
import { attemptsOf, segmentArguments } from "./ffmpeg/arguments.ts";
import { run } from "./ffmpeg/run.ts";
import { judged } from "./ffmpeg/verify.ts";
import type { Services } from "./services.ts";
import { openJob } from "./sources/open-job.ts";

/** What a job has come to. */
export interface Product {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** Wall-clock seconds of the encode itself. */
  readonly encodeSeconds: number;
}

/** Ten times what the slowest segment that is offered may take. */
const SEGMENT_LIMITS = { wallSeconds: 60, outputBytes: 64 * 2 ** 20 };

/**
 * Encodes and checks one segment. A landing behind the first frame shows as missing samples: the next seek starts
 * earlier, the last one at the beginning.
 * @throws Problem `encode-failed` where no attempt gives what the job expects, `source-unreadable`, `cancelled`
 */
export async function encodeSegment(job: SegmentJob, services: Services, control: TaskControl): Promise<Product> {
  const startedAt = performance.now();
  const opened = await openJob(job, services);
  const init = services.inits.get(job.init, services);
  init.catch(() => {});
  try {
    const faults: string[] = [];
    for (let attempt = 0; attempt < attemptsOf(job); attempt++) {
      const args = segmentArguments(opened.job, opened.inputOf, attempt);
      const { output, complaints } = await run(services.config.ffmpeg, args, { ...SEGMENT_LIMITS, ...control });
      const judgement = judged(output, job, await init);
      if ("media" in judgement) return segment(job, judgement.media, startedAt);
      faults.push(`attempt ${attempt + 1}: ${judgement.fault}; ${complaints.trim().split("\n").at(-1) ?? ""}`);
    }
    services.log("segment failed its checks", { key: job.key, faults });
    throw new Problem("encode-failed", "This part of the source cannot be encoded.");
  } finally {
    await opened.release();
  }
}

function segment(job: SegmentJob, media: Uint8Array, startedAt: number): Product {
  return {
    bytes: Buffer.concat([SEGMENT_TYPE_BOX, media]),
    mediaType: job.media === "video" ? "video/mp4" : "audio/mp4",
    encodeSeconds: (performance.now() - startedAt) / 1000,
  };
}
