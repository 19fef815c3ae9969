/**
 * Counts deliveries in the isolate's memory and sends them to a queue from time to time: a hit costs no I/O. An
 * isolate that is killed loses what it has not sent, a few seconds' worth; nothing is ever counted twice.
 */

import type { DeliveryBatch, DeliveryCount } from "#catalog";
import type { DeliveryFacts } from "../delivered.ts";
import { deviceClass } from "./device-class.ts";

export interface DeliveryRecorder {
  record(request: Request, response: Response, facts: DeliveryFacts): void;
}

/** How long counters are gathered. */
const FLUSH_SECONDS = 5;

/** A queue message holds 128 kB; a line takes 200 bytes at most but for its public id. */
const FLUSH_LINES = 250;

/** Counters of this isolate, shared by its requests: plain data. */
const counters = new Map<string, DeliveryCount>();
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

async function flush(queue: Queue<DeliveryBatch>): Promise<void> {
  armedUntil = 0;
  const counts = [...counters.values()];
  counters.clear();
  for (let start = 0; start < counts.length; start += FLUSH_LINES) {
    const part = counts.slice(start, start + FLUSH_LINES);
    // What could not be sent is counted with what comes next.
    await queue.send({ id: crypto.randomUUID(), counts: part }).catch(() => part.forEach(add));
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
