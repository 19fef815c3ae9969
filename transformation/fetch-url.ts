/** `/<cloud>/video/fetch/[s--sig--/]<components>/[v<n>/]<remote URL>`: a delivery of what lies elsewhere, read. */

import { type DeliveryUrl, decodePathSegment, EXTENSIONS, parseAssetPath, SIGNATURE } from "./delivery-url.ts";
import { isComponent, parseTransformation } from "./language.ts";
import { Problem } from "./problem.ts";

export interface FetchUrl extends Omit<DeliveryUrl, "publicId" | "deliveryType" | "resourceType"> {
  /** `http:` or `https:`, as it was meant. */
  readonly remote: string;
}

const MAX_REMOTE_LENGTH = 2000;

export const isFetchPath = (path: string): boolean => /^\/[^/]+\/video\/fetch\//.test(path);

/** Where the remote URL begins in a path: behind components, escaped or not. */
const REMOTE = /(?:^|\/)(?=https?(?::|%3a)(?:\/|%2f))/i;

/** The extension of a remote file, where it is one of the language. */
function extensionOf(remote: string): string | undefined {
  const path = remote.replace(/[?#].*$/s, "");
  const extension = /\/[^/]+\.([A-Za-z0-9]{2,5})$/.exec(path.replace(/^https?:\/\//, ""))?.[1]?.toLowerCase();
  return extension !== undefined && EXTENSIONS.has(extension) ? extension : undefined;
}

/**
 * Reads the path of a delivery of something remote, percent-escaped as it came.
 * @throws Problem `invalid-url` where there is no remote URL, and whatever `parseTransformation` throws
 */
export function parseFetchUrl(path: string): FetchUrl {
  const { cloud, rest, column } = parseAssetPath(path, "fetch");
  const signature = SIGNATURE.exec(rest.split("/")[0] ?? "")?.[1];
  const signedPath = signature === undefined ? rest : rest.slice(rest.indexOf("/") + 1);
  const found = REMOTE.exec(signedPath);
  // Whatever lies between may have made one slash of two.
  const remote =
    found && decodePathSegment(signedPath.slice(found.index + found[0].length)).replace(/^(https?:)\/+/i, "$1//");
  if (!remote || remote.length > MAX_REMOTE_LENGTH || !/^https?:\/\/[^\s/]+/i.test(remote))
    throw new Problem(
      "invalid-url",
      `fetch/ is followed by components and an http(s) URL of ${MAX_REMOTE_LENGTH} characters at most, escaped.`,
      {
        parameter: "public_id",
      },
    );
  const segments = signedPath
    .slice(0, found.index)
    .split("/")
    .filter((segment) => segment !== "");
  const last = segments.at(-1) ?? "";
  const version = /^v(\d+)$/.exec(last)?.[1];
  const components = (version === undefined ? segments : segments.slice(0, -1)).map(decodePathSegment);
  if (!components.every(isComponent)) throw new Problem("not-found", "There is nothing at this address.");
  const extension = extensionOf(remote);
  return {
    cloud,
    remote,
    signedPath,
    transformation: parseTransformation(components.join("/"), column + rest.length - signedPath.length),
    ...(signature !== undefined && { signature }),
    ...(version !== undefined && { version }),
    ...(extension !== undefined && { extension }),
  };
}
