import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Account,
  type Allowed,
  AMOUNT_NAMES,
  type Cost,
  charged,
  endOf,
  leftOf,
  NO_COST,
  NOTHING_SPENT,
  refusalOf,
  stillSpent,
} from "./encode-budget.ts";

const NOW = 1_800_000_000;
const HOUR = 3600;

const seconds = (encodeSeconds: number): Cost => ({ ...NO_COST, encodeSeconds });
const variants = (newVariants: number): Cost => ({ ...NO_COST, newVariants });
const accountOf = (allowed: Allowed, holder: Account["holder"] = "cloud"): Account => ({
  ...{ holder, allowed, spending: NOTHING_SPENT },
});
const spend = (account: Account, cost: Cost, now = NOW): Account => ({
  ...account,
  spending: charged(account, cost, now),
});
const refusal = (account: Account, cost: Cost, now = NOW) => refusalOf([account], cost, now);

describe("a budget", () => {
  it("may be spent at once, and then waits for what flows off", () => {
    const full = accountOf({ encodeSeconds: 1800 });
    const spent = spend(full, seconds(1800));
    expect(refusal(full, seconds(1800))).toBeUndefined();
    expect(refusal(spent, seconds(4))).toEqual({ holder: "cloud", amount: "encodeSeconds", retryAfterSeconds: 8 });
    expect(refusal(spent, seconds(4), NOW + 7)).toMatchObject({ retryAfterSeconds: 1 });
    expect(refusal(spent, seconds(4), NOW + 8)).toBeUndefined();
  });

  it("of nothing makes nothing, and of no bound anything", () => {
    expect(refusal(accountOf({ encodeSeconds: 0 }), seconds(0.1))).toMatchObject({ retryAfterSeconds: HOUR });
    expect(refusal(spend(accountOf({}), seconds(1e9)), { encodeSeconds: 1e9, newVariants: 1e9 })).toBeUndefined();
  });

  it("asks nothing of what costs nothing, in debt as well", () => {
    const indebted = spend(accountOf({ newVariants: 2, encodeSeconds: 0 }), variants(9));
    expect(refusal(indebted, NO_COST)).toBeUndefined();
  });

  it("makes what costs more than all of it, once nothing else is spent", () => {
    const small = accountOf({ encodeSeconds: 2 });
    expect(refusal(small, seconds(30))).toBeUndefined();
    expect(refusal(spend(small, seconds(1)), seconds(30))).toMatchObject({ retryAfterSeconds: HOUR / 2 });
    // Fifteen hours' worth was spent, of which all but the last must have flowed off.
    expect(refusal(spend(small, seconds(30)), seconds(2))).toMatchObject({ retryAfterSeconds: 15 * HOUR });
  });

  it("is both the cloud's and the token's: the one that takes longer answers", () => {
    const [cloud, token] = [accountOf({ newVariants: 10 }), accountOf({ newVariants: 2 }, "token")];
    const both = (cost: Cost) => refusalOf([spend(cloud, variants(9)), spend(token, variants(2))], cost, NOW);
    expect(both(variants(1))).toMatchObject({ holder: "token", amount: "newVariants", retryAfterSeconds: HOUR / 2 });
    expect(refusalOf([spend(cloud, variants(10)), token], variants(1), NOW)).toMatchObject({ holder: "cloud" });
    expect(refusalOf([cloud, token], variants(1), NOW)).toBeUndefined();
  });

  it("gives back what was reserved and not needed, but never more than was spent", () => {
    const account = accountOf({ encodeSeconds: 100 });
    const settled = spend(spend(account, seconds(50)), seconds(-49.5));
    expect(leftOf(settled, NOW).encodeSeconds).toBeCloseTo(99.5);
    expect(leftOf(spend(spend(account, seconds(50)), seconds(-50), NOW + HOUR), NOW + HOUR).encodeSeconds).toBe(100);
  });

  it("goes by no clock that runs backwards", () => {
    const spent = spend(accountOf({ encodeSeconds: 100 }), seconds(60));
    expect(stillSpent(spent, NOW - HOUR).encodeSeconds).toBe(60);
  });
});

describe("whatever is asked for", () => {
  const steps = fc.array(
    fc.record({ wait: fc.integer({ min: 0, max: 1000 }), cost: fc.double({ min: 0.01, max: 40, noNaN: true }) }),
    { maxLength: 60 },
  );
  const anHour = fc.integer({ min: 1, max: 500 });

  it("no more is spent in any time than an hour's amount and what has flowed off since, but for one thing", () => {
    fc.assert(
      fc.property(anHour, steps, (encodeSeconds, asked) => {
        let account = accountOf({ encodeSeconds });
        let [now, spent, largest] = [NOW, 0, 0];
        for (const { wait, cost } of asked) {
          now += wait;
          if (refusal(account, seconds(cost), now)) continue;
          account = spend(account, seconds(cost), now);
          spent += cost;
          largest = Math.max(largest, cost - encodeSeconds);
          expect(spent).toBeLessThanOrEqual(encodeSeconds * (1 + (now - NOW) / HOUR) + Math.max(0, largest) + 1e-3);
        }
      }),
    );
  });

  it("is let in after the time that its refusal has told, and not a second sooner", () => {
    fc.assert(
      fc.property(anHour, steps, fc.double({ min: 0.01, max: 40, noNaN: true }), (encodeSeconds, asked, cost) => {
        let account = accountOf({ encodeSeconds });
        for (const step of asked) account = spend(account, seconds(step.cost));
        const told = refusal(account, seconds(cost))?.retryAfterSeconds;
        if (told === undefined) return;
        expect(refusal(account, seconds(cost), NOW + told)).toBeUndefined();
        expect(refusal(account, seconds(cost), NOW + told - 1.001)).toBeDefined();
      }),
    );
  });

  it("leaves an account that is the same as none once all has flowed off", () => {
    fc.assert(
      fc.property(anHour, anHour, steps, (encodeSeconds, newVariants, asked) => {
        let account = accountOf({ encodeSeconds, newVariants });
        for (const { cost } of asked) account = spend(account, { encodeSeconds: cost, newVariants: 1 });
        const end = endOf(account);
        for (const name of AMOUNT_NAMES) expect(stillSpent(account, end + 1e-3)[name]).toBeCloseTo(0, 6);
        if (asked.length > 0) expect(Math.max(...Object.values(stillSpent(account, end - 1)))).toBeGreaterThan(0);
      }),
    );
  });
});
