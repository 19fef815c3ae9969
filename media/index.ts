/** The door of this room: what can be made of a source. Pure; imports `transformation` only. */

export * from "./codecs.ts";
export * from "./containers.ts";
export * from "./formats/hls.ts";
export * from "./formats/index.ts";
export * from "./formats/webvtt.ts";
export * from "./grid.ts";
export { type Kept, NOTHING_KEPT } from "./instantiate.ts";
export * from "./iso-bmff.ts";
export type * from "./jobs/job.ts";
export * from "./jobs/segment-job.ts";
export * from "./jobs/subtitle-job.ts";
export * from "./jobs/whole-job.ts";
export * from "./ladder.ts";
export { resourceTypeOf } from "./layer-source.ts";
export * from "./negotiation.ts";
export * from "./origin-build.ts";
export * from "./outlook.ts";
export * from "./plan.ts";
export * from "./programme.ts";
export * from "./progressive.ts";
export * from "./renditions.ts";
export * from "./source.ts";
export type * from "./subtitles/cue.ts";
export * from "./subtitles/parse.ts";
export * from "./subtitles/renditions.ts";
export { movedBy } from "./subtitles/timing.ts";
export * from "./timeline.ts";
