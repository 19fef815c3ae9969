/**
 * What an isolate knows of keys and revocations. It is read from D1 every few seconds, by way of the data centre's
 * cache, and for no single request: a hit finds it in memory. docs/decisions/revocation.md has the times.
 */

import type { AccessRecords, PlaybackKey } from "#catalog";
import { Problem } from "#transformation";

/** As old as this a copy is taken without asking again. */
const FRESH_SECONDS = 2;
/** Up to this age it is still used while it is read again in the background; beyond it the request waits. */
const MAX_SECONDS = 4;
/** Up to this age it is used where D1 cannot be read. */
export const STALE_SECONDS = 3600;
/** How long D1 is given to answer, and how often one request tries it while it does not. */
const READ_MILLISECONDS = 1500;
const RETRY_SECONDS = 2;

/** What was read, and when: what data centres hand on. */
export interface RecordsCopy {
  readonly readAt: number;
  readonly records: AccessRecords;
}

/** The same, to look things up in. */
export interface KnownRecords {
  readonly readAt: number;
  readonly keys: ReadonlyMap<string, PlaybackKey>;
  readonly revokedKeys: ReadonlySet<string>;
  readonly revokedTokens: ReadonlySet<string>;
}

/** Plain data of an isolate's, shared by its requests. */
export interface RecordsState {
  known?: KnownRecords | undefined;
  /** Until then somebody is reading. */
  readingUntil?: number;
  /** When D1 was last tried in vain; absent since it has answered. */
  failedAt?: number | undefined;
}

/** Where copies come from. */
export interface RecordsOrigin {
  /** Reads D1. */
  read(): Promise<AccessRecords>;
  /** The data centre's copy. */
  nearby(): Promise<RecordsCopy | undefined>;
  keepNearby(copy: RecordsCopy): Promise<void>;
  forgetNearby(): Promise<void>;
}

export interface RecordsReader {
  /** @throws Problem `keys-unavailable` where D1 cannot be read, and was not for an hour */
  current(): Promise<KnownRecords>;
  /** After a change: forget what this isolate and its data centre remember. */
  forget(): Promise<void>;
}

const knownFrom = ({ readAt, records }: RecordsCopy): KnownRecords => ({
  readAt,
  keys: new Map(records.keys.map((key) => [key.id, key])),
  revokedKeys: new Set(records.revokedKeys),
  revokedTokens: new Set(records.revokedTokens),
});

const unavailable = (): Problem =>
  new Problem("keys-unavailable", "The keys that tokens are verified with cannot be read.", {
    retryAfterSeconds: RETRY_SECONDS,
  });

const within = <T>(work: Promise<T>, milliseconds: number): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error("D1 does not answer")), milliseconds)),
  ]);

export function recordsReader(
  state: RecordsState,
  origin: RecordsOrigin,
  now: () => number,
  waitUntil: (work: Promise<unknown>) => void,
): RecordsReader {
  const ageOf = ({ readAt }: { readAt: number }): number => now() - readAt;
  const isRetrying = (): boolean => state.failedAt !== undefined && now() - state.failedAt < RETRY_SECONDS;

  async function readAnew(): Promise<KnownRecords> {
    const near = await origin.nearby();
    if (near && ageOf(near) <= FRESH_SECONDS) return learn(knownFrom(near));
    // Before D1 is asked: whatever is revoked from now on may be missing.
    const readAt = now();
    try {
      const copy = { readAt, records: await within(origin.read(), READ_MILLISECONDS) };
      state.failedAt = undefined;
      waitUntil(origin.keepNearby(copy));
      return learn(knownFrom(copy));
    } catch {
      state.failedAt = now();
      if (near && ageOf(near) <= STALE_SECONDS) learn(knownFrom(near));
      if (state.known && ageOf(state.known) <= STALE_SECONDS) return state.known;
      throw unavailable();
    }
  }

  /** Others need not read meanwhile. */
  async function refresh(): Promise<KnownRecords> {
    state.readingUntil = now() + RETRY_SECONDS;
    return readAnew().finally(() => {
      state.readingUntil = 0;
    });
  }

  /** Of two readers the one who began later knows more. */
  function learn(known: KnownRecords): KnownRecords {
    if (!state.known || known.readAt >= state.known.readAt) state.known = known;
    return state.known;
  }

  return {
    async current() {
      const { known } = state;
      const age = known ? ageOf(known) : Number.POSITIVE_INFINITY;
      if (known && age <= FRESH_SECONDS) return known;
      if (isRetrying()) {
        if (known && age <= STALE_SECONDS) return known;
        throw unavailable();
      }
      const isWaited = known === undefined || age > MAX_SECONDS;
      const isBeingRead = (state.readingUntil ?? 0) > now();
      // While D1 fails one request waits for it, and the others go on with what is known.
      if (known && isBeingRead && (!isWaited || (state.failedAt !== undefined && age <= STALE_SECONDS))) return known;
      if (isWaited) return refresh();
      waitUntil(refresh().catch(() => {}));
      return known;
    },

    async forget() {
      state.known = undefined;
      await origin.forgetNearby();
    },
  };
}
