/** The delivery URL: `/<cloud>/video/<type>/[s--sig--/]<components>/[v<n>/]<public id>.<ext>`, read and spelled. */

import { canonicalTransformation } from "./canonical.ts";
import { formatTransformation, isComponent, parseTransformation } from "./language.ts";
import { Problem } from "./problem.ts";
import type { Transformation } from "./step.ts";

export const DELIVERY_TYPES = ["upload", "private", "authenticated"] as const;
/** `upload` is public; `authenticated` needs a grant; `private` needs one for the original only. */
export type DeliveryType = (typeof DELIVERY_TYPES)[number];

/** Which asset a URL speaks of. */
export interface AssetName {
  readonly cloud: string;
  readonly deliveryType: DeliveryType;
  readonly publicId: string;
  /** Subtitle files are `raw`: their names are none of those of what is seen or heard. Absent: `video`. */
  readonly resourceType?: "video" | "raw";
}

export interface DeliveryUrl extends AssetName {
  readonly transformation: Transformation;
  /** As it stands between `s--` and `--`. */
  readonly signature?: string;
  /** The number after `v`: a cache-buster of the client's, no part of what is asked. */
  readonly version?: string;
  readonly extension?: string;
  /** The path from behind the signature to its end, byte for byte: what a signature is computed over. */
  readonly signedPath: string;
}

/** Every output extension of the language; others belong to the public id. */
export const EXTENSIONS: ReadonlySet<string> = new Set(
  "m3u8 mpd mp4 webm ogv mov mkv avi flv wmv mpeg mxf ts 3gp 3g2 mp3 aac m4a ogg opus wav flac aiff amr jpg jpeg png webp avif gif vtt json".split(
    " ",
  ),
);

const MAX_PUBLIC_ID_LENGTH = 255;
// Fixed lengths: real signatures begin and end with dashes, so splitting at "--" would misread them.
export const SIGNATURE = /^s--([A-Za-z0-9_-]{8}|[A-Za-z0-9_-]{32})--$/;
const CLOUD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Undoes percent-escapes; throws `invalid-url` for broken ones. */
export function decodePathSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem("invalid-url", `"${segment.slice(0, 80)}" holds a broken percent-escape.`);
  }
}

/** Escapes a public id for a path: slashes stay. */
export const encodePublicId = (publicId: string): string => publicId.split("/").map(encodeURIComponent).join("/");

/** What a path would take the first folder of a public id for. */
const isTakenForMore = (folder: string): boolean =>
  isComponent(folder) || /^v\d+$/.test(folder) || SIGNATURE.test(folder);

/** A public id as it stands behind components, escaped: behind a version where its first folder looks like more of them. */
export function spellPublicId(publicId: string): string {
  const slash = publicId.indexOf("/");
  const isTaken = slash > 0 && isTakenForMore(publicId.slice(0, slash));
  return `${isTaken ? `${NO_VERSION}/` : ""}${encodePublicId(publicId)}`;
}

/** The version that SDKs put where they know of none. */
export const NO_VERSION = "v1";

/** Types of Cloudinary's that hold no upload: refused by name, since a developer will look for the fault elsewhere. */
const UNSERVED_TYPES = ["public", "list", "live", "multi", "text", "sprite", "facebook", "youtube", "vimeo"];

const nothingHere = (): Problem => new Problem("not-found", "There is nothing at this address.");

/** Reads `/<cloud>/video/<type>/` for one type, and answers the rest of the path and its column; throws `not-found`. */
export function parseAssetPath(path: string, type: string): { cloud: string; rest: string; column: number } {
  const [, cloud = "", resource, given, ...segments] = path.split("/");
  if (!CLOUD.test(cloud) || resource !== "video" || given !== type) throw nothingHere();
  const rest = segments.join("/");
  return { cloud, rest, column: path.length - rest.length + 1 };
}

/** Reads `<cloud>/video/<type>` and answers the rest of the path and its column; throws `not-found` for other paths. */
export function parseAssetPrefix(
  path: string,
  resourceType = "video",
): {
  cloud: string;
  deliveryType: DeliveryType;
  rest: string;
  column: number;
} {
  const [, cloud = "", resource, type = "", ...segments] = path.split("/");
  if (!CLOUD.test(cloud) || resource !== resourceType) throw nothingHere();
  const deliveryType = DELIVERY_TYPES.find((known) => known === type);
  if (UNSERVED_TYPES.includes(type))
    throw new Problem("invalid-url", `The type ${type} is not served: upload the file, and ask for it as upload.`, {
      parameter: "type",
      expected: DELIVERY_TYPES.join(", "),
    });
  if (!deliveryType) throw nothingHere();
  const rest = segments.join("/");
  return { cloud, deliveryType, rest, column: path.length - rest.length + 1 };
}

/** `/<cloud>/videos/…/<public id>/<words for search engines>.<ext>` is `/<cloud>/video/upload/…/<public id>.<ext>`. */
function withoutSuffix(path: string): string {
  const [, cloud, resource, ...rest] = path.split("/");
  if (resource !== "videos") return path;
  const suffix = rest.pop() ?? "";
  const id = rest.pop();
  if (id === undefined || suffix === "") throw nothingHere();
  const dot = suffix.lastIndexOf(".");
  return ["", cloud, "video", "upload", ...rest, dot < 0 ? id : id + suffix.slice(dot)].join("/");
}

/**
 * Reads the path of a delivery URL, percent-escaped as it came.
 * @throws Problem `not-found` where it is no delivery path, and whatever `parseTransformation` throws
 */
export function parseDeliveryUrl(path: string): DeliveryUrl {
  // SDKs collapse doubled slashes before they sign.
  const { cloud, deliveryType, rest, column } = parseAssetPrefix(withoutSuffix(path.replaceAll(/\/{2,}/g, "/")));
  const segments = rest.split("/");
  const signature = SIGNATURE.exec(segments[0] ?? "")?.[1];
  if (signature !== undefined) segments.shift();
  const signedPath = segments.join("/");

  let count = 0;
  while (count < segments.length - 1 && isComponent(decodePathSegment(segments[count] ?? ""))) count++;
  const text = segments.slice(0, count).map(decodePathSegment).join("/");
  const transformation = parseTransformation(text, column + rest.length - signedPath.length);

  const version = count < segments.length - 1 ? /^v(\d+)$/.exec(segments[count] ?? "")?.[1] : undefined;
  const name = segments
    .slice(version === undefined ? count : count + 1)
    .map(decodePathSegment)
    .join("/");
  return {
    cloud,
    deliveryType,
    transformation,
    signedPath,
    ...splitExtension(name),
    ...(signature !== undefined && { signature }),
    ...(version !== undefined && { version }),
  };
}

/** Reads the path of a raw file: its public id holds its extension, and nothing is done to it. */
export function parseRawUrl(path: string): DeliveryUrl {
  const { cloud, deliveryType, rest } = parseAssetPrefix(path.replaceAll(/\/{2,}/g, "/"), "raw");
  const segments = rest.split("/");
  const signature = SIGNATURE.exec(segments[0] ?? "")?.[1];
  if (signature !== undefined) segments.shift();
  const signedPath = segments.join("/");
  if (segments.length > 1 && /^v\d+$/.test(segments[0] ?? "")) segments.shift();
  const publicId = segments.map(decodePathSegment).join("/");
  checkPublicId(publicId);
  const name: AssetName = { cloud, deliveryType, publicId, resourceType: "raw" };
  return { ...name, transformation: [], signedPath, ...(signature !== undefined && { signature }) };
}

function splitExtension(name: string): { publicId: string; extension?: string } {
  const dot = name.lastIndexOf(".");
  const extension = name.slice(dot + 1).toLowerCase();
  const known = dot > name.lastIndexOf("/") + 1 && EXTENSIONS.has(extension);
  const publicId = known ? name.slice(0, dot) : name;
  checkPublicId(publicId);
  return known ? { publicId, extension } : { publicId };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const NOT_IN_IDS = /[\u0000-\u001f\u007f?#\\]/;

/** Throws `invalid-url` for a public id that no upload can have. */
export function checkPublicId(publicId: string): void {
  const segments = publicId.split("/");
  const broken = segments.some((segment) => segment === "" || segment === "." || segment === "..");
  const isText = publicId.isWellFormed() && !NOT_IN_IDS.test(publicId);
  if (broken || !isText || publicId.length > MAX_PUBLIC_ID_LENGTH) {
    throw new Problem(
      "invalid-url",
      `A public id has 1 to ${MAX_PUBLIC_ID_LENGTH} characters, no empty folder and none of ? # \\.`,
      { parameter: "public_id" },
    );
  }
}

/** Spells a transformation for a path: texts in it may hold anything. */
export const encodeTransformation = (transformation: Transformation): string =>
  encodeURI(formatTransformation(transformation)).replaceAll(/[?#]/g, encodeURIComponent);

/** The path of an asset with a transformation as it is given. */
export function formatDeliveryUrl(url: AssetName & { transformation: Transformation; extension?: string }): string {
  const transformation = encodeTransformation(url.transformation);
  const name = `${spellPublicId(url.publicId)}${url.extension === undefined ? "" : `.${url.extension}`}`;
  return ["", url.cloud, "video", url.deliveryType, ...(transformation ? [transformation] : []), name].join("/");
}

/** The one spelling of all URLs that mean the same. */
export const canonicalDeliveryPath = (url: DeliveryUrl): string =>
  formatDeliveryUrl({ ...url, transformation: canonicalTransformation(url.transformation) });
