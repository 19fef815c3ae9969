/** The story of an appraisal: a few moments are kept without loss, encoded on trial, and held against what was kept. */

import { randomUUID } from "node:crypto";
import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Appraisal,
  type AppraisalJob,
  type Detail,
  decibelsOf,
  sampleRun,
  splitInit,
  type Trial,
  type TrialEncode,
  type WholeParts,
  worstLikeness,
} from "#media";
import { Problem, toNumber } from "#transformation";
import type { TaskControl } from "./encode-queue.ts";
import type { Product } from "./encode-segment.ts";
import { attemptsOf, type InputOf, wholeArguments } from "./ffmpeg/arguments.ts";
import { run } from "./ffmpeg/run.ts";
import { likenessArguments, trialArguments } from "./ffmpeg/trial-arguments.ts";
import type { Services } from "./services.ts";
import { openJob } from "./sources/open-job.ts";
import { temporaryFolder } from "./work-folder.ts";

/** Of one run: a moment of 8K, or ten seconds of 720p in the slowest codec. */
const RUN_LIMITS = { wallSeconds: 60, outputBytes: 256 * 2 ** 20 };

interface Bench {
  readonly services: Services;
  readonly control: TaskControl;
  readonly inputOf: InputOf;
}

/**
 * The appraisal as JSON. Moments that do not decode are left out, and trials that fail.
 * @throws Problem `encode-failed` where no moment decodes, `source-unreadable`, `cancelled`
 */
export async function appraiseSource(job: AppraisalJob, services: Services, control: TaskControl): Promise<Product> {
  const startedAt = performance.now();
  const parts = [...job.moments, ...(job.detail?.moments ?? [])];
  const opened = await openJob({ source: job.source, inputs: parts.flatMap(({ inputs }) => inputs) }, services);
  const path = join(await temporaryFolder(services.config, "trials"), `${randomUUID()}.h264`);
  try {
    const bench = { services, control, inputOf: opened.inputOf };
    await keepMoments(job, path, bench);
    const appraisal: Appraisal = {
      frameRate: job.frameRate,
      trials: await madeTrials(job, path, bench),
      details: await seenDetails(job, bench),
    };
    return {
      bytes: new TextEncoder().encode(JSON.stringify(appraisal)),
      mediaType: "application/json",
      encodeSeconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await rm(path, { force: true });
    await opened.release();
  }
}

/** What comes of parts of a source at the first seek that gives anything; no bytes where none does. */
async function read(parts: WholeParts, { services, control, inputOf }: Bench): Promise<Uint8Array> {
  for (let attempt = 0; attempt < attemptsOf(parts); attempt++) {
    const args = wholeArguments(parts, inputOf, attempt, "pipe:1");
    const { output, exitCode } = await run(services.config.ffmpeg, args, { ...RUN_LIMITS, ...control });
    if (exitCode === 0 && output.length > 0) return output;
  }
  return new Uint8Array();
}

async function keepMoments({ moments }: AppraisalJob, path: string, bench: Bench): Promise<void> {
  let keptBytes = 0;
  for (const moment of moments) {
    const bytes = await read(moment, bench);
    await appendFile(path, bytes);
    keptBytes += bytes.length;
  }
  if (keptBytes === 0) throw new Problem("encode-failed", "No picture of this source can be decoded.");
}

async function madeTrials(job: AppraisalJob, path: string, bench: Bench): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const trial of job.trials) {
    const made = await madeTrial(job, trial, path, bench);
    if (made) trials.push(made);
  }
  return trials;
}

/** Undefined where the encoder fails, as it may on what only it cannot encode. */
async function madeTrial(
  job: AppraisalJob,
  trial: TrialEncode,
  path: string,
  { services, control }: Bench,
): Promise<Trial | undefined> {
  const { ffmpeg } = services.config;
  const kept = { path, frameRate: job.frameRate, timescale: job.timescale };
  const { output, exitCode, complaints } = await run(ffmpeg, trialArguments(trial, kept), {
    ...RUN_LIMITS,
    ...control,
  });
  if (exitCode !== 0) {
    services.log("trial encode failed", { key: job.key, complaints });
    return undefined;
  }
  const encoded = `${path}.${trial.codec}.mp4`;
  await writeFile(encoded, output);
  try {
    const compared = await run(ffmpeg, likenessArguments(trial, { ...kept, encoded }), { ...RUN_LIMITS, ...control });
    const similarities = [...compared.output.toString().matchAll(/\bY:([\d.]+)/g)].map(([, y]) => Number(y));
    if (similarities.length === 0) return undefined;
    const { codec, width, height, rateFactor } = trial;
    const decibels = decibelsOf(similarities.reduce((sum, each) => sum + each, 0) / similarities.length);
    return { codec, width, height, rateFactor, decibels, ...ratesOf(splitInit(output).media, job) };
  } finally {
    await rm(encoded, { force: true });
  }
}

/** Bits a second of all, and of the costliest GOP. */
function ratesOf(media: Uint8Array, { gopFrames, frameRate }: AppraisalJob) {
  const bits = sampleRun(media).map(({ bytes }) => 8 * bytes);
  const gops = Array.from({ length: Math.ceil(bits.length / gopFrames) }, (_, gop) =>
    bits.slice(gop * gopFrames, (gop + 1) * gopFrames),
  );
  const rateOf = (samples: readonly number[]): number =>
    Math.round((samples.reduce((sum, each) => sum + each, 0) / samples.length) * toNumber(frameRate));
  return { meanBitsPerSecond: rateOf(bits), peakBitsPerSecond: Math.max(...gops.map(rateOf)) };
}

/** Of each rung the worst of the moments; those that show nothing say nothing. */
async function seenDetails({ detail }: AppraisalJob, bench: Bench): Promise<readonly Detail[]> {
  if (!detail) return [];
  const { width, height, lines, moments } = detail;
  const seen: number[][] = [];
  for (const moment of moments) {
    const stack = await read(moment, bench);
    const pictures = Array.from({ length: lines.length + 1 }, (_, index) =>
      stack.subarray(index * width * height, (index + 1) * width * height),
    );
    const [pixels, ...smaller] = pictures;
    if (pixels?.length !== width * height) continue;
    const likenesses = smaller.map((other) => worstLikeness({ pixels, width, height }, other));
    if (likenesses.every((likeness) => likeness !== undefined)) seen.push(likenesses);
  }
  return seen.length === 0
    ? []
    : lines.map((each, index) => ({ lines: each, decibels: Math.min(...seen.map((moment) => moment[index] ?? 0)) }));
}
