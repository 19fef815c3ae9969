/** What the origin's stories are told with: wired once in `server.ts`, replaced piece by piece in tests. */

import type { OriginConfig } from "./config.ts";
import type { InitSections } from "./init-sections.ts";
import type { SourceCache } from "./sources/source-cache.ts";
import type { UnpackedTracks } from "./sources/unpacked-tracks.ts";

export interface Services {
  readonly config: OriginConfig;
  readonly sources: SourceCache;
  readonly tracks: UnpackedTracks;
  readonly inits: InitSections;
  /** For the operator; never holds URLs, which carry signatures. */
  readonly log: (what: string, facts: Record<string, unknown>) => void;
}
