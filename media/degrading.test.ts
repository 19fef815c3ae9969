import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fullestOf } from "./degrading.ts";

const offered = (shares: Readonly<Record<string, number>>): string =>
  fullestOf(Object.keys(shares), (id) => shares[id] ?? 0).join(" ");

describe("what is offered while nothing can be made", () => {
  it.each([
    ["what is there in full, and nothing that would break off", { low: 1, middle: 0.4, high: 1 }, "low high"],
    ["what is there but for a little", { low: 0.97, middle: 1, high: 0.9 }, "low middle"],
    [
      "what is there for the longest time, where nothing is in full",
      { low: 0.2, middle: 0.6, high: 0.58 },
      "middle high",
    ],
    ["everything, where nothing is there", { low: 0, middle: 0 }, "low middle"],
  ])("is %s", (_, shares, expected) => {
    expect(offered(shares)).toBe(expected);
  });

  it("always is something, holds the fullest, and keeps the order", () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(shares, (each) => {
        const left = fullestOf([...each.keys()], (index) => each[index] ?? 0);
        expect(left).toContain(each.indexOf(Math.max(...each)));
        expect(left).toEqual(left.toSorted((a, b) => a - b));
      }),
    );
  });
});
