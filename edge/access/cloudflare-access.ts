/** Cloudflare Access in front of the admin's doors: what it says of who has come in (`Cf-Access-Jwt-Assertion`). */

import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { Problem } from "#transformation";
import type { Scope } from "./scopes.ts";

export interface CloudflareAccessConfig {
  /** `https://<team>.cloudflareaccess.com`: who signs. */
  readonly teamDomain: string;
  /** The audience tag of the Access application that stands before these doors. */
  readonly audience: string;
  /** What everybody whom it lets in may do. */
  readonly scopes: readonly Scope[];
}

export interface CloudflareAccess {
  /**
   * The scopes of a valid assertion; undefined for any other.
   * @throws Problem `keys-unavailable` where the team's keys cannot be fetched
   */
  scopesOf(assertion: string, now: number): Promise<readonly Scope[] | undefined>;
}

const CLOCK_TOLERANCE_SECONDS = 5;

/** Assertions carry an e-mail address, groups and a country. */
const MAX_ASSERTION_LENGTH = 16_384;

/**
 * The team's keys are fetched when they are first needed, kept for ten minutes, and fetched again for a key that they do
 * not hold, every half a minute at most. One of these is kept per isolate.
 */
export function cloudflareAccess({ teamDomain, audience, scopes }: CloudflareAccessConfig): CloudflareAccess {
  const remote = createRemoteJWKSet(new URL("/cdn-cgi/access/certs", teamDomain), { timeoutDuration: 3000 });
  const keys: JWTVerifyGetKey = (header, token) =>
    remote(header, token).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new Problem("keys-unavailable", "Cloudflare Access's keys cannot be fetched.", { retryAfterSeconds: 5 });
    });
  return {
    async scopesOf(assertion, now) {
      if (assertion.length > MAX_ASSERTION_LENGTH) return undefined;
      const options = {
        // The one that Access signs with.
        algorithms: ["RS256"],
        issuer: teamDomain,
        audience,
        requiredClaims: ["exp"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now * 1000),
      };
      return jwtVerify(assertion, keys, options).then(
        () => scopes,
        (error: unknown) => {
          if (error instanceof Problem) throw error;
          return undefined;
        },
      );
    },
  };
}
