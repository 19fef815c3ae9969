/** Has sources appraised: an order for each upload, carried out when the origin has nothing else to do, and kept in the catalog. */

import type { StoredSource } from "#catalog";
import { type Appraisal, appraisalJob, isUnappraised, VIDEO_CODEC_NAMES } from "#media";
import { Problem } from "#transformation";
import type { AppraisalOrder } from "./appraisal-order.ts";
import type { EdgeServices } from "./services.ts";
import { signedSource } from "./source-url.ts";

const QUEUE = "edgereel-appraisals";

/** Whether a batch is of orders. */
export const isOfAppraisals = (batch: MessageBatch<unknown>): batch is MessageBatch<AppraisalOrder> =>
  batch.queue === QUEUE;

/** An origin that is busy for so long is asked again: with the retries of wrangler.toml, for a day. */
const RETRY_SECONDS = 600;
const FIRST_RETRY_SECONDS = 5;

/** What another attempt would not change. */
const OF_THE_SOURCE: readonly string[] = ["encode-failed", "source-unreadable", "not-playable"];

type Message = Pick<globalThis.Message<AppraisalOrder>, "body" | "attempts" | "ack" | "retry">;

/** Carries out orders, one after the other; what cannot be had now comes again. */
export async function appraiseSources(messages: readonly Message[], services: EdgeServices): Promise<void> {
  for (const message of messages) {
    try {
      await appraise(message.body, services);
      message.ack();
    } catch (error) {
      if (!(error instanceof Problem)) console.error("a source could not be appraised", error);
      message.retry({ delaySeconds: Math.min(RETRY_SECONDS, FIRST_RETRY_SECONDS * message.attempts) });
    }
  }
}

async function appraise({ name, version }: AppraisalOrder, services: EdgeServices): Promise<void> {
  const { assets, catalog } = services;
  const stored = await catalog.assets.findSource(name, version);
  if (!stored || !isUnappraised(stored.source)) return;
  const appraisal = await made(stored, services);
  await catalog.assets.keepFacts(name, version, { appraisal });
  await assets.forget(name);
}

/** Of a source that cannot be appraised nothing is known, and its ladder is everybody's. */
const nothingKnown = (): Appraisal => ({ frameRate: { num: 0, den: 1 }, trials: [], details: [] });

async function made(stored: StoredSource, services: EdgeServices): Promise<Appraisal> {
  const { source } = stored;
  const { builds, origin, signSource } = services;
  const build = await builds.current();
  const codecs = VIDEO_CODEC_NAMES.filter((codec) => build.speeds[codec] !== undefined);
  const job = appraisalJob(source, codecs, {
    recipe: build.recipe,
    key: `appraisal/${source.version}`,
    source: await signedSource(stored, signSource),
  });
  if (!job) return nothingKnown();
  try {
    const { bytes } = await builds.heeding(() => origin.make({ job, isIdle: true }));
    return JSON.parse(new TextDecoder().decode(bytes)) as Appraisal;
  } catch (error) {
    if (error instanceof Problem && OF_THE_SOURCE.includes(error.code)) return nothingKnown();
    throw error;
  }
}
