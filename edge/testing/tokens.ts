/** Tokens for tests: every algorithm with its keys, and whatever claims a test asks for. */

import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { TOKEN_ALGORITHM_NAMES, TOKEN_ALGORITHMS, type TokenAlgorithmName } from "../access/token-algorithms.ts";
import { CLOUD } from "./edge-under-test.ts";

export interface TestKey {
  readonly kid: string;
  readonly alg: TokenAlgorithmName;
  readonly signing: Parameters<SignJWT["sign"]>[0];
  /** As a key set of the configuration holds it. */
  readonly jwk: JWK;
}

export async function newKey(alg: TokenAlgorithmName, kid: string = alg): Promise<TestKey> {
  if (TOKEN_ALGORITHMS[alg].isShared) {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const jwk = { kty: "oct", kid, alg, k: Buffer.from(secret).toString("base64url") };
    return { kid, alg, signing: secret, jwk };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, signing: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

/** A key for each algorithm. */
export const newKeys = async (): Promise<Readonly<Record<TokenAlgorithmName, TestKey>>> =>
  Object.fromEntries(
    await Promise.all(TOKEN_ALGORITHM_NAMES.map(async (alg) => [alg, await newKey(alg)] as const)),
  ) as Readonly<Record<TokenAlgorithmName, TestKey>>;

export const keySet = (...keys: readonly TestKey[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });

/** A token that opens everything for an hour, but for what the claims say; undefined takes a claim away. */
export function tokenOf(
  { kid, alg, signing }: Pick<TestKey, "kid" | "alg" | "signing">,
  claims: Readonly<Record<string, unknown>> = {},
  { now = Date.now() / 1000, header = {} }: { now?: number; header?: Readonly<Record<string, unknown>> } = {},
): Promise<string> {
  const all = { aud: CLOUD, sub: "*", exp: Math.floor(now) + 3600, ...claims };
  const stated = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(stated as JWTPayload).setProtectedHeader({ alg, kid, ...header }).sign(signing);
}
