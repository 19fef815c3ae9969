/** Once an hour: has the origin make in idle time what demand pays for, a bounded number of segments at a time. */

import { initJob, isUnappraised, type OriginBuild, segmentJob, type WithheldRendition } from "#media";
import { DELIVERY_TYPES, formatRenditionUrl, Problem, parseRenditionUrl } from "#transformation";
import { spenderOf } from "../budgets/spender.ts";
import { jobContext } from "../jobs.ts";
import { pictureFolder } from "../rendition-folder.ts";
import type { EdgeServices } from "../services.ts";
import { demandSpan, type Purchases, purchasesFor } from "./purchases.ts";

/** A run of the Worker by the clock lasts fifteen minutes at most; what is begun by then has five more to end. */
const ROUND_SECONDS = 600;

/** Videos that are looked at in one round: those of which most was delivered. */
const VIDEOS = 20;

/** Whatever makes an object wait or fail for a reason that the next one would meet as well. */
const ENDS_ROUND: readonly string[] = [
  ...["origin-busy", "origin-unreachable", "recipe-mismatch", "budget-spent", "storage-unavailable", "cancelled"],
];

type Asset = NonNullable<Awaited<ReturnType<EdgeServices["catalog"]["assets"]["findAsset"]>>>;

export async function payForDemand(services: EdgeServices): Promise<void> {
  const { catalog, builds, config, now } = services;
  const { cloud } = config;
  const deadline = now() + ROUND_SECONDS;
  const build = await builds.current();
  const most = await catalog.demand.read({ cloud, ...demandSpan(now()), limit: VIDEOS });
  for (const publicId of new Set(most.map((each) => each.publicId))) {
    for (const deliveryType of DELIVERY_TYPES) {
      const asset = await catalog.assets.findAsset({ cloud, deliveryType, publicId });
      // It was stored before uploads were appraised, or nothing came of it then.
      if (asset && isUnappraised(asset.source)) services.orderAppraisal(asset, asset.source.version);
      if (asset && !(await payFor(asset, build, deadline, services))) return;
    }
  }
}

/** @returns whether the round goes on */
async function payFor(asset: Asset, build: OriginBuild, deadline: number, services: EdgeServices): Promise<boolean> {
  const purchases = await purchasesFor(asset, asset.source, build, services);
  if (!purchases) return true;
  const folderOf = ({ outlook }: WithheldRendition) =>
    pictureFolder(asset, purchases.plan, build, outlook.rendition.id);
  const complete = purchases.withheld.filter(({ missing }) => missing === 0).map(folderOf);
  const wanted = purchases.withheld.filter(
    ({ outlook }) => purchases.decided.find(({ id }) => id === outlook.rendition.id)?.isWorthwhile,
  );
  let goesOn = true;
  for (const each of wanted.filter(({ missing }) => missing > 0)) {
    const outcome = await makeRest(asset, purchases, each, build, deadline, services);
    if (outcome === "made") complete.push(folderOf(each));
    goesOn = outcome !== "later";
    if (!goesOn) break;
  }
  const { version } = asset.source;
  const known = await services.paid.foldersOf(version, build.recipe);
  if (known.length !== complete.length || complete.some((folder) => !known.includes(folder)))
    await services.paid.note(version, build.recipe, complete);
  return goesOn;
}

/** Makes what is missing of a rendition, one thing after the other: `later` where there is no more to be had now. */
async function makeRest(
  asset: Asset,
  { plan, madeOf }: Purchases,
  { outlook: { rendition, segments } }: WithheldRendition,
  build: OriginBuild,
  deadline: number,
  services: EdgeServices,
): Promise<"made" | "impossible" | "later"> {
  const folder = pictureFolder(asset, plan, build, rendition.id);
  const made = madeOf(rendition.id);
  const missing = Array.from({ length: segments }, (_, number) => number).filter((number) => !made.includes(number));
  const spender = await spenderOf(asset.cloud, undefined, services.config.budgets);
  for (const file of ["init.mp4", ...missing.map((number) => `${number}.m4s`)]) {
    if (services.now() > deadline) return "later";
    const url = parseRenditionUrl(`${folder}/${file}`);
    const context = await jobContext(url, { stored: asset, layers: [] }, services);
    const job =
      url.file.kind === "segment"
        ? segmentJob(plan, rendition, url.file.number, context)
        : initJob(plan, rendition, context);
    if (!job) continue;
    const order = {
      sourceVersion: url.sourceVersion,
      address: new URL(formatRenditionUrl(url), INTERNAL).href,
      request: { job, isIdle: true },
      spender,
    };
    try {
      await services.encodes.make(order, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return ENDS_ROUND.includes(error.code) ? "later" : "impossible";
    }
  }
  return "made";
}

/** No viewer asks here: what is made is found in the store. */
const INTERNAL = "http://demand.edgereel.internal";
