/** Who may see what: delivery types, signatures, playback tokens, and the grants that playlists hand on. */

import { SignJWT } from "jose";
import {
  type AssetName,
  aclCovers,
  authTokenMessages,
  type DeliveryUrl,
  Problem,
  parseAuthToken,
  signedStrings,
} from "#transformation";
import type { Digest } from "./hash.ts";
import { hashEquals, hmacOf } from "./hash.ts";
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
  /** The key of Cloudinary's tokens, hexadecimal; without it none is taken. */
  readonly authTokenKey: string | undefined;
}

/** What a request brings to be let in. */
export interface Credentials {
  /** A playback token. */
  readonly token: string | undefined;
  /** Cloudinary's `__cld_token__`, of the query or the cookie. */
  readonly authToken?: string | undefined;
  /** The path as it came, and the client's address: what such a token is held against. */
  readonly path?: string | undefined;
  readonly ip?: string | undefined;
}

const PUBLIC: Grant = { isPrivate: false };

/** How long the children of a signed URL stay open: a long film with pauses. Whole hours, so that grants repeat. */
const GRANT_HOURS = 12;
const GRANT_KEY_ID = "edge-grant";

export interface DeliveryAccess {
  /** For what stands behind a delivery URL; `original` is the uploaded file itself. */
  checkDelivery(
    url: DeliveryUrl,
    credentials: Credentials,
    options: { original: boolean; now: number },
  ): Promise<Grant>;
  /** For what playlists name. */
  checkRendition(name: AssetName, token: string | undefined, now: number): Promise<Grant>;
}

export function deliveryAccess({
  apiSecret,
  grantSecret,
  playback,
  digest,
  authTokenKey,
}: DeliveryAccessConfig): DeliveryAccess {
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

  async function hasValidAuthToken({ authToken, path = "", ip }: Credentials, now: number): Promise<boolean> {
    const token = parseAuthToken(authToken ?? "");
    if (!token || authTokenKey === undefined) return false;
    // A CNAME or a private CDN leaves the cloud out of the path.
    const paths = [path, path.replace(/^\/[^/]+/, "")];
    const isNow = token.expiresSeconds > now && (token.startSeconds ?? 0) <= now;
    const isHere = token.ip === undefined || token.ip === ip;
    const expected = await Promise.all(authTokenMessages(token, paths).map((text) => hmacOf(authTokenKey, text)));
    const isGenuine = expected.map((mac) => hashEquals(mac, token.hmac)).includes(true);
    return isGenuine && isNow && isHere && aclCovers(token, paths);
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
    async checkDelivery(url, credentials, { original, now }) {
      const { token } = credentials;
      const signed = await hasValidSignature(url);
      if (url.signature !== undefined && !signed)
        throw new Problem("invalid-signature", "The URL's signature does not fit.");
      const isOpen = url.deliveryType === "upload" || (url.deliveryType === "private" && !original);
      if (isOpen) return PUBLIC;
      if (token !== undefined) return checkToken(url, token, now);
      // What has been opened by other means than a token goes on with one: children have paths of their own.
      if (signed || (await hasValidAuthToken(credentials, now)))
        return { token: await grantFor(url, now), isPrivate: true };
      if (credentials.authToken !== undefined) throw new Problem("forbidden", "The token does not open this.");
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
