/** `?explain`: what a URL asks for, what comes of it, what is there already and what the rest would cost. */

import {
  type Appraisal,
  appraisalOf,
  askedOf,
  audioRenditions,
  checkLimits,
  DEMAND_DAYS,
  type DeliveryPlan,
  outlook,
  type Purchase,
  type RenditionOutlook,
  storyboardOf,
  sufficientLines,
} from "#media";
import {
  canonicalDeliveryPath,
  type DeliveryUrl,
  divide,
  encodeTransformation,
  explainTransformation,
  formatRational,
  toFixed,
} from "#transformation";
import { paidFor } from "./demand/paid-renditions.ts";
import { purchasesFor } from "./demand/purchases.ts";
import { madeProducts } from "./made-products.ts";
import { codecOffer } from "./manifests.ts";
import { outputOf } from "./output-format.ts";
import { plannedDelivery } from "./planned-delivery.ts";
import { deliveryUrlOf, storeRemote } from "./remote/remote-assets.ts";
import { pictureFolder, soundFolder } from "./rendition-folder.ts";
import type { EdgeServices } from "./services.ts";
import { offeredSubtitles } from "./subtitles.ts";

/**
 * @returns a JSON document: `canonical` (a path; explaining it gives itself), `parameters`, `resolved`, `plan`
 * @throws Problem whatever delivering the URL would throw before anything is made
 */
export async function explain(request: Request, services: EdgeServices): Promise<Readonly<Record<string, unknown>>> {
  const url = await deliveryUrlOf(new URL(request.url).pathname);
  await storeRemote(url, services);
  const { asset, plan } = await plannedDelivery(url, undefined, services);
  return {
    canonical: canonicalDeliveryPath(url),
    parameters: explainTransformation(url.transformation),
    // With every expression decided: what the keys of whole files hold.
    resolved: `/${encodeTransformation(plan.keys.whole)}`,
    source: { version: asset.source.version, bytes: asset.source.bytes, container: asset.source.container },
    plan: await planOf(request, url, plan, services),
  };
}

async function planOf(request: Request, url: DeliveryUrl, plan: DeliveryPlan, services: EdgeServices) {
  const output = plan.encoding.isDescribed ? "information" : outputOf(url, plan);
  const { grid, canvas } = plan;
  const build = await services.builds.current();
  if (output !== "original" && output !== "information")
    checkLimits(services.config.limits, askedOf(plan, output, build));
  const offer = codecOffer(request, plan);
  const isPaidFor = await paidFor(url, plan, build, services);
  const purchases = plan.keys.picture.length === 0 ? await purchasesFor(url, plan.source, build, services) : undefined;
  const decisionOn = (id: string): Purchase | undefined => purchases?.decided.find((purchase) => purchase.id === id);
  const made = await madeProducts(services.madeBucket, plan.source.version, build.recipe);
  const renditions = await Promise.all(
    outlook(plan, build, isPaidFor).map(async (one) => {
      const folderOf = one.rendition.kind === "audio" ? soundFolder : pictureFolder;
      const folder = folderOf(url, one.plan, build, one.rendition.id);
      const answer = renditionAnswer(one, offer.codecs, await made.segmentsIn(folder, one.segments));
      const decision = decisionOn(one.rendition.id);
      return { ...answer, ...(decision && { demand: demandAnswer(decision) }) };
    }),
  );
  return {
    output,
    ...(canvas && { width: Math.round(canvas.size.width), height: Math.round(canvas.size.height) }),
    frame_rate: formatRational(grid.frameRate),
    frames: grid.frames,
    duration: toFixed({ num: grid.frames * grid.frameRate.den, den: grid.frameRate.num }, 6),
    sound_tracks: audioRenditions(plan).length,
    subtitles: (await offeredSubtitles(url, plan, services)).map(({ id, language, name }) => ({ id, language, name })),
    recipe: build.recipe,
    ...(plan.source.appraisal && { appraisal: appraisalAnswer(plan, plan.source.appraisal) }),
    negotiated: { codecs: offer.codecs, because: offer.because },
    ...(plan.encoding.isStoryboard && { storyboard: storyboardAnswer(plan) }),
    renditions,
    listing_complete: made.complete,
  };
}

/** What trial encodes have shown of the source, and whether it decides on what this URL makes. */
const appraisalAnswer = (plan: DeliveryPlan, appraisal: Appraisal) => ({
  holds: appraisalOf(plan) !== undefined,
  sufficient_lines: sufficientLines(appraisal) ?? null,
  details: appraisal.details.map(({ lines, decibels }) => ({ lines, decibels: Number(decibels.toFixed(1)) })),
  trials: appraisal.trials.map(({ codec, width, height, rateFactor, decibels, ...rates }) => ({
    ...{ codec, width, height, rate_factor: rateFactor, decibels: Number(decibels.toFixed(1)) },
    ...{ peak_bits_per_second: rates.peakBitsPerSecond, mean_bits_per_second: rates.meanBitsPerSecond },
  })),
});

function storyboardAnswer(plan: DeliveryPlan) {
  const { tile, tiles, sheets, interval } = storyboardOf(plan);
  return { tile, tiles, sheets, interval: toFixed(divide(interval, plan.grid.frameRate), 6) };
}

/** Why a rendition that is too slow to be made while it is watched is made in idle time, or is not. */
const demandAnswer = ({ views, savedBytes, encodeSeconds, storedBytes, costBytes, isWorthwhile }: Purchase) => ({
  days: DEMAND_DAYS,
  views: Number(views.toFixed(2)),
  saved_bytes: Math.round(savedBytes),
  encode_seconds: Number(encodeSeconds.toFixed(1)),
  stored_bytes: Math.round(storedBytes),
  cost_in_bytes: Math.round(costBytes),
  worthwhile: isWorthwhile,
});

function whyWithheld({ rendition, keepsUp, isExceeded }: RenditionOutlook, codecs: readonly string[]) {
  if (!keepsUp) return "this origin is too slow for it";
  if (rendition.kind !== "audio" && !codecs.includes(rendition.codec)) return "this client does not play it";
  return isExceeded ? "the source itself takes fewer bits for a larger picture" : undefined;
}

function renditionAnswer(one: RenditionOutlook, codecs: readonly string[], made: readonly number[]) {
  const { rendition, segments, segmentEncodeSeconds, bytes } = one;
  const because = whyWithheld(one, codecs);
  const missing = segments - made.length;
  return {
    id: rendition.id,
    kind: rendition.kind,
    codecs: rendition.codecString,
    ...("stream" in rendition && { width: rendition.stream.width, height: rendition.stream.height }),
    bandwidth: rendition.bandwidth,
    ...("copied" in rendition && { copied: true }),
    offered: because === undefined,
    ...(because !== undefined && { because }),
    segments,
    made,
    estimate: {
      encode_seconds: Number((missing * segmentEncodeSeconds).toFixed(1)),
      bytes: segments === 0 ? 0 : Math.round((bytes * missing) / segments),
    },
  };
}
