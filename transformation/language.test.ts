import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalTransformation,
  formatTransformation,
  type LiteralStep,
  PARAMETER_LIST,
  Problem,
  parseTransformation,
  spellParameter,
  transformationTouching,
} from "./index.ts";

const canonical = (text: string): string => formatTransformation(canonicalTransformation(parseTransformation(text)));

function refusal(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const examples = PARAMETER_LIST.flatMap((entry) => entry.examples.map((example) => spellParameter(entry.key, example)));

describe("the URL language", () => {
  it.each(examples)("reads %s and spells it so that it reads the same again", (text) => {
    const value = parseTransformation(text);
    expect(parseTransformation(formatTransformation(value))).toEqual(value);
  });

  it.each([
    ["order within a component does not matter", "w_200,h_100,c_fill", "c_fill,h_100,w_200"],
    ["percent has two spellings", "so_35%", "so_35p"],
    ["a ratio has many spellings", "ar_1.5,w_300,c_fill", "ar_3:2,c_fill,w_300"],
    ["the default way to scale", "c_scale,w_300", "w_300"],
    ["the centre is where gravity points", "c_fill,g_center,h_1,w_1", "c_fill,h_1,w_1"],
    ["gravity means nothing to scaling", "g_north,w_300", "w_300"],
    ["cropping means nothing without a size", "c_fill,g_north", ""],
    ["a ratio means nothing beside two sides", "ar_1:1,c_fill,h_100,w_200", "c_fill,h_100,w_200"],
    ["numbers lose what says nothing", "so_5.00", "so_5"],
    ["bit rates", "br_2000k", "br_2m"],
    ["an hevc is an h265", "vc_hevc", "vc_h265"],
    ["a full turn", "a_360", ""],
    ["a turn to the left", "a_-90", "a_270"],
    ["muting", "e_volume:-100", "e_volume:mute"],
    ["the start from the beginning", "so_0", ""],
    ["automatic quality and format", "f_auto,q_auto", ""],
    ["good is what automatic means", "q_auto:good", ""],
    ["what holds for the whole delivery stands last", "q_80/w_300", "w_300/q_80"],
    ["of two values for the whole delivery the last one holds", "q_80/w_300/q_50", "w_300/q_50"],
  ])("spells alike what means the same: %s", (_, one, other) => {
    expect(canonical(one)).toBe(canonical(other));
  });

  it("keeps the order of components, which does matter", () => {
    expect(canonical("c_crop,h_100,w_100/w_50")).not.toBe(canonical("w_50/c_crop,h_100,w_100"));
  });

  it("has one spelling for every shuffle of a component, and finds it again", () => {
    const components = fc
      .shuffledSubarray(examples, { minLength: 1, maxLength: 8 })
      .filter((list) => new Set(list.map((text) => /^(?:e|fl)_[a-z_]+|^[a-z]+/.exec(text)?.[0])).size === list.length);
    fc.assert(
      fc.property(
        components.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const once = canonical(list.join(","));
          expect(canonical(shuffled.join(","))).toBe(once);
          expect(canonical(once)).toBe(once);
        },
      ),
    );
  });

  it.each([
    ["l_text:Arial_40:Hello!,w_200", "l_text:Arial_40:Hello!/w_200/fl_layer_apply"],
    ["l_text:Arial_40:oh no :-(,y_20", "l_text:Arial_40:oh no :-(/fl_layer_apply,y_20"],
    ["l_text:Arial_40_stroke_bo_2px_solid_rgb:ff0000:Hi", "l_text:Arial_40_stroke_bo_2px_solid_red:Hi/fl_layer_apply"],
    ["$a_!x,y!,$b_2,w_$b", "$a_!x,y!/$b_2/w_$b"],
    ["if_!a,b!_in_tags,w_5", "if_!a,b!_in_tags/w_5/if_end"],
  ])("ends a value where it ends, whatever marks a text holds: %s", (text, spelled) => {
    expect(formatTransformation(parseTransformation(text))).toBe(spelled);
  });

  it.each(["co_constructor", "co___proto__", "w_constructor", "l_text:Arial_40_constructor:x", "b_toString"])(
    "does not take the names that every object answers to for its own: %s",
    (text) => expect(refusal(() => parseTransformation(text)).code).toBe("invalid-value"),
  );

  it.each([
    ["w_abc", "invalid-value", "w", 3],
    ["c_fill,w_0", "invalid-value", "w", 10],
    ["c_fil,w_10", "invalid-value", "c", 3],
    ["q_101", "invalid-value", "q", 3],
    ["e_volume:500", "invalid-value", "e_volume", 10],
    ["so_-1", "invalid-value", "so", 4],
    ["fps_0", "invalid-value", "fps", 5],
    ["br_1", "invalid-value", "br", 4],
    ["sp_auto:maxres_1p", "invalid-value", "sp", 4],
    ["a_sideways", "invalid-value", "a", 3],
    ["w_10/e_deshakes", "unknown-parameter", "e_deshakes", 6],
    ["l_", "invalid-value", "l", 3],
    ["w_10,w_20", "conflicting-parameters", "w", 6],
    ["w_10,w_$x", "conflicting-parameters", "w", 6],
    ["fl_relative:$x", "invalid-value", "fl_relative", 13],
  ])("refuses %s by name and column", (text, code, parameter, column) => {
    const problem = refusal(() => parseTransformation(text));
    expect({ code: problem.code, ...problem.facts }).toMatchObject({ code, parameter });
    expect(Math.abs((problem.facts.column ?? 0) - column)).toBeLessThanOrEqual(1);
    expect(problem.status).toBe(400);
  });

  it("says what was probably meant", () => {
    expect(refusal(() => parseTransformation("c_fil,w_10")).facts.nearest).toBe("c_fit");
    expect(refusal(() => parseTransformation("e_volum:3")).facts.nearest).toBe("e_volume");
    expect(refusal(() => parseTransformation("sp_auto:maxres_721p")).facts.nearest).toBe("sp_auto:maxres_720p");
  });

  it("answers any text at all with a value or a Problem", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_,:/.0-9$!%-]{0,60}$/)), (text) => {
        try {
          parseTransformation(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("takes a time that grows with the length of a hostile text, not faster", () => {
    const hostile = [
      "w_".repeat(4000),
      `${"1.".repeat(3000)}`,
      `a_${"90.".repeat(2500)}`,
      `so_${"9".repeat(8000)}`,
      `c_${"fil".repeat(2500)}`,
    ];
    const startedAt = performance.now();
    for (const text of hostile) expect(() => parseTransformation(text)).toThrow(Problem);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe("what a key holds", () => {
  it("shares the sound of all crops, and the pictures of all volumes", () => {
    const transformation = canonicalTransformation(
      parseTransformation("so_5,w_640,c_limit/e_volume:50/q_80,sp_hd,vc_av1,fps_25"),
    ) as readonly LiteralStep[];
    expect(formatTransformation(transformationTouching(transformation, "sound"))).toBe("so_5/e_volume:50/fps_25");
    expect(formatTransformation(transformationTouching(transformation, "picture"))).toBe(
      "c_limit,so_5,w_640/fps_25,q_80",
    );
  });
});
