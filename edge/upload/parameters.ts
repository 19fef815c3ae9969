/** What an upload's fields ask for. */

import { checkPublicId, DELIVERY_TYPES, type DeliveryType, Problem } from "#transformation";

export interface UploadParameters {
  readonly publicId: string;
  readonly deliveryType: DeliveryType;
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

/** Letters, digits and what is harmless in a path, as Cloudinary derives an id from a file name. */
const asPublicId = (filename: string): string =>
  withoutExtension(filename)
    .replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_")
    .slice(0, 200) || "file";

function nameOf(fields: ReadonlyMap<string, string>, filename: string, random: Uint8Array): string {
  const given = fields.get("public_id");
  if (given !== undefined && given !== "") return given;
  if (!isTrue(fields.get("use_filename"))) return randomPublicId(random);
  const base = asPublicId(filename);
  return isFalse(fields.get("unique_filename")) ? base : `${base}_${randomPublicId(random).slice(0, 6)}`;
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
  random: Uint8Array,
): UploadParameters {
  const type = fields.get("type") || "upload";
  const deliveryType = DELIVERY_TYPES.find((known) => known === type);
  if (!deliveryType)
    throw new Problem("invalid-upload", `type takes ${DELIVERY_TYPES.join(", ")}, not "${type.slice(0, 40)}".`, {
      parameter: "type",
    });
  const folder = fields.get("folder") || fields.get("public_id_prefix");
  const publicId = (folder ? `${folder.replace(/\/+$/, "")}/` : "") + nameOf(fields, filename, random);
  checkPublicId(publicId);
  return {
    publicId,
    deliveryType,
    overwrite: !isFalse(fields.get("overwrite")),
    tags: (fields.get("tags") ?? "")
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ""),
    context: contextOf(fields.get("context") ?? ""),
    originalFilename: isTrue(fields.get("discard_original_filename")) ? null : withoutExtension(filename),
  };
}
