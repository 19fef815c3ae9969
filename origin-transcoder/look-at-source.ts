/** The story of a glance: small pictures of a few moments are decoded, and what is seen in them is told. */

import { type GlanceJob, type GlanceMoment, glanceFrom, type SeenMoment } from "#media";
import { Problem } from "#transformation";
import type { TaskControl } from "./encode-queue.ts";
import type { Product } from "./encode-segment.ts";
import { attemptsOf, type InputOf, wholeArguments } from "./ffmpeg/arguments.ts";
import { run } from "./ffmpeg/run.ts";
import type { Services } from "./services.ts";
import { openJob } from "./sources/open-job.ts";

/** Of one moment: a key picture and a few behind it, from a file of any size. */
const MOMENT_SECONDS = 30;

/**
 * The glance as JSON. Moments that do not decode are left out.
 * @throws Problem `encode-failed` where none does, `source-unreadable`, `cancelled`
 */
export async function lookAtSource(job: GlanceJob, services: Services, control: TaskControl): Promise<Product> {
  const startedAt = performance.now();
  const inputs = job.moments.flatMap(({ parts }) => parts.inputs);
  const opened = await openJob({ source: job.source, inputs }, services);
  try {
    const seen: SeenMoment[] = [];
    for (const moment of job.moments) {
      const pictures = await decoded(job, moment, opened.inputOf, services, control);
      if (pictures) seen.push({ frame: moment.frame, ...pictures });
    }
    if (seen.length === 0) throw new Problem("encode-failed", "No picture of this source can be decoded.");
    return {
      bytes: new TextEncoder().encode(JSON.stringify(glanceFrom(seen, job.size))),
      mediaType: "application/json",
      encodeSeconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await opened.release();
  }
}

/** The first and the last picture of a moment; undefined where no seek gives any. */
async function decoded(
  { size }: GlanceJob,
  { frames, parts }: GlanceMoment,
  inputOf: InputOf,
  { config }: Services,
  control: TaskControl,
): Promise<Pick<SeenMoment, "first" | "later"> | undefined> {
  const pictureBytes = size.width * size.height * 3;
  const limits = { wallSeconds: MOMENT_SECONDS, outputBytes: pictureBytes * frames };
  for (let attempt = 0; attempt < attemptsOf(parts); attempt++) {
    const args = wholeArguments(parts, inputOf, attempt, "pipe:1");
    const { output } = await run(config.ffmpeg, args, { ...limits, ...control });
    const count = Math.floor(output.length / pictureBytes);
    if (count > 0)
      return {
        first: output.subarray(0, pictureBytes),
        later: output.subarray((count - 1) * pictureBytes, count * pictureBytes),
      };
  }
  return undefined;
}
