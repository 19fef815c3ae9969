/** From an address to the job that makes what lies there. */

import {
  initJob,
  isSubtitleId,
  type JobContext,
  segmentJob,
  sheetJob,
  subtitleJob,
  subtitleTrack,
  type WholeJob,
  wholeJob,
} from "#media";
import { formatRenditionUrl, Problem, type RenditionUrl } from "#transformation";
import { layerSources } from "./layers.ts";
import type { JobRequest } from "./origin-client.ts";
import {
  type Planned,
  plannedRendition,
  plannedSheet,
  plannedWhole,
  servedSource,
  unnamed,
} from "./planned-rendition.ts";
import type { EdgeServices } from "./services.ts";
import { signedSource } from "./source-url.ts";

/** Segments that the origin is told of beyond the one that is asked for: twelve seconds. */
const LOOK_AHEAD = 3;

/** What of a job is the same for all that is made of a source. */
export async function jobContext(
  url: RenditionUrl,
  { stored, layers }: Omit<Planned, "plan">,
  services: EdgeServices,
): Promise<JobContext> {
  const read = { source: await signedSource(stored, services.signSource), ...(await layerSources(layers, services)) };
  return { recipe: url.recipe, key: formatRenditionUrl(url), ...read };
}

/** @throws Problem `not-found` for an address that no playlist names */
export async function jobFor(url: RenditionUrl, services: EdgeServices): Promise<JobRequest> {
  const { file } = url;
  if (file.kind === "whole" && isSubtitleId(url.rendition)) return { job: await trackJob(url, services) };
  if (file.kind === "whole") {
    const planned = await plannedWhole(url, file.extension, services);
    return { job: await fileJob(planned, url, file.extension, services) };
  }
  if (file.kind === "sheet") {
    const planned = await plannedSheet(url, file.extension, services);
    const job = sheetJob(planned.plan, file.extension, file.number, await jobContext(url, planned, services));
    if (!job) throw new Problem("not-found", "The storyboard has no such sheet.");
    return { job };
  }
  const planned = await plannedRendition(url, services);
  const { plan, rendition } = planned;
  const context = await jobContext(url, planned, services);
  if (file.kind === "init") {
    const init = initJob(plan, rendition, context);
    if (init) return { job: init };
  }
  const jobAt = (number: number) =>
    segmentJob(plan, rendition, number, {
      ...context,
      key: formatRenditionUrl({ ...url, file: { kind: "segment", number } }),
    });
  const number = file.kind === "segment" ? file.number : 0;
  const job = jobAt(number);
  if (!job) throw new Problem("not-found", "The rendition has no such segment.");
  // Nobody plays key pictures one after the other.
  const steps = rendition.kind === "keyframes" ? 0 : LOOK_AHEAD;
  const next = Array.from({ length: steps }, (_, step) => jobAt(number + 1 + step));
  return { job, lookAhead: next.filter((ahead) => ahead !== undefined) };
}

/** The job for a file of a plan. */
export async function fileJob(
  planned: Planned,
  url: RenditionUrl,
  extension: string,
  services: EdgeServices,
): Promise<WholeJob> {
  return wholeJob(planned.plan, extension, await jobContext(url, planned, services));
}

/** The job for a text track of a source, whatever is done to its pictures. */
async function trackJob(url: RenditionUrl, services: EdgeServices): Promise<WholeJob> {
  const { stored } = await servedSource(url, services);
  const track = subtitleTrack(stored.source, url.rendition);
  const isPlain = url.transformation.length === 0 && url.file.kind === "whole" && url.file.extension === "vtt";
  if (!track || !isPlain) throw unnamed();
  return subtitleJob(track, await jobContext(url, { stored, layers: [] }, services));
}
