/** Signs URLs and makes tokens: for servers only, since both need a secret. */

import { base64Url } from "./token.ts";

export {
  type AdminScope,
  type AdminTokenOptions,
  adminToken,
  type PlaybackClaims,
  type PlaybackTokenOptions,
  playbackToken,
  type SigningKey,
  type TokenAlgorithm,
  type TokenCodec,
  type TokenLifetime,
} from "./token.ts";

export interface SigningOptions {
  readonly apiSecret: string;
  /** Characters of the signature: 32 of SHA-256, or 8 of SHA-1 as Cloudinary's SDKs make them by default. */
  readonly length?: 8 | 32;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** A delivery URL, signed as Cloudinary's SDKs sign: all that stands behind the delivery type but the version. */
export async function signUrl(url: string, { apiSecret, length = 32 }: SigningOptions): Promise<string> {
  const [, before, rest, query = ""] =
    /^(.*\/video\/(?:upload|private|authenticated)\/)([^?]*)(\?.*)?$/.exec(url) ?? [];
  if (before === undefined || rest === undefined) throw new Error(`This is no delivery URL: ${url.slice(0, 200)}`);
  const signed = rest.replace(/(^|\/)v\d+\//, "$1");
  const digest = await crypto.subtle.digest(length === 8 ? "SHA-1" : "SHA-256", bytesOf(signed + apiSecret));
  return `${before}s--${base64Url(digest).slice(0, length)}--/${rest}${query}`;
}
