/** A film as an origin comes to know it: looked at, and appraised. */

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Appraisal, appraisalJob, type JobContext, type Source, VIDEO_CODEC_NAMES } from "#media";
import { appraiseSource } from "../appraise-source.ts";
import { probeSource } from "../probe/probe.ts";
import { SOURCE_PREFIX, servicesOver, WATCHED } from "./services.ts";

export interface AppraisedFilm {
  readonly source: Source & { readonly appraisal: Appraisal };
  /** Of the appraisal. */
  readonly encodeSeconds: number;
}

/** @param folder where the origin may work */
export async function appraisedFilm(path: string, folder: string): Promise<AppraisedFilm> {
  const bytes = await readFile(path);
  const digest = createHash("sha256").update(bytes).digest("hex");
  const named = { version: digest.slice(0, 16), bytes: bytes.length, url: `${SOURCE_PREFIX}film` };
  const workFolder = await mkdtemp(join(folder, "appraising-"));
  const services = await servicesOver(workFolder, async (_, start, end) => bytes.subarray(start, end));
  try {
    const probe = await probeSource(named, services);
    const context: JobContext = { recipe: "r", key: "/film", source: { ...named, container: probe.container } };
    const source = { version: named.version, bytes: bytes.length, digest: `sha-256:${digest}`, ...probe };
    const job = appraisalJob(source, VIDEO_CODEC_NAMES, context);
    if (!job) throw new Error(`there is no picture in ${path}`);
    const { bytes: answer, encodeSeconds } = await appraiseSource(job, services, WATCHED);
    const appraisal = JSON.parse(new TextDecoder().decode(answer)) as Appraisal;
    return { source: { ...source, appraisal }, encodeSeconds };
  } finally {
    await services.sources.stop();
    await rm(workFolder, { recursive: true, force: true });
  }
}
