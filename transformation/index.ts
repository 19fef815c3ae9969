/** The door of this room: what a URL asks for, as values. Pure; imports no other room. */

export * from "./auth-token.ts";
export * from "./canonical.ts";
export type * from "./colour-matrix.ts";
export type * from "./colour-value.ts";
export { spellParameter } from "./component.ts";
export * from "./delivery-url.ts";
export * from "./edit.ts";
export type * from "./encoding-values.ts";
export * from "./entry-of.ts";
export * from "./evaluate.ts";
export * from "./explanation.ts";
export type * from "./expression.ts";
export * from "./fetch-url.ts";
export * from "./language.ts";
export type * from "./layer.ts";
export * from "./named-assets.ts";
export { nearest } from "./nearest.ts";
export { type Parameter, type Touch, touchesOf } from "./parameter.ts";
export {
  type Component,
  PARAMETER_GROUPS,
  PARAMETER_LIST,
  PARAMETERS,
  type ParameterName,
} from "./parameters/index.ts";
export type * from "./picture-values.ts";
export * from "./problem.ts";
export * from "./rational.ts";
export * from "./rendition-url.ts";
export * from "./signature.ts";
export * from "./step.ts";
export {
  isBuiltInProfile,
  STREAMING_PROFILE_NAMES,
  type StreamingProfile,
  type SubtitleChoice,
} from "./streaming-profile.ts";
export type * from "./text-style.ts";
export type * from "./time-values.ts";
export type * from "./transition-value.ts";
export type * from "./values.ts";
export type { CodecTuning } from "./video-codec.ts";
