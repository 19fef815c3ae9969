/** TOKEN_ALGORITHMS: the signatures that a token may carry, and the keys that go with them; `none` is not among them. */

import { exportJWK, generateKeyPair, generateSecret, type JWK } from "jose";

interface TokenAlgorithm {
  /** The `kty` of its keys: a public RSA key is no HS256 secret, wherever it stands. */
  readonly keyType: "OKP" | "EC" | "RSA" | "oct";
  /** Whether who verifies could sign as well. */
  readonly isShared: boolean;
}

export const TOKEN_ALGORITHMS = {
  EdDSA: { keyType: "OKP", isShared: false },
  ES256: { keyType: "EC", isShared: false },
  RS256: { keyType: "RSA", isShared: false },
  HS256: { keyType: "oct", isShared: true },
} as const satisfies Record<string, TokenAlgorithm>;

export type TokenAlgorithmName = keyof typeof TOKEN_ALGORITHMS;

export const TOKEN_ALGORITHM_NAMES = Object.keys(TOKEN_ALGORITHMS) as readonly TokenAlgorithmName[];

export const isTokenAlgorithm = (name: unknown): name is TokenAlgorithmName =>
  typeof name === "string" && Object.hasOwn(TOKEN_ALGORITHMS, name);

/** RFC 7518, section 3.2: as many bits as the hash has, which are 43 characters of base64url. */
const MIN_SECRET_LENGTH = 43;

/** What is wrong with a key of the configuration; undefined where nothing is. */
export function keyFault({ kid, alg, kty, k = "" }: JWK): string | undefined {
  if (!kid || !alg) return "has no kid or no alg";
  if (!isTokenAlgorithm(alg)) return `has an alg that is none of ${TOKEN_ALGORITHM_NAMES.join(", ")}`;
  const { keyType, isShared } = TOKEN_ALGORITHMS[alg];
  if (kty !== keyType) return `is no key for ${alg}`;
  return isShared && k.length < MIN_SECRET_LENGTH ? "has a secret of less than 32 bytes" : undefined;
}

/** A new key: what signs, and what verifies; of a shared secret both are the same. */
export async function newTokenKey(
  id: string,
  alg: TokenAlgorithmName,
): Promise<{ readonly signing: JWK; readonly verifying: JWK }> {
  const named = async (key: Parameters<typeof exportJWK>[0]): Promise<JWK> => ({
    ...(await exportJWK(key)),
    kid: id,
    alg,
  });
  if (TOKEN_ALGORITHMS[alg].isShared) {
    const secret = await named(await generateSecret(alg, { extractable: true }));
    return { signing: secret, verifying: secret };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { signing: await named(privateKey), verifying: await named(publicKey) };
}
