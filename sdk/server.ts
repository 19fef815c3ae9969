/** Signs URLs and makes playback tokens: for servers only, since both need a secret. */

export interface SigningOptions {
  readonly apiSecret: string;
  /** Characters of the signature: 32 of SHA-256, or 8 of SHA-1 as Cloudinary's SDKs make them by default. */
  readonly length?: 8 | 32;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

const base64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** A delivery URL, signed as Cloudinary's SDKs sign: all that stands behind the delivery type but the version. */
export async function signUrl(url: string, { apiSecret, length = 32 }: SigningOptions): Promise<string> {
  const [, before, rest, query = ""] =
    /^(.*\/video\/(?:upload|private|authenticated)\/)([^?]*)(\?.*)?$/.exec(url) ?? [];
  if (before === undefined || rest === undefined) throw new Error(`This is no delivery URL: ${url.slice(0, 200)}`);
  const signed = rest.replace(/(^|\/)v\d+\//, "$1");
  const digest = await crypto.subtle.digest(length === 8 ? "SHA-1" : "SHA-256", bytesOf(signed + apiSecret));
  return `${before}s--${base64Url(digest).slice(0, length)}--/${rest}${query}`;
}

export interface TokenOptions {
  readonly cloud: string;
  /** A public id, a folder as `series/*`, or `*`. */
  readonly subject: string;
  /** The id of a key in the service's PLAYBACK_KEYS, and its secret as that key's `k` holds it. */
  readonly keyId: string;
  readonly key: string;
  readonly expiresAt: Date;
}

/** A playback token (JWT, HS256), for `?token=`. */
export async function playbackToken({ cloud, subject, keyId, key, expiresAt }: TokenOptions): Promise<string> {
  const part = (value: object) => base64Url(bytesOf(JSON.stringify(value)).buffer);
  const header = part({ alg: "HS256", typ: "JWT", kid: keyId });
  const claims = part({ aud: cloud, sub: subject, exp: Math.floor(expiresAt.getTime() / 1000) });
  const jwk = { kty: "oct", k: key, alg: "HS256" };
  const secret = await crypto.subtle.importKey("jwk", jwk, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", secret, bytesOf(`${header}.${claims}`));
  return `${header}.${claims}.${base64Url(signature)}`;
}
