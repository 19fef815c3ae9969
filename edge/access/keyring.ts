/** Verifies JSON Web Tokens against keys that are told apart by `kid`. */

import {
  type CryptoKey,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
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
  /** Whether it opens nothing any more, or a token of it. */
  readonly isRevoked: (tokenId: string | undefined) => boolean;
}

/** Where a ring's keys are. */
export interface KeySource {
  find(keyId: string): Promise<FoundKey | undefined> | FoundKey | undefined;
}

/** A token whose signature and form were found right, and by which key. */
interface SeenToken extends VerifiedToken {
  readonly identity: string;
}

/** What an isolate keeps of a ring between requests. */
export interface RingMemory {
  /** Keys, imported when they are first used. */
  readonly imported: Map<string, Promise<CryptoKey | Uint8Array>>;
  readonly seen: Map<string, SeenToken>;
}

export const newRingMemory = (): RingMemory => ({ imported: new Map(), seen: new Map() });

/** As many viewers as one isolate has at a time, well enough; the one that came first is forgotten first. */
const MAX_SEEN = 1000;

/**
 * Every segment brings its player's token again. A signature that was right is right for ever: what is looked at anew is
 * the time, and whether the key is still there and neither it nor the token was revoked.
 */
export function keyringOf(source: KeySource, { imported, seen }: RingMemory = newRingMemory()): Keyring {
  async function remembered(name: string, now: number): Promise<VerifiedToken | undefined> {
    const known = seen.get(name);
    if (!known) return undefined;
    const { keyId, claims, identity } = known;
    const { exp = Number.POSITIVE_INFINITY, nbf = Number.NEGATIVE_INFINITY } = claims;
    const isNow = now < exp + CLOCK_TOLERANCE_SECONDS && now >= nbf - CLOCK_TOLERANCE_SECONDS;
    const key = await source.find(keyId);
    if (isNow && key?.identity === identity && !key.isRevoked(claims.jti)) return known;
    seen.delete(name);
    return undefined;
  }

  function remember(name: string, token: SeenToken): void {
    const [oldest] = seen.keys();
    if (oldest !== undefined && seen.size >= MAX_SEEN) seen.delete(oldest);
    seen.set(name, token);
  }

  async function importedKey(found: FoundKey): Promise<CryptoKey | Uint8Array> {
    const known = imported.get(found.identity) ?? importJWK(await found.read(), found.algorithm);
    imported.set(found.identity, known);
    return known;
  }
  return {
    async verify(token, { now, ...options }) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined;
      const name = JSON.stringify([token, options.audience, options.requiredClaims]);
      const known = await remembered(name, now);
      if (known) return known;
      try {
        const { kid: keyId = "", alg } = decodeProtectedHeader(token);
        const key = await source.find(keyId);
        if (!key || key.algorithm !== alg) return undefined;
        const { payload: claims } = await jwtVerify(token, await importedKey(key), {
          ...options,
          algorithms: [...TOKEN_ALGORITHM_NAMES],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(now * 1000),
        });
        if (key.isRevoked(claims.jti)) return undefined;
        remember(name, { claims, keyId, identity: key.identity });
        return { claims, keyId };
      } catch (error) {
        if (error instanceof Problem) throw error;
        return undefined;
      }
    },
  };
}
