/** What an upload's fields ask for. */

import { checkPublicId, DELIVERY_TYPES, type DeliveryType, Problem } from "#transformation";

/** What a client calls that which it uploads: pictures, for layers, and sound come under any of these but `raw`. */
export const RESOURCE_NAMES = ["video", "image", "auto", "raw"] as const;
export type ResourceName = (typeof RESOURCE_NAMES)[number];

export interface UploadParameters {
  readonly publicId: string;
  readonly deliveryType: DeliveryType;
  readonly resourceType?: "raw";
  readonly overwrite: boolean;
  readonly tags: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly originalFilename: string | null;
}

// SDKs spell truth in two ways.
const isTrue = (text: string | undefined): boolean => text === "true" || text === "1";
const isFalse = (text: string | undefined): boolean => text === "false" || text === "0";

/** A random name, as Cloudinary gives: 20 letters and digits. */
function randomPublicId(random: Uint8Array): string {
  return [...random.subarray(0, 20)].map((byte) => (byte % 36).toString(36)).join("");
}

const withoutExtension = (filename: string): string => filename.replace(/\.[^.]{1,5}$/, "");

/** Subtitles, and look-up tables. */
const RAW_FILES = /\.(?:vtt|srt|transcript|cube|3dl)$/i;

/** A raw file's name ends as the file does. */
const extensionOf = (filename: string): string => /\.[A-Za-z0-9]{1,10}$/.exec(filename)?.[0] ?? "";

/** Letters, digits and what is harmless in a path, as Cloudinary derives an id from a file name. */
const asPublicId = (filename: string): string =>
  withoutExtension(filename)
    .replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_")
    .slice(0, 200) || "file";

function nameOf(fields: ReadonlyMap<string, string>, filename: string, isRaw: boolean, random: Uint8Array): string {
  const given = fields.get("public_id");
  if (given !== undefined && given !== "") return given;
  const extension = isRaw ? extensionOf(filename) : "";
  if (!isTrue(fields.get("use_filename"))) return randomPublicId(random) + extension;
  const base = asPublicId(isRaw ? filename.slice(0, filename.length - extension.length) : filename);
  const unique = isFalse(fields.get("unique_filename")) ? base : `${base}_${randomPublicId(random).slice(0, 6)}`;
  return unique + extension;
}

/** `a=b|c=d`, with `\` before a literal `|` or `=`. */
function contextOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(/(?<!\\)\|/).map((pair) => pair.split(/(?<!\\)=/));
  const plain = (part: string) => part.replaceAll(/\\([|=])/g, "$1");
  return Object.fromEntries(
    pairs.filter(([name]) => name).map(([name = "", ...value]) => [plain(name), plain(value.join("="))]),
  );
}

/** @param random 20 random bytes, for an upload without a name */
export function uploadParameters(
  fields: ReadonlyMap<string, string>,
  filename: string,
  resource: ResourceName,
  random: Uint8Array,
): UploadParameters {
  const isRaw = resource === "raw" || (resource === "auto" && RAW_FILES.test(filename));
  const type = fields.get("type") || "upload";
  const deliveryType = DELIVERY_TYPES.find((known) => known === type);
  if (!deliveryType)
    throw new Problem("invalid-upload", `type takes ${DELIVERY_TYPES.join(", ")}, not "${type.slice(0, 40)}".`, {
      parameter: "type",
    });
  const folder = fields.get("folder") || fields.get("public_id_prefix");
  const publicId = (folder ? `${folder.replace(/\/+$/, "")}/` : "") + nameOf(fields, filename, isRaw, random);
  checkPublicId(publicId);
  return {
    publicId,
    deliveryType,
    ...(isRaw && { resourceType: "raw" }),
    overwrite: !isFalse(fields.get("overwrite")),
    tags: (fields.get("tags") ?? "")
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ""),
    context: contextOf(fields.get("context") ?? ""),
    originalFilename: isTrue(fields.get("discard_original_filename")) ? null : withoutExtension(filename),
  };
}
