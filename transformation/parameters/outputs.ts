/** Parameters that make something else of a video than pictures and sound: what is known of it. */

import { encoding } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { nothing } from "../values.ts";

export const outputs = {
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
