/** The door of this room, for tests and benchmarks: production starts `server.ts`. */

export { createOrigin, type Origin } from "./app.ts";
export { configFrom, type OriginConfig } from "./config.ts";
export { InitSections } from "./init-sections.ts";
export { JOB_AUDIENCE } from "./job-signature.ts";
export { measuredBuild } from "./measure.ts";
export { findRecipe } from "./recipe.ts";
export type { Services } from "./services.ts";
export { type FetchRange, rangeFetcher } from "./sources/fetch-range.ts";
export { SourceCache } from "./sources/source-cache.ts";
export { UnpackedTracks } from "./sources/unpacked-tracks.ts";
