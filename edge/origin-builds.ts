/** What the origin can do, known without asking it for every playlist. */

import type { Catalog } from "#catalog";
import type { OriginBuild } from "#media";
import { Problem } from "#transformation";
import type { OriginClient } from "./origin-client.ts";

/** How long an isolate goes on with what it knows before it asks again, in the background. */
const FRESH_SECONDS = 30;

/** The same while the origin does not answer. */
const SILENT_SECONDS = 5;

export interface OriginBuilds {
  /** @throws Problem `origin-unreachable` where no origin has ever answered */
  current(): Promise<OriginBuild>;
  /** Asks the origin now; after it said that a recipe is not its own. */
  refresh(): Promise<OriginBuild>;
  /** Whether the origin has not answered when it was last asked for anything. */
  isSilent(): boolean;
  /** Does what needs the origin, and learns from it whether the origin answers, and whether it is still the same. */
  heeding<T>(work: () => Promise<T>): Promise<T>;
}

interface Known {
  readonly build: OriginBuild;
  readonly askedAt: number;
  readonly isSilent: boolean;
}

/** Plain data of the isolate's, shared by its requests. */
let known: Known | undefined;

export function originBuilds(
  catalog: Catalog,
  origin: OriginClient,
  now: () => number,
  waitUntil: (work: Promise<unknown>) => void,
): OriginBuilds {
  /** What a failure tells of the origin. */
  function learnFrom(error: unknown): never {
    // It was replaced by another build: what is offered from now on must be that one's.
    if (error instanceof Problem && error.code === "recipe-mismatch") waitUntil(refresh().catch(() => {}));
    const isSilent = error instanceof Problem && error.code === "origin-unreachable";
    if (isSilent && known) known = { ...known, isSilent };
    throw error;
  }

  async function refresh(): Promise<OriginBuild> {
    const build = await origin.build().catch(learnFrom);
    const changed = known?.build.recipe !== build.recipe;
    known = { build, askedAt: now(), isSilent: false };
    // For those who start while the origin sleeps; a database that is down keeps nobody from playing.
    if (changed) await catalog.originBuilds.note(build, Math.floor(now())).catch(() => {});
    return build;
  }
  return {
    refresh,
    isSilent: () => known?.isSilent === true,
    async heeding(work) {
      const done = await work().catch(learnFrom);
      if (known) known = { ...known, isSilent: false };
      return done;
    },
    async current() {
      if (!known) {
        // A Worker that starts while the origin sleeps still writes playlists.
        return refresh().catch(async (error: unknown) => {
          const last = await catalog.originBuilds.last().catch(() => undefined);
          if (!last)
            throw error instanceof Problem
              ? error
              : new Problem("origin-unreachable", "No origin has answered yet.", { retryAfterSeconds: 5 });
          known = { build: last.build, askedAt: now(), isSilent: true };
          return last.build;
        });
      }
      if (now() - known.askedAt > (known.isSilent ? SILENT_SECONDS : FRESH_SECONDS)) {
        known = { ...known, askedAt: now() };
        waitUntil(refresh().catch(() => {}));
      }
      return known.build;
    },
  };
}
