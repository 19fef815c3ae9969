/** The spelling of streaming profiles; what rungs they hold is the ladder's knowledge. */

import type { StreamingProfile } from "./edit.ts";
import type { Value } from "./values.ts";

/** The built-in names as Cloudinary's SDKs list them. */
export const STREAMING_PROFILE_NAMES = [
  "auto",
  "4k",
  "full_hd",
  "hd",
  "sd",
  "full_hd_wifi",
  "full_hd_lean",
  "hd_lean",
] as const;

const MAX_RESOLUTIONS = [480, 540, 720, 1080, 1440, 2160] as const;

/** `auto`, `auto:maxres_720p`, `full_hd`. */
export function streamingProfile(): Value<StreamingProfile> {
  const bounded = MAX_RESOLUTIONS.map((lines) => [`auto:maxres_${lines}p`, lines] as const);
  return {
    expected: `one of ${STREAMING_PROFILE_NAMES.join(", ")}, or auto:maxres_720p and the like`,
    words: [...STREAMING_PROFILE_NAMES, ...bounded.map(([word]) => word)],
    parse: (text) => {
      const name = STREAMING_PROFILE_NAMES.find((known) => known === text);
      if (name) return { name };
      const maxResolution = bounded.find(([word]) => word === text)?.[1];
      return maxResolution === undefined ? undefined : { name: "auto", maxResolution };
    },
    format: ({ name, maxResolution }) => (maxResolution === undefined ? name : `${name}:maxres_${maxResolution}p`),
  };
}
