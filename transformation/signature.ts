/** The strings that Cloudinary's signatures are computed over; hashing them is the edge's work. */

import type { DeliveryUrl } from "./delivery-url.ts";

/**
 * What a delivery signature may have been computed over, likeliest first: SDKs leave the version out unless it is
 * part of the public id, and sign before they escape spaces (cloudinary 2.11.0, `lib/utils/index.js`, `url()`).
 */
export function signedStrings(url: Pick<DeliveryUrl, "signedPath" | "version">): readonly string[] {
  const withVersion = url.signedPath;
  const segments = withVersion.split("/");
  // The first one that looks so: no component does, but a folder of the public id may.
  const at = url.version === undefined ? -1 : segments.indexOf(`v${url.version}`);
  const without = at < 0 ? withVersion : segments.toSpliced(at, 1).join("/");
  const spellings = [without, withVersion, without.replaceAll("%20", " "), withVersion.replaceAll("%20", " ")];
  return [...new Set(spellings)];
}

/** Parameters that an upload's signature never covers (Cloudinary upload API). */
const UNSIGNED = new Set(["file", "cloud_name", "resource_type", "api_key", "signature"]);

/**
 * What an API request's signature may have been computed over: version 2 of the scheme escapes `&` in values, so that
 * one parameter cannot pose as two; older SDKs sign version 1, which does not. They differ only where a value holds `&`.
 */
export function apiSignedStrings(parameters: ReadonlyMap<string, string>): readonly string[] {
  const pairs = [...parameters]
    .filter(([name, value]) => !UNSIGNED.has(name) && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return [...new Set([pairs.map((pair) => pair.replaceAll("&", "%26")).join("&"), pairs.join("&")])];
}
