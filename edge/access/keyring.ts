/** Verifies JSON Web Tokens against a set of keys that are told apart by `kid`. */

import { type CryptoKey, importJWK, type JWK, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";

/** Signatures that may stand in a token; `none` and everything else is refused by not being here. */
const ALGORITHMS = ["EdDSA", "ES256", "RS256", "HS256"];

/** Clocks of two machines. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** A token longer than this holds nothing that we need, and costs to look at. */
const MAX_TOKEN_LENGTH = 4096;

export interface Keyring {
  /** The claims of a valid token; undefined for any other, without a reason: the reason is no business of who sent it. */
  verify(
    token: string,
    options: Pick<JWTVerifyOptions, "audience" | "requiredClaims"> & { readonly now: number },
  ): Promise<JWTPayload | undefined>;
}

/** Keys are imported when they are first used, once per isolate. */
export function keyringOf(jwks: readonly JWK[]): Keyring {
  const imported = new Map<string, Promise<CryptoKey | Uint8Array>>();
  const keyFor = (kid: string | undefined, alg: string | undefined): Promise<CryptoKey | Uint8Array> => {
    const jwk = jwks.find((key) => key.kid === kid);
    // The algorithm belongs to the key: a token that names another one for it is an attack.
    if (!jwk || kid === undefined || jwk.alg !== alg) throw new Error("no such key");
    const known = imported.get(kid) ?? importJWK(jwk, jwk.alg);
    imported.set(kid, known);
    return known;
  };
  return {
    async verify(token, { now, ...options }) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined;
      try {
        const { payload } = await jwtVerify(token, ({ kid, alg }) => keyFor(kid, alg), {
          ...options,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(now * 1000),
        });
        return payload;
      } catch {
        return undefined;
      }
    },
  };
}
