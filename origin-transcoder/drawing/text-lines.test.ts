import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "./text-lines.ts";

/** Every character is ten pixels wide. */
const widthOf = (text: string): number => 10 * [...text].length;
const lines = (text: string, fit: { width?: number; height?: number } = {}) =>
  linesOf({ text, fit }, 20, widthOf).map((line) => line.text);

describe("the lines of a text", () => {
  it("are its own, where no width is asked for", () => {
    expect(lines("one two\nthree\r\nfour")).toEqual(["one two", "three", "four"]);
  });

  it("break between words where a width ends", () => {
    expect(lines("one two three", { width: 80 })).toEqual(["one two", "three"]);
  });

  it("break a word that is wider than all of them", () => {
    expect(lines("a wonderful day", { width: 50 })).toEqual(["a", "wonde", "rful", "day"]);
    expect(lines("ab", { width: 5 })).toEqual(["a", "b"]);
  });

  it("end with an ellipsis where a height ends", () => {
    expect(lines("one two three four", { width: 80, height: 45 })).toEqual(["one two", "three…"]);
    expect(lines("one two three four", { width: 80, height: 1 })).toEqual(["one two…"]);
    expect(lines("one twos three", { width: 80, height: 20 })).toEqual(["one two…"]);
  });

  it("are justified but for the last one of a paragraph", () => {
    const { length, ...others } = linesOf({ text: "one two three\nfour", fit: { width: 80 } }, 20, widthOf).map(
      ({ isLast }) => isLast,
    );
    expect([length, Object.values(others)]).toEqual([3, [false, true, true]]);
  });

  it("hold every word of it, and are never wider than asked for", () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 10, max: 300 }), (text, width) => {
        const broken = lines(text, { width });
        expect(broken.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
        expect(broken.every((line) => widthOf(line) <= width)).toBe(true);
      }),
    );
  });
});
