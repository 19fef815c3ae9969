/**
 * Counts in the isolate's memory and sends what it has counted to a queue from time to time: a hit costs no I/O. An
 * isolate that is killed loses what it has not sent, a few seconds' worth; nothing is ever counted twice.
 */

import { type CountBatch, LEDGER_FIELDS, type LedgerCount, type LedgerName } from "#catalog";

export interface Counters {
  /** Adds a count to those of the same ledger, minute and dimensions. */
  add<N extends LedgerName>(of: N, count: LedgerCount<N>): void;
}

/** How long counters are gathered. */
const FLUSH_SECONDS = 5;

/** A queue message holds 128 kB; a line takes 500 bytes at most but for its public id. */
const FLUSH_LINES = 150;

type Line = Readonly<Record<string, string | number>>;

/** Lines of this isolate by ledger and dimensions, shared by its requests: plain data. */
const gathered: Readonly<Record<LedgerName, Map<string, Line>>> = { deliveries: new Map(), playback: new Map() };
const LEDGER_NAMES = Object.keys(gathered) as readonly LedgerName[];
/** When the carrier that will flush them has promised to have done so. */
let armedUntil = 0;

function gather(of: LedgerName, line: Line): void {
  const { dimensions, counters } = LEDGER_FIELDS[of];
  const key = dimensions.map((name) => line[name]).join("\n");
  const known = gathered[of].get(key);
  gathered[of].set(key, known ? sumOf(known, line, counters) : line);
}

function sumOf(known: Line, line: Line, counters: readonly string[]): Line {
  const sum: Record<string, string | number> = { ...known };
  for (const name of counters) {
    const value = line[name];
    if (value !== undefined) sum[name] = Number(known[name] ?? 0) + Number(value);
  }
  return sum;
}

async function flush(queue: Queue<CountBatch>): Promise<void> {
  armedUntil = 0;
  for (const of of LEDGER_NAMES) {
    const lines = [...gathered[of].values()];
    gathered[of].clear();
    for (let start = 0; start < lines.length; start += FLUSH_LINES) {
      const counts = lines.slice(start, start + FLUSH_LINES);
      // What could not be sent is counted with what comes next.
      await queue.send({ id: crypto.randomUUID(), of, counts } as unknown as CountBatch).catch(() => {
        for (const line of counts) gather(of, line);
      });
    }
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
