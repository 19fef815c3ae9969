import { describe, expect, it } from "vitest";
import {
  formatRenditionUrl,
  formatTransformation,
  OF_RENDITIONS,
  Problem,
  parseRenditionUrl,
  parseTransformation,
} from "#transformation";
import { type Kept, NOTHING_KEPT } from "./instantiate.ts";
import { planDelivery } from "./plan.ts";
import { sourceFacts } from "./testing/sources.ts";

/** What the chain has come to for a minute of 1920x1080, as the key of a picture spells it. */
const keyOf = (text: string, kept: Kept = NOTHING_KEPT): string =>
  formatTransformation(planDelivery(parseTransformation(text), sourceFacts(), kept).keys.picture);

describe("a chain that meets its source", () => {
  it.each([
    ["a variable", "$size_640/w_$size", "w_640"],
    ["arithmetic from left to right", "$a_100,$b_$a_mul_2_add_40/c_fill,h_$b,w_$a", "c_fill,h_240,w_100"],
    ["what the source measures", "h_ih_div_2,w_iw_div_2,c_scale", "h_540,w_960"],
    ["what the picture measures by now", "w_640/c_crop,h_h_div_2,w_w", "w_640/c_crop,h_180,w_640"],
    ["the source's duration", "so_idu_div_2", "so_30"],
    ["what is left of it", "so_10/du_du_div_2", "so_10/du_25"],
    ["division that gives no whole pixels", "w_iw_div_7", "w_274"],
    ["a variable within a value", "$c_!red!/bo_5px_solid_$c,w_640", "bo_5px_solid_red,w_640"],
    ["an effect's strength", "$v_300/e_blur:$v", "e_blur:300"],
    ["an effect's name", "$name_!blur!/e_$name:300", "e_blur:300"],
    ["an effect's usual strength", "$v_100/e_blur:$v", "e_blur"],
  ])("knows %s", (_, text, key) => {
    expect(keyOf(text)).toBe(key);
  });

  it.each([
    ["if_w_gt_1000,c_scale,w_500", "w_500"],
    ["if_w_lt_1000,c_scale,w_500", ""],
    ["if_w_gt_1000/w_500/if_else/w_100/if_end", "w_500"],
    ["if_w_lt_1000/w_500/if_else/w_100/if_end", "w_100"],
    ["if_ar_gt_1.5_and_idu_gt_30/w_500/if_end/e_sepia", "w_500/e_sepia"],
    ["if_w_eq_0_or_h_eq_1080/w_500/if_end", "w_500"],
    ["if_w_gt_1000/if_h_gt_2000/w_1/if_else/w_2/if_end/if_else/w_3/if_end", "w_2"],
    ["w_400/if_w_gt_1000/e_sepia/if_end", "w_400"],
    ["$x_3/if_$x_gte_3/w_500/if_end", "w_500"],
    ["if_fc_gt_0/w_500/if_end", ""],
  ])("decides %s", (text, key) => {
    expect(keyOf(text)).toBe(key);
  });

  it("has one key for all chains that come to the same", () => {
    expect(keyOf("$w_1280/if_iw_gt_$w/c_limit,w_$w/if_end")).toBe(keyOf("c_limit,w_1280"));
  });

  it("is no longer than the addresses that playlists name may be, and may be longer than the URL", () => {
    const long = parseTransformation(Array.from({ length: 60 }, () => "e_blur").join("/"));
    const kept: Kept = { ...NOTHING_KEPT, transformations: { long } };
    const key = keyOf("t_long.long.long", kept);
    expect(key.split("/")).toHaveLength(180);
    const rendition = {
      cloud: "demo",
      deliveryType: "upload" as const,
      publicId: "film",
      sourceVersion: "0123456789abcdef",
    };
    const path = formatRenditionUrl({
      ...{ ...rendition, recipe: "r1", rendition: "720p-av1", file: { kind: "playlist" } },
      transformation: parseTransformation(key, 1, OF_RENDITIONS),
    });
    expect(formatTransformation(parseRenditionUrl(path).transformation)).toBe(key);
    expect(() => keyOf("t_long.long.long.long.long", kept)).toThrow(/at most/);
  });

  it.each(["t_constructor", "sp_constructor", "if_ctx:!constructor!_eq_!a!,w_5", "w_$__proto__"])(
    "keeps nothing under the names that every object answers to: %s",
    (text) => expect(() => keyOf(text)).toThrow(Problem),
  );

  it("calculates whatever fits, and refuses what does not, but never fails", () => {
    expect(keyOf("w_999999_div_999983_mul_999961_div_999979_mul_500")).toBe("w_500");
    expect(() => keyOf("w_99999999_pow_99")).toThrow(Problem);
  });

  it("knows what is kept beside the asset: tags, context, transformations", () => {
    const kept: Kept = {
      tags: ["sale", "in_stock"],
      context: { title: "Pilot", width: "300" },
      profiles: {},
      transformations: { small: parseTransformation("c_limit,w_320"), twice: parseTransformation("t_small/e_sepia") },
    };
    expect(keyOf("if_!sale:in_stock!_in_tags/w_500/if_end", kept)).toBe("w_500");
    expect(keyOf("if_!sold!_in_tags/w_500/if_end", kept)).toBe("");
    expect(keyOf("if_!sold!_nin_tags/w_500/if_end", kept)).toBe("w_500");
    expect(keyOf("if_ctx:!title!_eq_!Pilot!/w_500/if_end", kept)).toBe("w_500");
    expect(keyOf("w_ctx:!width!_to_i", kept)).toBe("w_300");
    expect(keyOf("t_twice/e_blur", kept)).toBe("c_limit,w_320/e_sepia/e_blur");
  });

  it.each([
    ["w_$nowhere", "$nowhere"],
    ["t_nowhere", "t"],
    ["if_ctx:!nothing!_eq_!x!/w_500/if_end", "ctx:!nothing!"],
    ["$a_!red!/w_$a", "w"],
    ["$a_0/w_100_div_$a", undefined],
    ["$a_!red!/w_$a_add_1", "$a"],
    ["$a_99999/w_$a", "w"],
    ["$a_999999999.999999,$b_$a_mul_999999.123457/w_$b", undefined],
    ["$a_10,$b_$a_pow_99/w_$b", undefined],
  ])("refuses what it cannot know or what makes no sense: %s", (text, parameter) => {
    try {
      keyOf(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
      expect((error as Problem).status).toBe(400);
      expect((error as Problem).facts.parameter).toBe(parameter);
    }
  });

  it("does not follow names that name each other for ever", () => {
    const kept = { ...NOTHING_KEPT, transformations: { a: parseTransformation("t_b"), b: parseTransformation("t_a") } };
    expect(() => keyOf("t_a", kept)).toThrow(Problem);
  });
});
