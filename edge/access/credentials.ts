/** What a request brings to be let in, and where each of it may stand: a playback token nowhere but in the query. */

export interface Credentials {
  /** A playback token. */
  readonly token: string | undefined;
  /** What the playlist that named this address handed out beside a token with bounds. */
  readonly pass?: string | undefined;
  /** Cloudinary's `__cld_token__`, of the query or the cookie. */
  readonly authToken?: string | undefined;
  /** The path as it came: what Cloudinary's token is held against. */
  readonly path?: string | undefined;
  /** The client's address and country, as the network knows them. */
  readonly ip?: string | undefined;
  readonly country?: string | undefined;
}

export function credentialsOf(request: Request): Credentials {
  const { headers, url } = request;
  const { pathname, searchParams } = new URL(url);
  const cookie = /(?:^|;\s*)__cld_token__=([^;]*)/.exec(headers.get("cookie") ?? "")?.[1];
  // Not through URLSearchParams: the escapes in it are part of what is signed.
  const query = /[?&]__cld_token__=([^&#]*)/.exec(url)?.[1];
  return {
    token: searchParams.get("token") ?? undefined,
    pass: searchParams.get("pass") ?? undefined,
    authToken: query ?? cookie,
    path: pathname,
    // Where anybody may watch, nobody asks where from.
    get ip() {
      return headers.get("cf-connecting-ip") ?? undefined;
    },
    get country() {
      return (request.cf as { country?: string } | undefined)?.country;
    },
  };
}
