/** The door of this room: what a URL asks for, as values. Pure; imports no other room. */

export * from "./canonical.ts";
export * from "./delivery-url.ts";
export * from "./edit.ts";
export * from "./language.ts";
export type { Parameter, Touch } from "./parameter.ts";
export {
  type Component,
  PARAMETER_LIST,
  PARAMETERS,
  type ParameterName,
  type Transformation,
} from "./parameters/index.ts";
export * from "./problem.ts";
export * from "./rational.ts";
export * from "./rendition-url.ts";
export * from "./signature.ts";
export { STREAMING_PROFILE_NAMES } from "./streaming-profile.ts";
export type * from "./values.ts";
