import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalDeliveryPath,
  canonicalTransformation,
  formatDeliveryUrl,
  formatRenditionUrl,
  formatTransformation,
  PARAMETER_LIST,
  parseDeliveryUrl,
  parseRenditionUrl,
  parseTransformation,
  spellParameter,
  type Transformation,
} from "./index.ts";
import { publicId, spelledComponent, transformation } from "./testing/arbitraries.ts";

const canonical = (text: string): string => formatTransformation(canonicalTransformation(parseTransformation(text)));

/** No longer than a URL may ask for; what is longer is refused, which is tested elsewhere. */
const isOfUrlLength = (text: string): boolean => text.length <= 8000 && text.split("/").length <= 64;

const transformations = transformation.filter((steps) => isOfUrlLength(formatTransformation(steps)));

const RUNS = { numRuns: 500 };

describe("any transformation at all", () => {
  it("is read back from how it is spelled", () => {
    fc.assert(
      fc.property(transformations, (steps) => {
        expect(parseTransformation(formatTransformation(steps))).toEqual(steps);
      }),
      RUNS,
    );
  });

  it("has a canonical form that is its own, as a value and as it is spelled", () => {
    fc.assert(
      fc.property(transformations, (steps) => {
        const once = canonicalTransformation(steps);
        expect(canonicalTransformation(once)).toEqual(once);
        expect(canonical(formatTransformation(once))).toBe(formatTransformation(once));
      }),
      RUNS,
    );
  });

  it("is read back from a path, with any public id", () => {
    fc.assert(
      fc.property(transformations, publicId, (steps, id) => {
        const url = { cloud: "demo", deliveryType: "upload" as const, publicId: id, transformation: steps };
        fc.pre(!/^\.{1,2}$|(^|\/)\.{0,2}(\/|$)/.test(id));
        const read = parseDeliveryUrl(formatDeliveryUrl({ ...url, extension: "mp4" }));
        expect(read).toMatchObject({ ...url, extension: "mp4" });
        expect(canonicalDeliveryPath(parseDeliveryUrl(canonicalDeliveryPath(read)))).toBe(canonicalDeliveryPath(read));
      }),
      RUNS,
    );
  });

  it("is read back from the path of a rendition", () => {
    fc.assert(
      fc.property(transformations, publicId, (steps, id) => {
        fc.pre(!/^\.{1,2}$|(^|\/)\.{0,2}(\/|$)/.test(id));
        const url = {
          ...{ cloud: "demo", deliveryType: "private" as const, publicId: id, sourceVersion: "0123456789abcdef" },
          ...{ transformation: canonicalTransformation(steps), recipe: "r1", rendition: "720p-av1" },
          file: { kind: "segment" as const, number: 7 },
        };
        expect(parseRenditionUrl(formatRenditionUrl(url))).toEqual(url);
      }),
      RUNS,
    );
  });
});

describe("a component", () => {
  it("means the same in whatever order its parameters stand", () => {
    const shuffled = spelledComponent.chain((spelled) =>
      fc.tuple(fc.constant(spelled), fc.shuffledSubarray([...spelled], { minLength: spelled.length })),
    );
    fc.assert(
      fc.property(shuffled, ([spelled, other]) => {
        expect(parseTransformation(other.join(","))).toEqual(parseTransformation(spelled.join(",")));
      }),
      RUNS,
    );
  });

  /** Spellings of what changes nothing. */
  const DEFAULTS = PARAMETER_LIST.flatMap(({ key, name, value, isDefault, scope }) =>
    ["", "0", "100", "100p", "1", "scale", "auto", "aac", "iaf", "0px_solid_red", "0dB"]
      .filter((text) => {
        const read = value.parse(text);
        return scope === "component" && read !== undefined && name !== "gravity" && isDefault?.(read) === true;
      })
      .map((text) => ({ name, spelled: spellParameter(key, text) })),
  );

  it("has the same key with what changes nothing beside it", () => {
    expect(DEFAULTS.length).toBeGreaterThan(20);
    fc.assert(
      fc.property(spelledComponent, fc.constantFrom(...DEFAULTS), (spelled, { name, spelled: more }) => {
        const [step] = parseTransformation(spelled.join(","));
        fc.pre(step?.kind === "edit" && !(name in step.component) && step.open.length === 0);
        expect(canonical([...spelled, more].join(","))).toBe(canonical(spelled.join(",")));
      }),
      RUNS,
    );
  });

  const ALIASES = PARAMETER_LIST.flatMap(({ key, aliases = [], examples }) =>
    aliases.flatMap((alias) =>
      examples.map((example) => [spellParameter(alias, example), spellParameter(key, example)]),
    ),
  );

  it.each([
    ...ALIASES,
    ["f_jpeg", "f_jpg"],
    ["vc_hevc", "vc_h265"],
    ["e_blur", "e_blur:100"],
    ["e_volume:-100", "e_volume:mute"],
    ["e_volume:-3db", "e_volume:-3dB"],
    ["co_rgb:f00", "co_red"],
    ["co_grey", "co_rgb:808080ff"],
    ["so_12.50", "so_12.5"],
    ["so_35%", "so_35p"],
    ["w_50p", "w_0.5"],
    ["ar_1.5,w_9", "ar_3:2,w_9"],
    ["r_9:9:9:9", "r_9"],
    ["br_1.001m", "br_1001k"],
    ["q_0.8", "q_80"],
    ["c_crop,h_9,w_9,x_-0", "c_crop,h_9,w_9,x_0"],
    ["e_progressbar:type_bar;color_green;width_12", "e_progressbar:bar:green:12"],
    ["e_progressbar:type_frame;color_red;width_6", "e_progressbar:frame:red:6"],
    ["e_progressbar:frame:FF0000:6", "e_progressbar:frame:red:6"],
  ])("has the same key under another spelling: %s is %s", (one, other) => {
    expect(canonical(one ?? "")).toBe(canonical(other ?? ""));
  });
});

describe("the canonical form", () => {
  const steps = (text: string): Transformation => canonicalTransformation(parseTransformation(text));

  it.each([
    ["an expression stays where its variable has its value", "$x_80/q_$x/$x_50/w_100"],
    ["an expression stays where the picture has its size", "fps_w_div_100/w_0.5"],
    ["a default stays behind a condition", "if_w_gt_100/q_50/if_end/q_auto"],
    ["a default stays in a condition", "q_50/if_w_gt_100/q_auto/if_end"],
    ["a default stays behind a name", "t_small/q_auto"],
  ])("leaves what would mean something else elsewhere: %s", (_, text) => {
    expect(formatTransformation(steps(text))).toBe(text);
  });

  it("leaves a default of something that is put behind others", () => {
    expect(canonicalTransformation(parseTransformation("q_auto"), { isPart: true })).not.toEqual([]);
  });
});
