/** Reads byte ranges of a source over HTTP: only from where jobs may point, bounded, retried, never redirected. */

import { Problem } from "#transformation";

/** Reads [start, end) of the object at a URL. */
export type FetchRange = (url: string, start: number, end: number) => Promise<Uint8Array>;

const ATTEMPTS = 3;
const TIMEOUT_MILLISECONDS = 20_000;
const FIRST_PAUSE_MILLISECONDS = 150;

/** A reader that refuses every URL that does not begin with one of the prefixes. */
export function rangeFetcher(prefixes: readonly string[]): FetchRange {
  return async (url, start, end) => {
    // Normalised first: "prefix/../elsewhere" begins with the prefix, too.
    const { href } = new URL(url);
    if (!prefixes.some((prefix) => href.startsWith(prefix))) {
      throw new Problem("source-unreadable", "The job names a source outside of what this origin may read.");
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await fetchOnce(href, start, end);
      } catch (error) {
        if (attempt >= ATTEMPTS || (error instanceof Problem && !isPassing(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MILLISECONDS * 2 ** attempt));
      }
    }
  };
}

/** A refusal of the store is final; its trouble may pass. */
const isPassing = (problem: Problem): boolean => problem.facts.retryAfterSeconds !== undefined;

async function fetchOnce(url: string, start: number, end: number): Promise<Uint8Array> {
  const response = await fetch(url, {
    headers: { range: `bytes=${start}-${end - 1}` },
    // A redirect could lead anywhere.
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  }).catch((error: unknown) => {
    throw new Problem("source-unreadable", `The source store cannot be reached: ${String((error as Error).message)}.`, {
      retryAfterSeconds: 2,
    });
  });
  if (response.status !== 206) {
    await response.body?.cancel();
    const facts = response.status >= 500 ? { retryAfterSeconds: 2 } : {};
    throw new Problem("source-unreadable", `The source store answered ${response.status}.`, facts);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length !== end - start) {
    throw new Problem("source-unreadable", `The source store sent ${bytes.length} of ${end - start} bytes.`, {
      retryAfterSeconds: 2,
    });
  }
  return bytes;
}
