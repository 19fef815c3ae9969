/** Parameters of time: which part of the video is kept, and at how many frames per second. */

import { encoding } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { parseRational, type Rational, toDecimal } from "../rational.ts";
import { frameRateRange, timeOffset } from "../time-values.ts";
import { refuse } from "../unserved.ts";
import { decimal, type Value } from "../values.ts";

/** A day: longer than anything uploaded, short enough that all arithmetic stays exact. */
const MAX_OFFSET_SECONDS = 86_400;

const refuseAuto = refuse("auto", "no moment is chosen for you; name one in seconds, or as a share such as 10p.");

/** How an animated picture is taken of a video. */
export type Sampling = { readonly pictures: number } | { readonly everySeconds: Rational };

const sampling: Value<Sampling> = {
  expected: "a number of pictures from 1 to 400, or seconds such as 2.3s",
  parse: (text) => {
    const seconds = /^(\d{1,4}(?:\.\d{1,3})?)s$/.exec(text)?.[1];
    const everySeconds = seconds === undefined ? undefined : parseRational(seconds);
    if (everySeconds) return everySeconds.num > 0 ? { everySeconds } : undefined;
    const pictures = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    return pictures >= 1 && pictures <= 400 ? { pictures } : undefined;
  },
  format: (value) => ("pictures" in value ? String(value.pictures) : `${toDecimal(value.everySeconds)}s`),
};

/** Apple's authoring specification 1.19 allows 60 frames per second and no more. */
const MAX_FRAMES_PER_SECOND = 60;

const trim = { scope: "component", touches: ["picture", "sound"], layerRole: "placement" } as const;

export const time = {
  startOffset: parameter({
    key: "so",
    summary:
      "Where the video starts, in seconds or as a share of its duration; for a still, which moment it shows; auto chooses one that is sharp, colourful, and neither dark nor pale.",
    value: timeOffset({ maxSeconds: MAX_OFFSET_SECONDS }),
    ...trim,
    examples: ["6.5", "35p", "auto"],
    isDefault: (offset) => offset !== "auto" && ("seconds" in offset ? offset.seconds : offset.share).num === 0,
    apply: (edit, start) => (start === "auto" ? refuseAuto(edit) : { ...edit, start: start }),
  }),
  endOffset: parameter({
    key: "eo",
    summary: "Where the video ends, in seconds or as a share of its duration.",
    value: timeOffset({ maxSeconds: MAX_OFFSET_SECONDS }),
    ...trim,
    examples: ["10", "90p"],
    isDefault: (offset) => offset !== "auto" && "share" in offset && offset.share.num === offset.share.den,
    apply: (edit, end) => (end === "auto" ? refuseAuto(edit) : { ...edit, end: end }),
  }),
  duration: parameter({
    key: "du",
    summary: "How long the video lasts from where it starts, in seconds or as a share of its duration.",
    value: timeOffset({ maxSeconds: MAX_OFFSET_SECONDS }),
    ...trim,
    examples: ["5", "10p"],
    apply: (edit, duration) => (duration === "auto" ? refuseAuto(edit) : { ...edit, duration: duration }),
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
  keyframeInterval: parameter({
    key: "ki",
    summary: "Seconds between key pictures, of files in one piece; streams have one every two seconds.",
    value: decimal({ min: 0.05, max: 300 }),
    scope: "delivery",
    touches: ["choice"],
    examples: ["0.5"],
    apply: (edit, keyframeSeconds) => encoding(edit, { keyframeSeconds }),
  }),
  samplingRate: parameter({
    key: "vs",
    summary:
      "Pictures of an animated picture, or tiles of a storyboard: how many in all, or one every so many seconds.",
    value: sampling,
    scope: "delivery",
    touches: ["picture"],
    examples: ["20", "2.3s"],
    apply: (edit, value) => encoding(edit, { sampling: value }),
  }),
  delay: parameter({
    key: "dl",
    summary: "Milliseconds between the frames of an animated picture.",
    value: decimal({ min: 10, max: 60_000 }),
    scope: "delivery",
    touches: ["picture"],
    examples: ["200"],
    apply: (edit, delayMilliseconds) => encoding(edit, { delayMilliseconds }),
  }),
};
