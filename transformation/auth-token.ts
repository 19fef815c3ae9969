/** Cloudinary's `__cld_token__`: what it says, what its HMAC is over, and what its ACL opens. Pure: the HMAC comes from outside. */

export interface AuthToken {
  /** The fields as they stand, without the HMAC: what is signed, but for the path. */
  readonly fields: string;
  readonly hmac: string;
  readonly ip?: string;
  readonly startSeconds?: number;
  readonly expiresSeconds: number;
  /** Patterns of paths; without them the token opens the one path that it was signed for. */
  readonly acl?: readonly string[];
}

/** In the order in which SDKs put them; any other is not theirs. */
const TOKEN =
  /^(?:ip=([0-9a-fA-F.:]{2,45})~)?(?:st=(\d{1,12})~)?exp=(\d{1,12})(?:~acl=([^~]{1,2000}))?~hmac=([0-9a-f]{64})$/;

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads the value of `__cld_token__`; undefined for what no SDK writes. */
export function parseAuthToken(text: string): AuthToken | undefined {
  const [, ip, start, expires, acl, hmac] = TOKEN.exec(text) ?? [];
  if (expires === undefined || hmac === undefined) return undefined;
  return {
    fields: text.slice(0, text.lastIndexOf("~hmac=")),
    hmac,
    expiresSeconds: Number(expires),
    ...(ip !== undefined && { ip }),
    ...(start !== undefined && { startSeconds: Number(start) }),
    ...(acl !== undefined && { acl: acl.split("!").map(unescaped) }),
  };
}

/** What SDKs escape, in lower-case hexadecimal; all else stays as it is. */
const escaped = (text: string): string =>
  text.replaceAll(
    /[ "#%&'/:;<=>?@[\\\]^`{|}~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

/** The texts that the HMAC may be over: the fields, and where there is no ACL one of the paths that the URL may be known by. */
export const authTokenMessages = ({ fields, acl }: AuthToken, paths: readonly string[]): readonly string[] =>
  acl ? [fields] : paths.map((path) => `${fields}~url=${escaped(path)}`);

/** Whether a pattern covers a path: `*` is any run of characters, `?` any one. Linear in both. */
function covers(pattern: string, path: string): boolean {
  let [at, star, resumed] = [0, -1, 0];
  let index = 0;
  while (index < path.length) {
    if (pattern[at] === path[index] || pattern[at] === "?") {
      at++;
      index++;
    } else if (pattern[at] === "*") {
      star = at++;
      resumed = index;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resumed;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** Whether a token opens any of the paths that a URL may be known by; one without an ACL opens what it was signed for. */
export const aclCovers = ({ acl }: AuthToken, paths: readonly string[]): boolean =>
  acl === undefined || acl.some((pattern) => paths.some((path) => covers(pattern, path)));
