import { describe, expect, it } from "vitest";
import { PARAMETER_LIST, Problem, parseTransformation, spellParameter } from "#transformation";
import { planDelivery } from "./plan.ts";
import { sourceFacts } from "./testing/sources.ts";

/** What an example needs beside it to mean something. */
const BESIDE: Readonly<Record<string, string>> = {
  g: "c_fill,w_300,h_300",
  x: "c_crop,w_300,h_300",
  y: "c_crop,w_300,h_300",
  z: "c_thumb,w_300,h_300",
  b: "c_pad,w_300,h_300",
  e_make_transparent: "co_green",
  e_blur_region: "w_300,h_300",
  e_pixelate_region: "w_300,h_300",
};

const served = PARAMETER_LIST.filter(({ summary, layerRole, key }) => {
  const isBesideLayer = layerRole === "placement" && /^(fl_|e_)/.test(key);
  return !summary.startsWith("Not served") && !isBesideLayer;
});

const examples = served.flatMap(({ key, examples: spelled }) =>
  spelled.map((example) => [BESIDE[key], spellParameter(key, example)].filter((text) => text !== undefined).join(",")),
);

describe("every example of a parameter that is served", () => {
  it.each(examples)("can be had of a video: %s", (text) => {
    expect(() => planDelivery(parseTransformation(text), sourceFacts())).not.toThrow();
  });
});

describe("a parameter that is not served", () => {
  it.each(PARAMETER_LIST.filter(({ summary }) => summary.startsWith("Not served")).map(({ key }) => key))(
    "is refused by name, and said to be used otherwise: %s",
    (key) => {
      try {
        planDelivery(parseTransformation(spellParameter(key, "1")), sourceFacts());
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect(error).toMatchObject({ code: "unsupported-parameter", facts: { parameter: key } });
      }
    },
  );
});
