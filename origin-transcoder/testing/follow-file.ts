/** Follows the bytes of a file through an origin: looked at, and where it is taken, played at its ends. */

import { createHash } from "node:crypto";
import {
  appraisalJob,
  audioRenditions,
  type DeliveryPlan,
  type JobContext,
  ladderRenditions,
  type Probe,
  planDelivery,
  type Rendition,
  segmentCountOf,
  segmentJob,
  wholeJob,
} from "#media";
import { Problem } from "#transformation";
import { descendantsOf, strayFiles } from "../../conformance/corpus/leftovers.ts";
import { appraiseSource } from "../appraise-source.ts";
import { encodeSegment } from "../encode-segment.ts";
import { encodeWhole } from "../encode-whole.ts";
import { probeSource } from "../probe/probe.ts";
import type { Services } from "../services.ts";
import type { HostileFile } from "./hostile-files.ts";
import { SOURCE_PREFIX, servicesOver, WATCHED } from "./services.ts";

export interface OriginOfFiles {
  /** Everything that may not be: what was thrown and is no refusal, and what has been left behind. */
  follow(file: HostileFile): Promise<readonly string[]>;
  /** How often each answer was given so far: `playable`, `made`, and the codes of refusals. */
  readonly answers: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Refusals that name what the file is, or that it cannot be had; any other would be said of something else. */
const REFUSALS: ReadonlySet<string> = new Set(["not-playable", "encode-failed", "empty-clip", "clip-too-long"]);

/**
 * @param environment further settings of the origin
 * @param appraises whether files are appraised, too, which takes longer than all else
 */
export async function originOfFiles(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  appraises = false,
): Promise<OriginOfFiles> {
  let bytes: Buffer = Buffer.alloc(0);
  // Not a byte fits: what nobody reads any more is forgotten at once.
  const services = await servicesOver(folder, async (_, start, end) => bytes.subarray(start, end), {
    environment,
    keptBytes: 0,
  });
  const answers = new Map<string, number>();
  const count = (answer: string): void => void answers.set(answer, (answers.get(answer) ?? 0) + 1);

  /** The outcome of one step, or undefined where it is refused. */
  async function step<T>(name: string, findings: string[], act: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      const isRefusal = error instanceof Problem && REFUSALS.has(error.code);
      if (!isRefusal) findings.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      count(error instanceof Problem ? error.code : "defect");
      return undefined;
    }
  }

  async function follow(file: HostileFile): Promise<readonly string[]> {
    ({ bytes } = file);
    const findings: string[] = [];
    const digest = createHash("sha256").update(bytes).digest("hex");
    const source = { version: digest.slice(0, 16), bytes: bytes.length, url: `${SOURCE_PREFIX}film` };
    const probe = await step("probe", findings, () => probeSource(source, services));
    if (probe) {
      count("playable");
      findings.push(...implausible(probe));
      const plan = await step("plan", findings, () =>
        // As it comes back from the catalog.
        planDelivery([], { ...source, digest, ...(JSON.parse(JSON.stringify(probe)) as Probe) }),
      );
      const context = { recipe: "r", key: `/${source.version}`, source: { ...source, container: probe.container } };
      const jobs = plan && (await step("jobs", findings, () => products(plan, context, services)));
      const appraisal =
        appraises && plan && (await step("trials", findings, () => appraisalJob(plan.source, ["h264"], context)));
      const trials = appraisal && (["appraisal", () => appraiseSource(appraisal, services, WATCHED)] as const);
      for (const [name, make] of [...(jobs ?? []), ...(trials ? [trials] : [])])
        if (await step(name, findings, make)) count("made");
    }
    return [...findings, ...(await strays(folder))];
  }

  return { follow, answers, stop: () => services.sources.stop() };
}

/** The smallest picture at both ends of the film, its sound, a still, and all of it where it is short. */
function products(
  plan: DeliveryPlan,
  context: JobContext,
  services: Services,
): readonly (readonly [name: string, make: () => Promise<unknown>])[] {
  const part = (rendition: Rendition | undefined, at: 0 | -1) =>
    rendition && segmentJob(plan, rendition, at === 0 ? 0 : segmentCountOf(plan, rendition) - 1, context);
  const whole = (extension: string) =>
    [extension, () => encodeWhole(wholeJob(plan, extension, context), services, WATCHED)] as const;
  const picture = ladderRenditions(plan)[0];
  const [sound] = audioRenditions(plan);
  const jobs = [part(picture, 0), part(picture, -1), part(sound, 0), part(sound, -1)];
  return [
    ...jobs.flatMap((job) =>
      job ? [[`${job.media} ${job.sequence}`, () => encodeSegment(job, services, WATCHED)] as const] : [],
    ),
    ...(picture ? [whole("jpg")] : []),
    whole("mp4"),
  ];
}

/** Numbers that are none: they would reach playlists. */
const implausible = (probe: Probe): readonly string[] =>
  JSON.stringify(probe, (_, value) => (typeof value === "number" && !Number.isFinite(value) ? "no number" : value))
    .match(/"\w+":"no number"/g)
    ?.map((field) => `probe: ${field}`) ?? [];

/** Files that no job needs any more, and processes that still run. */
async function strays(folder: string): Promise<readonly string[]> {
  const [files, processes] = await Promise.all([strayFiles(folder), descendantsOf(process.pid)]);
  return [...files.map((name) => `left behind: ${name}`), ...processes.map((pid) => `still runs: process ${pid}`)];
}
