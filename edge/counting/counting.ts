/** Takes batches of counters from the queue into D1: each once, and none lost while D1 is down. */

import type { Catalog, CountBatch } from "#catalog";

const FIRST_RETRY_SECONDS = 5;
const MAX_RETRY_SECONDS = 3600;

/**
 * How long a batch waits before it comes again. With the hundred retries that wrangler.toml allows, the last one comes
 * after three days and a half: as long as a queue keeps a message.
 */
export const retrySeconds = (attempts: number): number =>
  Math.min(MAX_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** Math.max(0, attempts - 1));

type Message = Pick<globalThis.Message<CountBatch>, "body" | "attempts" | "ack" | "retry">;

/** @param at seconds since 1970 */
export async function countBatches(messages: readonly Message[], counts: Catalog["counts"], at: number): Promise<void> {
  try {
    const bodies = messages.map(({ body }) => body);
    await counts.deliveries.count(
      bodies.filter((each) => each.of === "deliveries"),
      at,
    );
    await counts.playback.count(
      bodies.filter((each) => each.of === "playback"),
      at,
    );
    for (const message of messages) message.ack();
  } catch (error) {
    console.error("what was delivered and played could not be counted", error);
    // A batch that cannot be read keeps no other one back; those that are counted already are not counted again.
    if (messages.length > 1) for (const message of messages) await countBatches([message], counts, at);
    else for (const message of messages) message.retry({ delaySeconds: retrySeconds(message.attempts) });
  }
}
