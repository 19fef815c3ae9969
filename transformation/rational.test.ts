import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "./problem.ts";
import {
  add,
  approximate,
  ceil,
  compare,
  divide,
  floor,
  formatRational,
  multiply,
  parseRational,
  type Rational,
  rational,
  round,
  roundProduct,
  subtract,
  toDecimal,
  toFixed,
  toNumber,
} from "./rational.ts";

const fractions = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 1, max: 100_000 }))
  .map(([num, den]) => rational(num, den));

describe("rational time", () => {
  it("is spelled exactly where what is scaled leaves the safe integers", () => {
    expect(toDecimal(rational(999_960_000_039, 999_962_000_357))).toBe("0.999998");
  });

  it("is as exact in plain numbers as beyond them", () => {
    const parts = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -5000, max: 5000 }));
    const any = fc
      .tuple(
        parts,
        parts.filter((den) => den !== 0),
      )
      .map(([num, den]) => rational(num, den));
    const big = ({ num, den }: Rational): readonly [bigint, bigint] => [BigInt(num), BigInt(den)];
    const sign = (value: bigint): number => (value < 0n ? -1 : value > 0n ? 1 : 0);
    /** Whether a result is num/den; what does not fit into safe integers is refused. */
    const isExactly = (result: () => Rational, num: bigint, den: bigint): boolean => {
      try {
        const [n, d] = big(result());
        return n * den === num * d && d > 0n;
      } catch (error) {
        return error instanceof Problem;
      }
    };
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [[an, ad], [bn, bd]] = [big(a), big(b)];
        expect(isExactly(() => add(a, b), an * bd + bn * ad, ad * bd)).toBe(true);
        expect(isExactly(() => subtract(a, b), an * bd - bn * ad, ad * bd)).toBe(true);
        expect(isExactly(() => multiply(a, b), an * bn, ad * bd)).toBe(true);
        expect(compare(a, b)).toBe(sign(an * bd - bn * ad));
        const below = BigInt(floor(a));
        expect(below * ad <= an && an < (below + 1n) * ad).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("adds and takes away without losing anything", () => {
    fc.assert(
      fc.property(fractions, fractions, (a, b) => {
        expect(subtract(add(a, b), b)).toEqual(a);
      }),
    );
  });

  it("multiplies and divides without losing anything", () => {
    fc.assert(
      fc.property(
        fractions,
        fractions.filter((b) => b.num !== 0),
        (a, b) => {
          expect(divide(multiply(a, b), b)).toEqual(a);
        },
      ),
    );
  });

  it("rounds to the nearest whole number, halves up", () => {
    fc.assert(
      fc.property(fractions, (a) => {
        expect(floor(a)).toBeLessThanOrEqual(toNumber(a));
        expect(ceil(a)).toBeGreaterThanOrEqual(toNumber(a));
        expect(compare(subtract(a, rational(round(a))), rational(1, 2))).toBeLessThan(0);
        expect(compare(subtract(a, rational(round(a))), rational(-1, 2))).toBeGreaterThanOrEqual(0);
      }),
    );
    expect([round(rational(1, 2)), round(rational(-1, 2)), round(rational(3, 2))]).toEqual([1, 0, 2]);
  });

  it("comes as near as the largest term allows", () => {
    fc.assert(
      fc.property(fractions, fc.integer({ min: 1_000, max: 1_000_000 }), (a, maxTerm) => {
        fc.pre(toNumber(a) > 1 && Math.abs(a.num) / a.den <= maxTerm);
        const near = approximate(a, maxTerm);
        expect(Math.max(near.num, near.den)).toBeLessThanOrEqual(maxTerm);
        // What is lost is less than one part in the terms' product (theory of continued fractions).
        expect(Math.abs(toNumber(near) - toNumber(a))).toBeLessThanOrEqual(1 / near.den ** 2);
        if (Math.max(a.num, a.den) <= maxTerm) expect(near).toEqual(a);
      }),
    );
    expect(approximate(rational(2_505_000, 83_831), 1_001_000)).not.toEqual(rational(2_505_000, 83_831));
    expect(approximate(rational(30_000, 1001), 1_001_000)).toEqual(rational(30_000, 1001));
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fractions, (a) => {
        expect(parseRational(formatRational(a))).toEqual(a);
      }),
    );
  });

  it.each([
    ["30000/1001", { num: 30_000, den: 1001 }],
    ["29.97", { num: 2997, den: 100 }],
    ["-0.5", { num: -1, den: 2 }],
    ["25", { num: 25, den: 1 }],
  ])("reads %s exactly", (text, value) => expect(parseRational(text)).toEqual(value));

  it.each(["", "1/0", "abc", "1e5", "1/2/3", "0x10", " 1"])("takes %j for no number", (text) =>
    expect(parseRational(text)).toBeUndefined(),
  );

  it("prints decimals by integer arithmetic, so that playlists never show 3.9999999", () => {
    const cases: readonly (readonly [Rational, number, string])[] = [
      [rational(120, 30), 6, "4.000000"],
      [rational(60 * 1001, 30_000), 6, "2.002000"],
      [rational(30_000, 1001), 3, "29.970"],
      [rational(-1, 3), 3, "-0.333"],
      [rational(7), 0, "7"],
    ];
    for (const [value, digits, text] of cases) expect(toFixed(value, digits)).toBe(text);
    expect([toDecimal(rational(13, 2)), toDecimal(rational(5)), toDecimal(rational(100))]).toEqual(["6.5", "5", "100"]);
  });

  it("refuses to go beyond what is exact", () => {
    expect(() => multiply(rational(2 ** 52), rational(3))).toThrow(Problem);
    expect(roundProduct(rational(2 ** 52, 3), rational(3, 2 ** 40))).toBe(2 ** 12);
    expect(() => rational(1, 0)).toThrow(RangeError);
  });
});
