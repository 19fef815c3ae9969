/** Who may see what: delivery types, signatures, playback tokens, and the grants that playlists hand on. */

import { SignJWT } from "jose";
import { type AssetName, type DeliveryUrl, Problem, signedStrings } from "#transformation";
import type { Digest } from "./hash.ts";
import { hashEquals } from "./hash.ts";
import type { Keyring } from "./keyring.ts";

/** What a request may do, once it may do anything. */
export interface Grant {
  /** Goes to every URI of a playlist; absent for public assets. */
  readonly token?: string;
  /** Shared caches may not keep the answer. */
  readonly isPrivate: boolean;
}

export interface DeliveryAccessConfig {
  readonly apiSecret: string;
  readonly grantSecret: string;
  readonly playback: Keyring;
  readonly digest: Digest;
}

const PUBLIC: Grant = { isPrivate: false };

/** How long the children of a signed URL stay open: a long film with pauses. Whole hours, so that grants repeat. */
const GRANT_HOURS = 12;
const GRANT_KEY_ID = "edge-grant";

export interface DeliveryAccess {
  /** For what stands behind a delivery URL; `original` is the uploaded file itself. */
  checkDelivery(
    url: DeliveryUrl,
    token: string | undefined,
    options: { original: boolean; now: number },
  ): Promise<Grant>;
  /** For what playlists name. */
  checkRendition(name: AssetName, token: string | undefined, now: number): Promise<Grant>;
}

export function deliveryAccess({ apiSecret, grantSecret, playback, digest }: DeliveryAccessConfig): DeliveryAccess {
  const secret = new TextEncoder().encode(grantSecret);

  async function hasValidSignature(url: DeliveryUrl): Promise<boolean> {
    if (url.signature === undefined) return false;
    // Eight characters come of SHA-1 or SHA-256, thirty-two of SHA-256 only.
    const algorithms = url.signature.length === 8 ? (["SHA-1", "SHA-256"] as const) : (["SHA-256"] as const);
    for (const text of signedStrings(url)) {
      for (const algorithm of algorithms) {
        const expected = (await digest(algorithm, text + apiSecret, "base64url")).slice(0, url.signature.length);
        if (hashEquals(expected, url.signature)) return true;
      }
    }
    return false;
  }

  const grantFor = (name: AssetName, now: number): Promise<string> =>
    new SignJWT({})
      .setProtectedHeader({ alg: "HS256", kid: GRANT_KEY_ID })
      .setAudience(name.cloud)
      .setSubject(name.publicId)
      .setExpirationTime((Math.floor(now / 3600) + GRANT_HOURS) * 3600)
      .sign(secret);

  async function checkToken(name: AssetName, token: string | undefined, now: number): Promise<Grant> {
    if (token === undefined)
      throw new Problem("unauthorized", "This needs a playback token (?token=) or a signed URL.");
    const claims = await playback.verify(token, { audience: name.cloud, requiredClaims: ["exp", "sub"], now });
    // One refusal for all reasons: expired, forged, and for another asset look alike.
    if (!claims || !subjectCovers(claims.sub ?? "", name.publicId))
      throw new Problem("forbidden", "The playback token does not open this.");
    return { token, isPrivate: true };
  }

  return {
    async checkDelivery(url, token, { original, now }) {
      const signed = await hasValidSignature(url);
      if (url.signature !== undefined && !signed)
        throw new Problem("invalid-signature", "The URL's signature does not fit.");
      const isOpen = url.deliveryType === "upload" || (url.deliveryType === "private" && !original);
      if (isOpen) return PUBLIC;
      if (signed && token === undefined) return { token: await grantFor(url, now), isPrivate: true };
      return checkToken(url, token, now);
    },
    async checkRendition(name, token, now) {
      return name.deliveryType === "authenticated" ? checkToken(name, token, now) : PUBLIC;
    },
  };
}

/** The key that grants are verified with, for the keyring that verifies playback tokens. */
export const grantKey = (grantSecret: string) => ({
  kty: "oct",
  kid: GRANT_KEY_ID,
  alg: "HS256",
  k: btoa(String.fromCharCode(...new TextEncoder().encode(grantSecret)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", ""),
});

/** `film` covers itself, `series/*` all that is in the folder, `*` everything. */
export function subjectCovers(subject: string, publicId: string): boolean {
  if (subject.endsWith("*")) return publicId.startsWith(subject.slice(0, -1));
  return subject === publicId;
}
