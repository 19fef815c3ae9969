import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PARAMETER_LIST } from "#transformation";
import { GOLDENS } from "../conformance/goldens.ts";

/** Parameters that are served and change what is seen or heard; what is refused has no examples. */
const changing = PARAMETER_LIST.filter(({ examples, touches, value }) =>
  examples.some((example) => {
    const touched = typeof touches === "function" ? touches(value.parse(example)) : touches;
    return touched.some((touch) => touch !== "choice");
  }),
).map(({ key }) => key);

/** Further names of what is laid and not of a parameter. */
const isLayer = (key: string): boolean => /^[lu]_/.test(key);

const sourceOf = (file: string): string => readFileSync(`conformance/${file}.test.ts`, "utf8");

/** Whether a test file spells a parameter: `w_`, `e_blur` and no longer name. */
const spells = (text: string, key: string): boolean => {
  const end = isLayer(key) ? "" : /^(e|fl)_/.test(key) ? "(?![A-Za-z_])" : "_";
  return new RegExp(`(?<![A-Za-z])${key}${end}`).test(text);
};

describe("the goldens", () => {
  it.each(changing)("hold %s against what it is to be", (key) => {
    expect(Object.keys(GOLDENS)).toContain(key);
  });

  it.each(Object.entries(GOLDENS))("name a test that is there: %s", (key, { file, test }) => {
    const text = sourceOf(file);
    expect(text).toContain(`"${test}"`);
    expect(spells(text, key)).toBe(true);
    expect(isLayer(key) || changing.includes(key)).toBe(true);
  });
});
