/** Verifies JSON Web Tokens against keys that are told apart by `kid`. */

import { type CryptoKey, importJWK, type JWK, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { Problem } from "#transformation";
import { TOKEN_ALGORITHM_NAMES } from "./token-algorithms.ts";

/** Clocks of two machines. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** A token longer than this holds nothing that we need, and costs to look at. */
const MAX_TOKEN_LENGTH = 4096;

export interface VerifiedToken {
  readonly claims: JWTPayload;
  readonly keyId: string;
}

export interface Keyring {
  /**
   * What a valid token says; undefined for any other, without a reason: the reason is no business of who sent it.
   * @throws Problem `keys-unavailable`
   */
  verify(
    token: string,
    options: Pick<JWTVerifyOptions, "audience" | "requiredClaims"> & { readonly now: number },
  ): Promise<VerifiedToken | undefined>;
}

/** A key before it is used. */
export interface FoundKey {
  /** The algorithm belongs to the key: a token that names another one for it is an attack. */
  readonly algorithm: string;
  /** Tells this key from any other that ever had its id. */
  readonly identity: string;
  readonly read: () => JWK | Promise<JWK>;
}

/** Where a ring's keys are. */
export interface KeySource {
  find(keyId: string): Promise<FoundKey | undefined> | FoundKey | undefined;
  isRevoked(keyId: string, tokenId: string | undefined): Promise<boolean> | boolean;
}

/** Keys that are imported once per isolate, when they are first used. */
export type ImportedKeys = Map<string, Promise<CryptoKey | Uint8Array>>;

export function keyringOf(source: KeySource, imported: ImportedKeys = new Map()): Keyring {
  async function keyFor(keyId: string | undefined, algorithm: string | undefined): Promise<CryptoKey | Uint8Array> {
    const found = keyId === undefined ? undefined : await source.find(keyId);
    if (!found || found.algorithm !== algorithm) throw new Error("no such key");
    const known = imported.get(found.identity) ?? importJWK(await found.read(), found.algorithm);
    imported.set(found.identity, known);
    return known;
  }
  return {
    async verify(token, { now, ...options }) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined;
      try {
        const { payload, protectedHeader } = await jwtVerify(token, ({ kid, alg }) => keyFor(kid, alg), {
          ...options,
          algorithms: [...TOKEN_ALGORITHM_NAMES],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(now * 1000),
        });
        const keyId = protectedHeader.kid ?? "";
        return (await source.isRevoked(keyId, payload.jti)) ? undefined : { claims: payload, keyId };
      } catch (error) {
        if (error instanceof Problem) throw error;
        return undefined;
      }
    },
  };
}
