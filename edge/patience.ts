/** How long an answer of the origin is waited for: as long as its work may take, and only while it shows signs of life. */

import type { MediaJob } from "./origin-client.ts";

/** What may be asked of it, and how long it may take: what the origin allows itself, and the wait before its turn. */
export const PATIENCE_MILLISECONDS = {
  /** An attempt is ended after 60 s; players have given up long before. */
  segment: 75_000,
  init: 30_000,
  glance: 120_000,
  /** In idle time, a minute of work for each core, and more where viewers come in between. */
  appraisal: 600_000,
  whole: 330_000,
  /** Whatever is made in idle time is put aside for all that somebody watches. */
  idle: 330_000,
  probe: 330_000,
} as const satisfies Record<MediaJob["kind"] | "idle" | "probe", number>;

export type Patience = Readonly<Record<keyof typeof PATIENCE_MILLISECONDS, number>>;

/** Longer than most segments take, so that most are waited for without a question. */
const SIGN_MILLISECONDS = 4000;

/** A lone sign may be late where every processor encodes. */
const MISSED_SIGNS = 2;

export interface Wait {
  readonly milliseconds: number;
  /** Whether the origin answers a question that costs it nothing. */
  readonly isAlive: () => Promise<boolean>;
  /** Whoever waits has gone. */
  readonly leaving?: AbortSignal | undefined;
}

/** Waits for an answer, whose signal is aborted when the wait is in vain. */
export async function waitFor<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { milliseconds, isAlive, leaving }: Wait,
): Promise<T> {
  const silence = new AbortController();
  let missed = 0;
  const listening = setInterval(async () => {
    missed = (await isAlive()) ? 0 : missed + 1;
    if (missed === MISSED_SIGNS) silence.abort(new DOMException("The origin is silent.", "TimeoutError"));
  }, SIGN_MILLISECONDS);
  try {
    const ends = [silence.signal, AbortSignal.timeout(milliseconds), ...(leaving ? [leaving] : [])];
    return await ask(AbortSignal.any(ends));
  } finally {
    clearInterval(listening);
  }
}
