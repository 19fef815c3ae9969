/**
 * Budgets of encodes, decided: what a cloud, or the viewer with a token, may still cause to be made. What was spent flows
 * off evenly (a leaky bucket): an hour's amount may be spent at once, and is there again an hour later. Nothing here
 * keeps anything or knows the time.
 */

import { Problem } from "#transformation";

/** What is budgeted. */
export const AMOUNTS = {
  encodeSeconds: { claim: "encode_seconds", of: "seconds of encoding" },
  newVariants: { claim: "new_variants", of: "new variants" },
} as const;

export type AmountName = keyof typeof AMOUNTS;

export const AMOUNT_NAMES = Object.keys(AMOUNTS) as readonly AmountName[];

/** What may be spent in an hour; what is absent has no bound. */
export type Allowed = { readonly [Name in AmountName]?: number | undefined };

export type Cost = Readonly<Record<AmountName, number>>;

export const NO_COST: Cost = { encodeSeconds: 0, newVariants: 0 };

/** What had been spent, and had not flowed off, at a moment (seconds since 1970). */
export interface Spending {
  readonly at: number;
  readonly spent: Cost;
}

export const NOTHING_SPENT: Spending = { at: 0, spent: NO_COST };

export interface Account {
  readonly holder: "cloud" | "token";
  readonly allowed: Allowed;
  readonly spending: Spending;
}

export interface Refusal {
  readonly holder: Account["holder"];
  readonly amount: AmountName;
  readonly retryAfterSeconds: number;
}

const HOUR_SECONDS = 3600;

/** Of sums and differences of what flows: far below anything that is spent. */
const ROUNDING = 1e-6;

const amounts = (amountOf: (name: AmountName) => number): Cost => ({
  encodeSeconds: amountOf("encodeSeconds"),
  newVariants: amountOf("newVariants"),
});

/** What is still spent now. Of what has no bound nothing is counted. */
export function stillSpent({ allowed, spending }: Omit<Account, "holder">, now: number): Cost {
  const seconds = Math.max(0, now - spending.at);
  return amounts((name) => {
    const anHour = allowed[name];
    return anHour === undefined ? 0 : Math.max(0, spending.spent[name] - (anHour * seconds) / HOUR_SECONDS);
  });
}

/** How long until there is room for a cost; 0 where there is. What costs more than an hour's amount takes all of it. */
function waitSeconds(anHour: number | undefined, spent: number, cost: number): number {
  if (anHour === undefined || cost <= 0) return 0;
  // Never: asked again after an hour the answer is the same.
  if (anHour <= 0) return HOUR_SECONDS;
  const missing = spent + Math.min(cost, anHour) - anHour;
  return missing <= ROUNDING ? 0 : (missing * HOUR_SECONDS) / anHour;
}

/** Why a cost may not be charged to all of some accounts: the one that has to be waited for longest; undefined where it may. */
export function refusalOf(accounts: readonly Account[], cost: Cost, now: number): Refusal | undefined {
  return accounts
    .flatMap((account) => {
      const spent = stillSpent(account, now);
      return AMOUNT_NAMES.map((amount) => {
        const seconds = waitSeconds(account.allowed[amount], spent[amount], cost[amount]);
        return { holder: account.holder, amount, retryAfterSeconds: Math.ceil(seconds) };
      });
    })
    .filter(({ retryAfterSeconds }) => retryAfterSeconds > 0)
    .sort((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0];
}

/** The spending after a cost, which is negative where less was spent than had been reserved. */
export function charged(account: Omit<Account, "holder">, cost: Cost, now: number): Spending {
  const spent = stillSpent(account, now);
  // What has flowed off while it was reserved is not given back a second time.
  return { at: now, spent: amounts((name) => Math.max(0, spent[name] + cost[name])) };
}

/** When all that was spent will have flowed off. */
export function endOf({ allowed, spending }: Omit<Account, "holder">): number {
  const hours = AMOUNT_NAMES.map((name) => {
    const anHour = allowed[name];
    return anHour === undefined || anHour <= 0 ? 0 : spending.spent[name] / anHour;
  });
  return spending.at + Math.max(...hours) * HOUR_SECONDS;
}

/** What is left of each amount; undefined where it has no bound. */
export function leftOf(account: Omit<Account, "holder">, now: number): Allowed {
  const spent = stillSpent(account, now);
  const left = (name: AmountName): number | undefined => {
    const anHour = account.allowed[name];
    return anHour === undefined ? undefined : Math.max(0, anHour - spent[name]);
  };
  return { encodeSeconds: left("encodeSeconds"), newVariants: left("newVariants") };
}

export function budgetSpent({ holder, amount, retryAfterSeconds }: Refusal): Problem {
  const { claim, of } = AMOUNTS[amount];
  const whose = holder === "cloud" ? "This cloud has" : "The playback token has";
  return new Problem("budget-spent", `${whose} no ${of} left; what was made before plays on.`, {
    parameter: claim,
    retryAfterSeconds,
  });
}
