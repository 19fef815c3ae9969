/** Texts that are nearly transformations: real ones, with some characters changed. */

import fc from "fast-check";
import { spellParameter } from "../component.ts";
import { PARAMETER_LIST } from "../parameters/index.ts";
import { SDK_TRANSFORMATIONS, sdkPath } from "./sdk-urls.ts";
import { transformationOf, vectors } from "./vectors.ts";

const CHAINS = [
  "c_fill,h_360,w_640/so_5/e_blur:300,e_sharpen/q_auto:eco,f_mp4",
  "$size_300/$twice_$size_mul_2/if_iw_gt_$twice_and_ar_lt_16:9/c_fill,h_$size,w_$twice/if_else/t_small/if_end",
  "if_!sale:in_stock!_in_tags/l_text:Arial_40_bold_stroke_bo_2px_solid_red:Sale%252C/co_red/fl_layer_apply,g_south/if_end",
  "if_ctx:!title!_eq_!Pilot!_or_du_gte_12.5,w_500",
  "l_video:authenticated:shows:pilot/c_scale,w_0.25/r_20/fl_layer_apply,g_north_east,x_10,y_0.1,so_2,du_3,e_screen",
  "l_fetch:aHR0cHM6Ly9leGFtcGxlLmNvbS9hLnBuZw/fl_relative,w_0.5/fl_layer_apply",
  "l_subtitles:Arial_30:folder:film.srt,co_yellow,b_black/fl_layer_apply",
  "u_video:bg/l_logo/e_sepia/fl_layer_apply/fl_layer_apply",
  "sp_auto:maxres_720p:subtitles_((code_en-US;file_a.vtt);(code_es-ES;file_b,c.vtt))",
  "b_blurred:400:-15,bo_5px_solid_rgb:ff000080,c_pad,h_500,r_10:20:30:40,w_500,x_-0.25/a_hflip.-45/o_60",
  "fl_attachment:my.film.mp4/fl_splice:transition_(name_fade;du_2.5),l_video:other/fl_layer_apply",
  "vc_h264:baseline:3.1:bframes_no,ac_none,af_44100,br_2.5m:constant,fps_20-25,ki_2,vs_2.3s,dl_100",
];

/** Real ones: of the table, of Cloudinary's SDK, of this file, and of the machine's collection where it has one. */
export const SEEDS: readonly string[] = [
  ...PARAMETER_LIST.flatMap(({ key, examples }) => examples.map((example) => spellParameter(key, example))),
  ...SDK_TRANSFORMATIONS.map((options) =>
    sdkPath("film", options)
      .replace(/^\/demo\/video\/upload\//, "")
      .replace(/\/?[^/]*$/, ""),
  ),
  ...CHAINS,
  ...vectors().flatMap((vector) => transformationOf(vector) ?? []),
];

/** Where it counts: what the grammar is made of, and what JavaScript objects answer to. */
const PIECES = [
  ..."_:,/.!$()%-+;@~ 019",
  ...[
    "%25",
    "%2C",
    "%",
    "e_",
    "fl_",
    "l_",
    "if_",
    "if_end",
    "if_else",
    "$a",
    "$(a)",
    "_mul_",
    "_to_i",
    "fl_layer_apply",
  ],
  ...["constructor", "__proto__", "toString", "NaN", "1e9", "-0", "999999999", "0.000001", "ü", "🎬", "\n", "\0"],
];

interface Change {
  readonly at: number;
  readonly kind: "insert" | "remove" | "double" | "replace" | "cut";
  readonly piece: string;
  readonly length: number;
}

function changed(text: string, { at, kind, piece, length }: Change): string {
  const place = text.length === 0 ? 0 : at % (text.length + 1);
  const [before, part, after] = [text.slice(0, place), text.slice(place, place + length), text.slice(place + length)];
  const changes = {
    insert: before + piece + part + after,
    remove: before + after,
    double: before + part + part + after,
    replace: before + piece + after,
    cut: before,
  };
  return changes[kind];
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(10_000),
  kind: fc.constantFrom("insert", "remove", "double", "replace", "cut"),
  piece: fc.constantFrom(...PIECES),
  length: fc.integer({ min: 1, max: 6 }),
});

/** One of the seeds, or two of them joined, after a few changes. */
export const mutated = (seeds: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...seeds), { minLength: 1, maxLength: 2 }),
      fc.constantFrom("/", ","),
      fc.array(change, { maxLength: 4 }),
    )
    .map(([chosen, separator, changes]) => changes.reduce(changed, chosen.join(separator)));
