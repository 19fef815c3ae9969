/** Effects that change the order or the pace in which the video is shown. */

import { retime } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { previewShape } from "../time-values.ts";
import { nothing, orUsual, wholeNumber } from "../values.ts";

const whole = { scope: "component", touches: ["picture", "sound"] } as const;

export const retiming = {
  accelerate: parameter({
    key: "e_accelerate",
    summary:
      "Faster or slower, in percent: 100 is twice as fast, -50 half as fast. The pitch of the sound follows the speed.",
    value: orUsual(wholeNumber({ min: -50, max: 100 }), 0),
    ...whole,
    examples: ["100", "-50"],
    isDefault: (percent) => percent === 0,
    apply: (edit, percent) => retime(edit, { kind: "accelerate", percent }),
  }),
  reverse: parameter({
    key: "e_reverse",
    summary: "Plays from the end to the beginning, the sound, too.",
    value: nothing,
    ...whole,
    examples: [""],
    apply: (edit) => retime(edit, { kind: "reverse" }),
  }),
  boomerang: parameter({
    key: "e_boomerang",
    summary: "Plays forwards and then backwards; the turning picture is shown twice.",
    value: nothing,
    ...whole,
    examples: [""],
    apply: (edit) => retime(edit, { kind: "boomerang" }),
  }),
  loop: parameter({
    key: "e_loop",
    summary: "Plays this many times more; without a number, once more.",
    value: orUsual(wholeNumber({ min: 0, max: 100 }), 1),
    ...whole,
    examples: ["3", ""],
    isDefault: (times) => times === 0,
    apply: (edit, extraPlays) => retime(edit, { kind: "loop", extraPlays }),
  }),
  preview: parameter({
    key: "e_preview",
    summary:
      "A short preview: duration_ seconds (5) put together of up to max_seg_ segments (5) of the film, none shorter than min_seg_dur_ (1). They lie evenly over the film, each in the middle of its share.",
    value: previewShape({ maxSeconds: 600, maxSegments: 60 }),
    ...whole,
    examples: ["duration_12:max_seg_3:min_seg_dur_3", "duration_2", ""],
    apply: (edit, shape) => retime(edit, { kind: "preview", ...shape }),
  }),
};
