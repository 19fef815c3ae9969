/**
 * Counts deliveries in the isolate's memory and sends them to a queue from time to time: a hit costs no I/O. An
 * isolate that is killed loses what it has not sent, a few seconds' worth; nothing is ever counted twice. While the
 * queue takes nothing everything is kept, and beyond a bound counted without its detail.
 */

import type { DeliveryBatch, DeliveryCount } from "#catalog";
import type { DeliveryFacts } from "../delivery-facts.ts";
import { deviceClass } from "./device-class.ts";

export interface DeliveryRecorder {
  record(request: Request, response: Response, facts: DeliveryFacts): void;
}

/** How long counters are gathered. */
const FLUSH_SECONDS = 5;

/** A queue message holds 128 kB; a line takes 200 bytes at most but for its public id. */
const FLUSH_LINES = 250;

/** What an isolate keeps while the queue is down: 10,000 lines, two megabytes. */
const UNSENT_BATCHES = 40;

/** Counters of this isolate, shared by its requests: plain data. */
const counters = new Map<string, DeliveryCount>();
/** Batches on their way; under their ids, since a queue may take one and fail to say so. */
const unsent: DeliveryBatch[] = [];
/** When the carrier that will flush them has promised to have done so. */
let armedUntil = 0;

const dimensionsOf = ({ requests, bytes, encodes, encodeMilliseconds, ...dimensions }: DeliveryCount): string =>
  JSON.stringify(dimensions);

function add(count: DeliveryCount): void {
  const key = dimensionsOf(count);
  const known = counters.get(key);
  counters.set(
    key,
    known
      ? {
          ...known,
          requests: known.requests + count.requests,
          bytes: known.bytes + count.bytes,
          encodes: known.encodes + count.encodes,
          encodeMilliseconds: known.encodeMilliseconds + count.encodeMilliseconds,
        }
      : count,
  );
}

/** How many they were, when, and of which cloud; nothing else is known of them any more. */
const withoutDetail = (count: DeliveryCount): DeliveryCount => ({
  ...count,
  ...{
    publicId: "",
    product: "unknown",
    codec: "",
    rung: "",
    tier: "none",
    status: 0,
    country: "XX",
    device: "unknown",
  },
});

async function flush(queue: Queue<DeliveryBatch>): Promise<void> {
  armedUntil = 0;
  for (const { counts: crowded } of unsent.splice(0, Math.max(0, unsent.length - UNSENT_BATCHES)))
    for (const count of crowded) add(withoutDetail(count));
  const counts = [...counters.values()];
  counters.clear();
  for (let start = 0; start < counts.length; start += FLUSH_LINES)
    unsent.push({ id: crypto.randomUUID(), counts: counts.slice(start, start + FLUSH_LINES) });
  for (const batch of [...unsent]) {
    const isSent = await queue.send(batch).then(
      () => true,
      () => false,
    );
    // It comes again with the next flush.
    if (!isSent) return;
    unsent.splice(unsent.indexOf(batch), 1);
  }
}

/** The rung and codec of a rendition's name, as `720p-av1` spells them. */
const partsOf = (rendition: string): { rung: string; codec: string } => {
  const [rung = "", codec = ""] = rendition.split("-");
  return { rung, codec };
};

export const deliveryRecorder = (
  queue: Queue<DeliveryBatch>,
  now: () => number,
  waitUntil: (work: Promise<unknown>) => void,
): DeliveryRecorder => ({
  record(request, response, facts) {
    const { cloud, publicId, product, tier, encodeMilliseconds } = facts;
    const cf = request.cf as { country?: string } | undefined;
    add({
      minute: Math.floor(now() / 60),
      cloud,
      publicId,
      product,
      tier,
      ...partsOf(facts.rendition),
      status: response.status,
      country: cf?.country ?? "XX",
      device: deviceClass(request.headers.get("user-agent") ?? ""),
      requests: 1,
      bytes: request.method === "HEAD" ? 0 : Number(response.headers.get("content-length") ?? 0),
      encodes: tier === "encoded" ? 1 : 0,
      encodeMilliseconds: Math.round(encodeMilliseconds),
    });
    if (counters.size >= FLUSH_LINES) waitUntil(flush(queue));
    else if (now() > armedUntil) {
      // A carrier may be killed with its request: after twice the time another one is armed.
      armedUntil = now() + 2 * FLUSH_SECONDS;
      waitUntil(scheduler.wait(FLUSH_SECONDS * 1000).then(() => flush(queue)));
    }
  },
});
