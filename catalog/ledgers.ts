/** LEDGERS: all that is counted by minute. One entry a ledger; the name is the one that the API and batches use. */

import { DELIVERIES } from "./delivery-metrics.ts";
import { type Batch, fieldsOf, type Ledger } from "./ledger.ts";
import { PLAYBACK } from "./playback-metrics.ts";
import type { deliveries, playback } from "./schema.ts";

export const LEDGERS = { deliveries: DELIVERIES, playback: PLAYBACK } as const satisfies Record<string, Ledger>;

export type LedgerName = keyof typeof LEDGERS;

/** One line of a batch: what some deliveries of a minute have in common, and how many they were. */
export type DeliveryCount = Omit<DeliveryLine, EncodeBucket> & Partial<Pick<DeliveryLine, EncodeBucket>>;

type DeliveryLine = typeof deliveries.$inferSelect;
type EncodeBucket = keyof DeliveryLine & `encode${"To" | "Beyond"}${string}`;
type PlaybackLine = typeof playback.$inferSelect;
type PlaybackDimension = "minute" | "cloud" | "publicId" | "mode" | "codec" | "rung" | "country" | "device";

/** What of playback adds up; absent counters are zero. */
export type PlaybackCounters = Partial<Omit<PlaybackLine, PlaybackDimension>>;
export type PlaybackCount = Pick<PlaybackLine, PlaybackDimension> & PlaybackCounters;

interface CountOf {
  readonly deliveries: DeliveryCount;
  readonly playback: PlaybackCount;
}
export type LedgerCount<N extends LedgerName> = CountOf[N];

/** A batch on its way through the queue. */
export type CountBatch = {
  readonly [N in LedgerName]: Batch<LedgerCount<N>> & { readonly of: N };
}[LedgerName];

/** Which fields of a ledger's counts tell lines apart, and which add up. */
export const LEDGER_FIELDS = {
  deliveries: fieldsOf(LEDGERS.deliveries),
  playback: fieldsOf(LEDGERS.playback),
} as const satisfies Record<LedgerName, unknown>;
