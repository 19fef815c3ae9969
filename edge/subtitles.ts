/** Subtitles of a stream: which are offered, under which keys, and their segments. */

import {
  type Cue,
  type DeliveryPlan,
  fileSubtitles,
  movedBy,
  NOTHING_KEPT,
  planDelivery,
  readWebvtt,
  type SegmentRun,
  SUBTITLE_FILE_ID,
  type SubtitleRendition,
  subtitleFile,
  subtitlePart,
  subtitleSegment,
  timeZero,
  trackSubtitles,
} from "#media";
import {
  type AssetLayer,
  type AssetName,
  canonicalTransformation,
  type DeliveryUrl,
  type LayerStep,
  multiply,
  NO_STEP,
  Problem,
  type RenditionUrl,
  rational,
  type Transformation,
} from "#transformation";
import { knownLayers, layersOf } from "./layers.ts";
import { isKey, servedSource, unnamed } from "./planned-rendition.ts";
import { readCues } from "./raw-files.ts";
import type { EdgeServices } from "./services.ts";

export interface OfferedSubtitles extends SubtitleRendition {
  /** What its folder holds of the transformation. */
  readonly key: Transformation;
}

/** Each is looked up for every playlist. */
const MAX_FILES = 32;

const isSubtitles = (step: Transformation[number]): step is LayerStep & { layer: AssetLayer } =>
  step.kind === "layer" && step.layer.kind === "asset" && step.layer.media === "subtitles";

/** The key of a file's segments: all that decides when something is heard, and the file in its version. */
const keyOf = ({ keys }: DeliveryPlan, publicId: string, version: string): Transformation =>
  canonicalTransformation([
    ...keys.sound,
    {
      kind: "layer",
      layer: { kind: "asset", media: "subtitles", publicId, version },
      under: false,
      style: NO_STEP,
      steps: [],
      placement: NO_STEP,
    },
  ]);

const fileName = (cloud: string, publicId: string): AssetName => ({
  cloud,
  deliveryType: "upload",
  publicId,
  resourceType: "raw",
});

/** The subtitles that a stream offers; throws `invalid-value` for files that are not there. */
export async function offeredSubtitles(
  { cloud }: DeliveryUrl,
  plan: DeliveryPlan,
  { assets }: EdgeServices,
): Promise<readonly OfferedSubtitles[]> {
  const choices = plan.encoding.profile?.subtitles;
  if (!choices) return trackSubtitles(plan.source).map((rendition) => ({ ...rendition, key: plan.keys.sound }));
  const refused = (message: string): Problem => new Problem("invalid-value", message, { parameter: "sp" });
  if (choices.length > MAX_FILES) throw refused(`A stream may offer ${MAX_FILES} subtitle files.`);
  const files = choices.map(async ({ language, file }) => {
    // Folders as in layers.
    const publicId = file.replaceAll(":", "/");
    const { source } = await assets.find(fileName(cloud, publicId)).catch((error: unknown) => {
      const isAbsent = error instanceof Problem && error.code === "not-found";
      throw isAbsent ? refused(`There is no subtitle file "${publicId}"; upload it with resource_type "raw".`) : error;
    });
    return { language, key: keyOf(plan, publicId, source.version) };
  });
  return fileSubtitles(await Promise.all(files));
}

/** Reads a source's own track, made once, as a whole. */
export type FetchTrack = (track: RenditionUrl) => Promise<string>;

/** What an address of subtitles stands for. */
export interface PlannedSubtitles {
  readonly plan: DeliveryPlan;
  readonly rendition: SubtitleRendition;
  readonly cues: (fetchTrack: FetchTrack) => Promise<readonly Cue[]>;
}

/** @throws Problem `not-found` for addresses that no playlist names, and for versions that are gone */
export async function plannedSubtitles(url: RenditionUrl, services: EdgeServices): Promise<PlannedSubtitles> {
  const { stored } = await servedSource(url, services);
  const chain = url.transformation.filter((step) => !isSubtitles(step));
  const layers = knownLayers(await layersOf({ ...url, transformation: chain }, services));
  const plan = planDelivery(chain, stored.source, { ...NOTHING_KEPT, ...layers });
  return url.rendition === SUBTITLE_FILE_ID ? plannedFile(url, plan, services) : plannedTrack(url, plan);
}

async function plannedFile(url: RenditionUrl, plan: DeliveryPlan, services: EdgeServices): Promise<PlannedSubtitles> {
  const { layer } = url.transformation.find(isSubtitles) ?? {};
  const [rendition] = fileSubtitles([{ language: "und" }]);
  if (!rendition || layer?.version === undefined || !isKey(url, keyOf(plan, layer.publicId, layer.version)))
    throw unnamed();
  const file = await services.catalog.assets.findSource(fileName(url.cloud, layer.publicId), layer.version);
  if (!file)
    throw new Problem("not-found", "This version of the subtitles is not served any more; load the playlist again.");
  return { plan, rendition, cues: () => readCues(services.sources, file.objectKey) };
}

function plannedTrack(url: RenditionUrl, plan: DeliveryPlan): PlannedSubtitles {
  const rendition = trackSubtitles(plan.source).find(({ id }) => id === url.rendition);
  if (!rendition || !isKey(url, plan.keys.sound)) throw unnamed();
  const track: RenditionUrl = { ...url, transformation: [], file: { kind: "whole", extension: "vtt" } };
  const sinceZero = multiply(rational(-1), timeZero(plan.source));
  return { plan, rendition, cues: async (fetchTrack) => movedBy(readWebvtt(await fetchTrack(track)), sinceZero) };
}

/** A segment of subtitles, or all of them, as text. */
export async function subtitlesFor(
  url: RenditionUrl,
  number: number | undefined,
  fetchTrack: FetchTrack,
  services: EdgeServices,
): Promise<string> {
  const { plan, cues } = await plannedSubtitles(url, services);
  const all = await cues(fetchTrack);
  const text = number === undefined ? subtitleFile(plan, all) : subtitleSegment(plan, all, number);
  if (text === undefined) throw new Problem("not-found", "The rendition has no such segment.");
  return text;
}

/** Of a file with all subtitles what a viewer may read of it, who may not have all. */
export async function openedFile(
  url: RenditionUrl,
  file: string,
  run: SegmentRun | undefined,
  services: EdgeServices,
): Promise<string> {
  return run ? subtitlePart((await plannedSubtitles(url, services)).plan, file, run) : file;
}
