/**
 * Counts in the isolate's memory and sends what it has counted to a queue from time to time: a hit costs no I/O. An
 * isolate that is killed loses what it has not sent, a few seconds' worth; nothing is ever counted twice. While the
 * queue takes nothing everything is kept, and beyond a bound counted without its detail.
 */

import { type CountBatch, LEDGER_FIELDS, type LedgerCount, type LedgerName } from "#catalog";

export interface Counters {
  /** Adds a count to those of the same ledger, minute and dimensions. */
  add<N extends LedgerName>(of: N, count: LedgerCount<N>): void;
}

/** How long counters are gathered. */
const FLUSH_SECONDS = 5;

/** Most lines take less than 500 bytes: so many fill a message. */
const FLUSH_LINES = 150;

/** A queue message holds 128 kB. */
const BATCH_BYTES = 120_000;

/** What an isolate keeps while the queue is down: some 10,000 lines, a few megabytes. */
const UNSENT_BATCHES = 60;

type Line = Readonly<Record<string, string | number>>;
/** A line that grows until it is sent. */
type Gathered = Record<string, string | number>;

/** Lines of this isolate by ledger and dimensions, shared by its requests: plain data. */
const gathered: Readonly<Record<LedgerName, Map<string, Gathered>>> = { deliveries: new Map(), playback: new Map() };
const LEDGER_NAMES = Object.keys(gathered) as readonly LedgerName[];
/** Batches on their way; under their ids, since a queue may take one and fail to say so. */
const unsent: CountBatch[] = [];
/** When the carrier that will flush them has promised to have done so. */
let armedUntil = 0;

function gather(of: LedgerName, line: Line): void {
  const { dimensions, counters } = LEDGER_FIELDS[of];
  const key = dimensions.map((name) => line[name]).join("\n");
  const known = gathered[of].get(key);
  if (!known) return void gathered[of].set(key, { ...line });
  for (const name of counters) {
    const value = line[name];
    if (value !== undefined) known[name] = Number(known[name] ?? 0) + Number(value);
  }
}

/** How many there were, when, and of which cloud; nothing else is known of them any more. */
const withoutDetail = (of: LedgerName, line: Line): Line => ({ ...line, ...UNKNOWN[of] });

const SOMEBODY = { publicId: "", codec: "", rung: "", country: "XX", device: "unknown" };

/** What stands for dimensions that were given up. */
const UNKNOWN: Readonly<Record<LedgerName, Line>> = {
  deliveries: { ...SOMEBODY, product: "unknown", tier: "none", status: 0 },
  // Requests and events are never added up.
  playback: SOMEBODY,
};

/** Makes room for new batches: the oldest are gathered again, in few lines. */
function giveUpDetail(): void {
  for (const { of, counts } of unsent.splice(0, Math.max(0, unsent.length - UNSENT_BATCHES)))
    for (const line of counts) gather(of, withoutDetail(of, line as unknown as Line));
}

/** Lines in batches that a message takes each. */
function batchesOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const encoder = new TextEncoder();
  const batches: Line[][] = [];
  let bytes = 0;
  for (const line of lines) {
    const own = encoder.encode(JSON.stringify(line)).length;
    const last = batches.at(-1);
    if (last && last.length < FLUSH_LINES && bytes + own <= BATCH_BYTES) last.push(line);
    else {
      batches.push([line]);
      bytes = 0;
    }
    bytes += own;
  }
  return batches;
}

async function flush(queue: Queue<CountBatch>): Promise<void> {
  armedUntil = 0;
  giveUpDetail();
  for (const of of LEDGER_NAMES) {
    const lines = [...gathered[of].values()];
    gathered[of].clear();
    for (const counts of batchesOf(lines))
      unsent.push({ id: crypto.randomUUID(), of, counts } as unknown as CountBatch);
  }
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

export const queuedCounters = (
  queue: Queue<CountBatch>,
  now: () => number,
  waitUntil: (work: Promise<unknown>) => void,
): Counters => ({
  add(of, count) {
    gather(of, count as Line);
    if (gathered[of].size >= FLUSH_LINES) waitUntil(flush(queue));
    else if (now() > armedUntil) {
      // A carrier may be killed with its request: after twice the time another one is armed.
      armedUntil = now() + 2 * FLUSH_SECONDS;
      waitUntil(scheduler.wait(FLUSH_SECONDS * 1000).then(() => flush(queue)));
    }
  },
});
