/** A collection of real URLs, where the machine has one; what edgereel needs itself is in sdk-urls.ts. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isComponent } from "../language.ts";

const FOLDER = process.env["EDGEREEL_VECTORS"] ?? "../shared/vectors";
export const VECTORS_FILE = join(FOLDER, "delivery-urls.json");

export interface Vector {
  readonly kind: string;
  readonly url?: string;
  readonly transformation?: string;
}

/** All of them; none where the machine has no collection. */
export const vectors = (): readonly Vector[] =>
  existsSync(VECTORS_FILE)
    ? (JSON.parse(readFileSync(VECTORS_FILE, "utf8")) as { entries: readonly Vector[] }).entries
    : [];

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The transformation in a vector: as it stands, or the components of its URL, whatever resource that speaks of. */
export function transformationOf({ url, transformation }: Vector): string | undefined {
  if (transformation !== undefined) return transformation.split("/").map(decoded).join("/");
  if (url === undefined) return undefined;
  const prefix =
    /\/(?:video|image|raw|videos|images|files|iu|authenticated_images|private_images)\/(?:(?:upload|private|authenticated|fetch|public|list|live|multi|text|sprite|facebook|youtube|vimeo|twitter|gravatar)\/)?(?:s--[\w-]+--\/)?/;
  // Some have hosts that no URL parser takes.
  const path = url.replace(/^(?:https?:)?\/\/[^/]*/, "").replace(/\?.*$/, "");
  const segments = path
    .replace(new RegExp(`^.*?${prefix.source}`), "")
    .split("/")
    .map(decoded);
  const end = segments.slice(0, -1).findIndex((segment) => !isComponent(segment));
  return segments.slice(0, end < 0 ? segments.length - 1 : end).join("/");
}
