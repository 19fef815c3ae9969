/** The plan behind an address that edgereel handed out; whatever no playlist can have named is refused here. */

import type { StoredSource } from "#catalog";
import {
  askedOf,
  askedOfRendition,
  askedOfStoryboard,
  audioRenditions,
  checkLimits,
  type DeliveryPlan,
  fullRenditions,
  isUnappraised,
  keptUp,
  keyframeRenditions,
  ladderRenditions,
  NOTHING_KEPT,
  planDelivery,
  type Rendition,
  spellsRate,
  storyboardId,
  unappraised,
  wholeRenditionId,
} from "#media";
import { formatRenditionUrl, Problem, type RenditionUrl } from "#transformation";
import { paidFor } from "./demand/paid-renditions.ts";
import { knownLayers, layersOf, type StoredLayer } from "./layers.ts";
import type { EdgeServices } from "./services.ts";

/** A plan, and all that is read to make anything of it. */
export interface Planned {
  readonly plan: DeliveryPlan;
  readonly stored: StoredSource;
  readonly layers: readonly StoredLayer[];
}

export interface PlannedRendition extends Planned {
  readonly rendition: Rendition;
}

/** The source that an address names, as long as it and the recipe are served. */
export async function servedSource(url: RenditionUrl, { assets, builds }: EdgeServices) {
  const stored = await assets.findVersion(url, url.sourceVersion);
  const build = await builds.current();
  if (!stored || url.recipe !== build.recipe) {
    throw new Problem("not-found", "This version of the video is not served any more; load its playlist again.");
  }
  return { stored, build };
}

export const unnamed = (): Problem => new Problem("not-found", "No playlist of ours names this address.");

/** An address holds all of the transformation that touches its object and nothing else, or the object had many keys. */
export const isKey = (url: RenditionUrl, transformation: RenditionUrl["transformation"]): boolean =>
  formatRenditionUrl({ ...url, transformation }) === formatRenditionUrl(url);

/** What an address holds of a transformation, met by the source that it names. */
export async function plannedSource(url: RenditionUrl, services: EdgeServices) {
  const served = await servedSource(url, services);
  const layers = await layersOf(url, services);
  const kept = { ...NOTHING_KEPT, ...knownLayers(layers) };
  return { ...served, layers, plan: planDelivery(url.transformation, served.stored.source, kept) };
}

export async function plannedRendition(url: RenditionUrl, services: EdgeServices): Promise<PlannedRendition> {
  const planned = await namedRendition(url, services);
  if (planned) return planned;
  // Named by a playlist that was written a moment ago, elsewhere: here the source may be remembered as it was before.
  const stored = await services.assets.findVersion(url, url.sourceVersion);
  const isOutdated = spellsRate(url.rendition) && stored !== undefined && isUnappraised(stored.source);
  if (isOutdated) await services.assets.rereadVersion(url, url.sourceVersion);
  const renewed = isOutdated ? await namedRendition(url, services) : undefined;
  if (!renewed) throw unnamed();
  return renewed;
}

async function namedRendition(url: RenditionUrl, services: EdgeServices): Promise<PlannedRendition | undefined> {
  const { build, ...planned } = await plannedSource(url, services);
  const { plan } = planned;
  const isPaidFor = await paidFor(url, plan, build, services);
  const named = [...new Set([plan, unappraised(plan)])];
  const renditions: readonly Rendition[] = [
    ...named.flatMap((one) => keptUp(one, ladderRenditions(one), build, isPaidFor)),
    ...named.flatMap((one) => keptUp(one, fullRenditions(one), build)),
    ...audioRenditions(plan),
    // One small picture at a time: whatever the origin makes at all.
    ...keyframeRenditions(plan).filter(({ codec }) => build.speeds[codec] !== undefined),
  ];
  const rendition = renditions.find(({ id }) => id === url.rendition);
  if (!rendition || !isKey(url, rendition.kind === "audio" ? plan.keys.sound : plan.keys.picture)) return undefined;
  checkLimits(services.config.limits, askedOfRendition(plan, rendition, build));
  return { ...planned, rendition };
}

/** The plan behind the sheets of a storyboard. */
export async function plannedSheet(url: RenditionUrl, extension: string, services: EdgeServices): Promise<Planned> {
  const { build, ...planned } = await plannedSource(url, services);
  const { plan } = planned;
  if (storyboardId(extension) !== url.rendition || !isKey(url, plan.keys.picture)) throw unnamed();
  checkLimits(services.config.limits, askedOfStoryboard(plan, build));
  return planned;
}

/** The plan behind a still's or clip's own address, to which delivery URLs lead. */
export async function plannedWhole(url: RenditionUrl, extension: string, services: EdgeServices): Promise<Planned> {
  const { build, ...planned } = await plannedSource(url, services);
  const { plan } = planned;
  if (wholeRenditionId(plan, extension) !== url.rendition || !isKey(url, plan.keys.whole)) throw unnamed();
  checkLimits(services.config.limits, askedOf(plan, extension, build));
  return planned;
}
