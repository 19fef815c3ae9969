/** Parameters of time: which part of the video is kept, and at how many frames per second. */

import { encoding } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { frameRateRange, timeOffset } from "../values.ts";

/** A day: longer than anything uploaded, short enough that all arithmetic stays exact. */
const MAX_OFFSET_SECONDS = 86_400;

/** Apple's authoring specification 1.19 allows 60 frames per second and no more. */
const MAX_FRAMES_PER_SECOND = 60;

const trim = { scope: "component", touches: ["picture", "sound"] } as const;

export const time = {
  startOffset: parameter({
    key: "so",
    summary: "Where the video starts, in seconds or as a share of its duration; for a still, which moment it shows.",
    value: timeOffset({ maxSeconds: MAX_OFFSET_SECONDS }),
    ...trim,
    examples: ["6.5", "35p"],
    isDefault: (offset) => ("seconds" in offset ? offset.seconds : offset.share).num === 0,
    apply: (edit, start) => ({ ...edit, start }),
  }),
  endOffset: parameter({
    key: "eo",
    summary: "Where the video ends, in seconds or as a share of its duration.",
    value: timeOffset({ maxSeconds: MAX_OFFSET_SECONDS }),
    ...trim,
    examples: ["10", "90p"],
    isDefault: (offset) => "share" in offset && offset.share.num === offset.share.den,
    apply: (edit, end) => ({ ...edit, end }),
  }),
  duration: parameter({
    key: "du",
    summary: "How long the video lasts from where it starts, in seconds or as a share of its duration.",
    value: timeOffset({ maxSeconds: MAX_OFFSET_SECONDS }),
    ...trim,
    examples: ["5", "10p"],
    apply: (edit, duration) => ({ ...edit, duration }),
  }),
  frameRate: parameter({
    key: "fps",
    summary: "Frames per second: exactly, at least (25-), at most (-30), or between (20-25).",
    value: frameRateRange({ max: MAX_FRAMES_PER_SECOND }),
    scope: "delivery",
    // The sound's segments follow the picture's boundaries, which follow the frame rate.
    touches: ["picture", "sound"],
    examples: ["25", "-30", "20-25"],
    apply: (edit, frameRate) => encoding(edit, { frameRate }),
  }),
};
