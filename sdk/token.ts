/** Makes the tokens that the service takes: playback tokens with all of their claims, and an administrator's. */

export type TokenAlgorithm = "EdDSA" | "ES256" | "RS256" | "HS256";

/** A JSON Web Key that signs: as the keys API answers it, once, in `key`. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: TokenAlgorithm;
  readonly kty: string;
  readonly [member: string]: unknown;
}

/** When a token holds, and what it is revoked by. */
export interface TokenLifetime {
  readonly expiresAt: Date;
  readonly notBefore?: Date;
  /** The `jti`: what this one token can be revoked by, and what tokens that share a budget have in common. */
  readonly id?: string;
}

/** Codecs as `vc_` names them. */
export type TokenCodec = "h264" | "h265" | "av1" | "vp9" | "vp8" | "theora" | "prores";

/** What a playback token opens; all but the subject narrows it. */
export interface PlaybackClaims {
  /** A public id, a folder as `series/*`, or `*`. */
  readonly subject: string;
  /** The largest picture: `720p`, or 720. */
  readonly maxRung?: `${number}p` | number;
  readonly codecs?: readonly TokenCodec[];
  /** Seconds of the film, from and to, six decimals at most. */
  readonly window?: readonly [from: number, to: number];
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly countries?: readonly string[];
  /** Addresses and networks (CIDR). */
  readonly ip?: readonly string[];
  /** Names of transformations: what the URL may ask for. */
  readonly transformations?: readonly string[];
  /** What its viewer may cause to be encoded in an hour. */
  readonly encodeSeconds?: number;
  /** Renditions that its viewer may be the first to ask for in an hour. */
  readonly newVariants?: number;
}

export interface PlaybackTokenOptions extends PlaybackClaims, TokenLifetime {
  readonly cloud: string;
  readonly key: SigningKey;
}

/** What an administrator may do (docs/access.md). */
export type AdminScope =
  | "analytics:read"
  | "assets:read"
  | "names:read"
  | "names:write"
  | "keys:read"
  | "keys:write"
  | "revocations:read"
  | "revocations:write"
  | "budgets:read";

export interface AdminTokenOptions extends TokenLifetime {
  readonly cloud: string;
  /** A key of the service's ADMIN_KEYS. */
  readonly key: SigningKey;
  readonly scopes: readonly AdminScope[];
}

/** How each claim is spelled in the token. */
const SPELLED: Readonly<Record<keyof PlaybackClaims, string>> = {
  subject: "sub",
  maxRung: "max_rung",
  codecs: "codecs",
  window: "window",
  countries: "countries",
  ip: "ip",
  transformations: "transformations",
  encodeSeconds: "encode_seconds",
  newVariants: "new_variants",
};

/** What Web Crypto calls each algorithm, where a key is imported and where it signs (RFC 7518, RFC 8037). */
const ALGORITHMS = {
  EdDSA: { key: { name: "Ed25519" }, signature: { name: "Ed25519" } },
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, signature: { name: "ECDSA", hash: "SHA-256" } },
  RS256: { key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, signature: { name: "RSASSA-PKCS1-v1_5" } },
  HS256: { key: { name: "HMAC", hash: "SHA-256" }, signature: { name: "HMAC" } },
} as const satisfies Record<TokenAlgorithm, unknown>;

/** Longer ones are refused: a token travels in every address. */
const MAX_TOKEN_LENGTH = 4096;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

export const base64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const partOf = (value: object): string => base64Url(bytesOf(JSON.stringify(value)).buffer);

const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000);

async function sign(key: SigningKey, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const { kid, alg, use, key_ops, ext, ...jwk } = key;
  if (!kid || !Object.hasOwn(ALGORITHMS, alg)) throw new TypeError("The key has no kid, or an alg that is not known.");
  const { key: named, signature } = ALGORITHMS[alg];
  const imported = await crypto.subtle.importKey("jwk", jwk as JsonWebKey, named, false, ["sign"]);
  const signed = `${partOf({ alg, typ: "JWT", kid })}.${partOf(claims)}`;
  const token = `${signed}.${base64Url(await crypto.subtle.sign(signature, imported, bytesOf(signed)))}`;
  if (token.length > MAX_TOKEN_LENGTH) throw new RangeError(`The token has ${token.length} characters, 4096 at most.`);
  return token;
}

function lifetimeClaims({ expiresAt, notBefore, id }: TokenLifetime): Readonly<Record<string, unknown>> {
  return {
    exp: secondsOf(expiresAt),
    ...(notBefore && { nbf: secondsOf(notBefore) }),
    ...(id !== undefined && { jti: id }),
  };
}

/**
 * A playback token, for `?token=`.
 * @throws TypeError for a key that signs nothing; DataError where it is not of its algorithm
 */
export async function playbackToken({ cloud, key, ...options }: PlaybackTokenOptions): Promise<string> {
  const claims = Object.entries(SPELLED).map(([name, spelled]) => [spelled, options[name as keyof PlaybackClaims]]);
  const stated = Object.fromEntries(claims.filter(([, value]) => value !== undefined));
  return sign(key, { aud: cloud, ...lifetimeClaims(options), ...stated });
}

/** A token for the admin API, for `Authorization: Bearer`. */
export const adminToken = ({ cloud, key, scopes, ...lifetime }: AdminTokenOptions): Promise<string> =>
  sign(key, { aud: `${cloud}/admin`, scope: scopes.join(" "), ...lifetimeClaims(lifetime) });
