/** Who may see what: delivery types, signatures, playback tokens, and the grants that playlists hand on. */

import { SignJWT } from "jose";
import type { SegmentRun } from "#media";
import {
  type AssetName,
  aclCovers,
  authTokenMessages,
  type DeliveryUrl,
  formatRenditionFolder,
  Problem,
  parseAuthToken,
  type RenditionFile,
  type RenditionUrl,
  signedStrings,
} from "#transformation";
import { type Bounds, boundsOf, notOpenedBy, UNBOUNDED } from "./bounds.ts";
import { readClaims, refusingClaim } from "./claims.ts";
import type { Credentials } from "./credentials.ts";
import type { Digest } from "./hash.ts";
import { base64url, hashEquals, hmacOf } from "./hash.ts";
import type { Keyring } from "./keyring.ts";
import type { Passes } from "./pass.ts";

/** What a token lets its viewer spend on encodes; absent amounts are the configured ones. */
export interface Allowance {
  readonly token: string;
  /** Its `jti`. */
  readonly tokenId: string | undefined;
  readonly encodeSeconds: number | undefined;
  readonly newVariants: number | undefined;
}

/** What a request may do, once it may do anything. */
export interface Grant {
  /** Goes to every URI of a playlist; absent for public assets. */
  readonly token?: string;
  /** Shared caches may not keep the answer. */
  readonly isPrivate: boolean;
  readonly bounds: Bounds;
  /** What opens the rendition's folder beside the token; absent where the token has no bounds. */
  readonly pass?: string;
  /** The segments of the rendition that are open; absent where all are. */
  readonly run?: SegmentRun;
  /** Absent where the viewer is nobody in particular: whoever has a public or a signed URL. */
  readonly allowance?: Allowance;
}

export interface DeliveryAccessConfig {
  readonly apiSecret: string;
  readonly grantSecret: string;
  readonly playback: Keyring;
  readonly passes: Passes;
  readonly digest: Digest;
  /** The key of Cloudinary's tokens, hexadecimal; without it none is taken. */
  readonly authTokenKey: string | undefined;
}

const PUBLIC: Grant = { isPrivate: false, bounds: UNBOUNDED };

/** How long the children of a signed URL stay open: a long film with pauses. Whole hours, so that grants repeat. */
const GRANT_HOURS = 12;
export const GRANT_KEY_ID = "edge-grant";

export interface DeliveryAccess {
  /** For what stands behind a delivery URL; `original` is the uploaded file itself. */
  checkDelivery(
    url: DeliveryUrl,
    credentials: Credentials,
    options: { original: boolean; now: number },
  ): Promise<Grant>;
  /** For what playlists name. */
  checkRendition(url: RenditionUrl, credentials: Credentials, now: number): Promise<Grant>;
  /** What opens a folder beside the token, for the playlist that names it; undefined where the token has no bounds. */
  passFor(folder: string, bounds: Bounds, run: SegmentRun | undefined): Promise<string | undefined>;
}

export function deliveryAccess({
  apiSecret,
  grantSecret,
  playback,
  passes,
  digest,
  authTokenKey,
}: DeliveryAccessConfig): DeliveryAccess {
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
      .sign(new TextEncoder().encode(grantSecret));

  async function checkToken(name: AssetName, credentials: Credentials, now: number): Promise<Grant> {
    const { token } = credentials;
    if (token === undefined)
      throw new Problem("unauthorized", "This needs a playback token (?token=) or a signed URL.");
    const verified = await playback.verify(token, { audience: name.cloud, requiredClaims: ["exp", "sub"], now });
    const claims = verified && readClaims(verified.claims);
    if (!verified || !claims) throw notOpened();
    const refusing = refusingClaim(claims, "viewer", viewerOf(name, credentials));
    if (refusing !== undefined) throw refusing === "sub" ? notOpened() : notOpenedBy(refusing);
    const allowance = {
      token,
      tokenId: verified.claims.jti,
      encodeSeconds: claims.encode_seconds,
      newVariants: claims.new_variants,
    };
    // A grant is the same for all who have the signed URL.
    const isGrant = verified.keyId === GRANT_KEY_ID;
    return { token, isPrivate: true, bounds: boundsOf(claims), ...(!isGrant && { allowance }) };
  }

  /** Under bounds a folder is open to whoever has its pass, and the segments that it is made out for. */
  async function checkPass(url: RenditionUrl, pass: string | undefined, grant: Grant): Promise<Grant> {
    const { spelled } = grant.bounds;
    if (spelled === undefined) return grant;
    const opened = pass === undefined ? undefined : await passes.check(pass, formatRenditionFolder(url), spelled);
    if (pass === undefined || opened === undefined)
      throw new Problem("forbidden", "No playlist has opened this to the playback token.");
    if (opened === "all") return { ...grant, pass };
    if (!liesIn(opened, url.file)) throw notOpenedBy("window");
    return { ...grant, pass, run: opened };
  }

  return {
    async checkDelivery(url, credentials, { original, now }) {
      const signed = await hasValidSignature(url);
      if (url.signature !== undefined && !signed)
        throw new Problem("invalid-signature", "The URL's signature does not fit.");
      const isOpen = url.deliveryType === "upload" || (url.deliveryType === "private" && !original);
      if (isOpen) return PUBLIC;
      if (credentials.token !== undefined) return checkToken(url, credentials, now);
      // What has been opened by other means than a token goes on with one: children have paths of their own.
      if (signed || (await hasValidAuthToken(credentials, now)))
        return { ...PUBLIC, token: await grantFor(url, now), isPrivate: true };
      if (credentials.authToken !== undefined) throw new Problem("forbidden", "The token does not open this.");
      return checkToken(url, credentials, now);
    },
    async checkRendition(url, credentials, now) {
      if (url.deliveryType !== "authenticated") return PUBLIC;
      return checkPass(url, credentials.pass, await checkToken(url, credentials, now));
    },
    passFor: async (folder, { spelled }, run) =>
      spelled === undefined ? undefined : passes.passFor(folder, spelled, run),
  };
}

/** The key that grants are verified with, for the keyring that verifies playback tokens. */
export const grantKey = (grantSecret: string) => ({
  kty: "oct",
  kid: GRANT_KEY_ID,
  alg: "HS256",
  k: base64url(new TextEncoder().encode(grantSecret)),
});

/** Whom claims are held against; what none of them asks for is not looked up. */
const viewerOf = ({ publicId }: AssetName, credentials: Credentials) => ({
  publicId,
  get ip() {
    return credentials.ip;
  },
  get country() {
    return credentials.country;
  },
});

/** One refusal for all reasons: expired, forged, and for another asset look alike. */
const notOpened = (): Problem => new Problem("forbidden", "The playback token does not open this.");

/** Whether a file is open to whoever may have a run of segments: texts are cut to it, init sections and keys show nothing. */
function liesIn({ first, last }: SegmentRun, file: RenditionFile): boolean {
  switch (file.kind) {
    case "playlist":
    case "init":
    case "key":
    case "license":
      return true;
    case "cues":
      return file.number === undefined || (file.number >= first && file.number <= last);
    case "segment":
      return file.number >= first && file.number <= last;
    case "chapters":
    case "sheet":
    case "whole":
      return false;
  }
}
