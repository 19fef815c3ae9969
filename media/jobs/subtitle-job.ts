/** The job that takes a text track out of its source, once, as WebVTT. */

import type { SubtitleTrack } from "../source.ts";
import type { JobContext } from "./job.ts";
import type { WholeJob } from "./whole-job.ts";

/** The whole track, timed as the file is; segments are cut from it at the edge. */
export const subtitleJob = ({ streamIndex }: SubtitleTrack, context: JobContext): WholeJob => ({
  kind: "whole",
  ...context,
  inputs: [{ seeks: [null] }],
  text: { stream: { input: 0, streamIndex }, encoder: [["-c:s", "webvtt"]] },
  muxer: [["-f", "webvtt"]],
  needsFile: false,
  mediaType: "text/vtt; charset=utf-8",
});
