/** Parameters that make something else of a video than pictures and sound: a drawing of its sound, a storyboard, what is known of it. */

import { encoding } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { nothing } from "../values.ts";

export const outputs = {
  waveform: parameter({
    key: "fl_waveform",
    summary:
      "Draws the sound as far as the chain has brought it, of half an hour at most: w_ wide (640) and h_ high (160), in co_ (white) on b_ (black), all beside it. What follows changes the drawing; it comes as .png, .jpg, .webp or .avif.",
    value: nothing,
    scope: "component",
    // Nothing is left to be heard.
    touches: ["picture", "sound"],
    examples: [""],
    apply: (edit) => ({ ...encoding(edit, { isWaveform: true }), drawsSound: true }),
  }),
  storyboard: parameter({
    key: "fl_sprite",
    summary:
      "A storyboard: .vtt and .json say which part of which sheet of small pictures stands for which time; .jpg, .png, .webp and .avif are one sheet of the whole film. w_ and h_ size the tiles (160 wide, 480 a side at most), vs_ says how many there are, or one every so many seconds.",
    value: nothing,
    scope: "delivery",
    touches: ["choice"],
    examples: [""],
    apply: (edit) => encoding(edit, { isStoryboard: true }),
  }),
  information: parameter({
    key: "fl_getinfo",
    summary: "JSON that says what the video is and what the URL makes of it, instead of making it.",
    value: nothing,
    scope: "delivery",
    touches: ["choice"],
    examples: [""],
    apply: (edit) => encoding(edit, { isDescribed: true }),
  }),
};
