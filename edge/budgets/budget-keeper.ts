/**
 * One Durable Object a cloud: what it and its tokens have spent on encodes. It is asked before something is made, never
 * for what is there.
 */

import { DurableObject } from "cloudflare:workers";
import type { Env } from "../config.ts";
import {
  type Account,
  type Allowed,
  type Cost,
  charged,
  endOf,
  leftOf,
  NOTHING_SPENT,
  type Refusal,
  refusalOf,
  type Spending,
} from "./encode-budget.ts";
import type { Spender } from "./spender.ts";

/** As it is stored: with the moment from which on it is the same as none. */
interface Kept extends Spending {
  readonly endsAt: number;
}

interface KeptAccount extends Account {
  readonly key: string;
}

const CLOUD_KEY = "cloud";
const TOKEN_KEYS = "token ";

/** How often accounts of which nothing is left are forgotten. */
const ROUND_MILLISECONDS = 3_600_000;

/** Keys that one call may delete. */
const AT_ONCE = 128;

export class BudgetKeeper extends DurableObject<Env> {
  /** Charges a cost to the cloud and to the token, or to neither; answers why not. */
  async reserve(spender: Spender, cost: Cost): Promise<Refusal | undefined> {
    const [accounts, now] = [await this.#accountsOf(spender), Date.now() / 1000];
    const refusal = refusalOf(accounts, cost, now);
    if (!refusal) await this.#charge(accounts, cost, now);
    return refusal;
  }

  /** Charges the difference between what a thing has cost and what was reserved for it. */
  async settle(spender: Spender, difference: Cost): Promise<void> {
    await this.#charge(await this.#accountsOf(spender), difference, Date.now() / 1000);
  }

  /** What is left of a cloud's own budget. */
  async left(allowed: Allowed): Promise<Allowed> {
    const spending = (await this.ctx.storage.get<Kept>(CLOUD_KEY)) ?? NOTHING_SPENT;
    return leftOf({ allowed, spending }, Date.now() / 1000);
  }

  override async alarm(): Promise<void> {
    const kept = await this.ctx.storage.list<Kept>({ prefix: TOKEN_KEYS });
    const now = Date.now() / 1000;
    const ended = [...kept].filter(([, { endsAt }]) => endsAt <= now).map(([key]) => key);
    for (let start = 0; start < ended.length; start += AT_ONCE)
      await this.ctx.storage.delete(ended.slice(start, start + AT_ONCE));
    if (kept.size > ended.length) await this.ctx.storage.setAlarm(Date.now() + ROUND_MILLISECONDS);
  }

  /** Requests come in one at a time while storage is read (input gates), so that none reads what another is changing. */
  async #accountsOf({ allowed, token }: Spender): Promise<readonly KeptAccount[]> {
    const bare: readonly Omit<KeptAccount, "spending">[] = [
      { key: CLOUD_KEY, holder: "cloud", allowed },
      ...(token ? [{ key: `${TOKEN_KEYS}${token.id}`, holder: "token" as const, allowed: token.allowed }] : []),
    ];
    const kept = await this.ctx.storage.get<Kept>(bare.map(({ key }) => key));
    return bare.map((account) => ({ ...account, spending: kept.get(account.key) ?? NOTHING_SPENT }));
  }

  async #charge(accounts: readonly KeptAccount[], cost: Cost, now: number): Promise<void> {
    const changed = accounts.map((account): [string, Kept] => {
      const spending = charged(account, cost, now);
      return [account.key, { ...spending, endsAt: endOf({ ...account, spending }) }];
    });
    await this.ctx.storage.put(Object.fromEntries(changed));
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + ROUND_MILLISECONDS);
  }
}
