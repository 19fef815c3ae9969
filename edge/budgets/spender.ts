/** On whose budget an encode is made. */

import type { Allowance } from "../access/delivery-access.ts";
import { digest } from "../access/hash.ts";
import { type Allowed, AMOUNT_NAMES } from "./encode-budget.ts";

/** Of a cloud's whole budget, and of the viewers with one token, as far as it says nothing else. */
export interface ConfiguredBudgets {
  readonly cloud: Allowed;
  readonly token: Allowed;
}

export interface Spender {
  readonly cloud: string;
  /** What the cloud may spend in an hour. */
  readonly allowed: Allowed;
  /** Absent where the viewer has no token, or one that bounds nothing: only the cloud spends. */
  readonly token?: { readonly id: string; readonly allowed: Allowed };
}

const isBounded = (allowed: Allowed): boolean => AMOUNT_NAMES.some((name) => allowed[name] !== undefined);

/** Tokens with one `jti` spend together, as they are revoked together; others are told apart by their hash, and never kept. */
const accountOf = async ({ token, tokenId }: Allowance): Promise<string> =>
  tokenId === undefined ? `hash ${await digest("SHA-256", token, "base64url")}` : `jti ${tokenId}`;

/** Who spends what is made for a request; undefined where nothing bounds it, and nothing need be counted. */
export async function spenderOf(
  cloud: string,
  allowance: Allowance | undefined,
  configured: ConfiguredBudgets,
): Promise<Spender | undefined> {
  const allowed: Allowed = {
    encodeSeconds: allowance?.encodeSeconds ?? configured.token.encodeSeconds,
    newVariants: allowance?.newVariants ?? configured.token.newVariants,
  };
  if (allowance !== undefined && isBounded(allowed))
    return { cloud, allowed: configured.cloud, token: { id: await accountOf(allowance), allowed } };
  return isBounded(configured.cloud) ? { cloud, allowed: configured.cloud } : undefined;
}
