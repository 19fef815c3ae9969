/** `vc_`: a codec, and for older encoders its profile, level and whether it may use B pictures. */

import type { Value } from "./values.ts";

export const VIDEO_CODEC_WORDS = ["auto", "none", "h264", "h265", "av1", "vp9", "vp8", "theora", "prores"] as const;

/** What is asked of a codec beside its name. */
export interface CodecTuning {
  readonly profile?: "baseline" | "main" | "high";
  readonly level?: string;
  readonly withoutBPictures?: true;
}

export interface VideoCodecWish extends CodecTuning {
  readonly codec: (typeof VIDEO_CODEC_WORDS)[number];
}

const PROFILES = ["baseline", "main", "high"] as const;
const LEVELS = ["3.0", "3.1", "4.0", "4.1", "4.2", "5.0", "5.1", "5.2"];

export const videoCodecWish: Value<VideoCodecWish> = {
  expected: `one of ${VIDEO_CODEC_WORDS.join(", ")}, or a profile and level such as h264:baseline:3.1`,
  words: VIDEO_CODEC_WORDS,
  parse: (text) => {
    const [name = "", profileName = "auto", level = "auto", ending, ...rest] = text.split(":");
    const codec = VIDEO_CODEC_WORDS.find((word) => word === (name === "hevc" ? "h265" : name));
    const profile = PROFILES.find((word) => word === profileName);
    const isRead =
      (profile !== undefined || profileName === "auto") &&
      (level === "auto" || LEVELS.includes(level)) &&
      (ending === undefined || ending === "bframes_no") &&
      rest.length === 0;
    if (!codec || !isRead) return undefined;
    return {
      codec,
      ...(profile && { profile }),
      ...(level !== "auto" && { level }),
      ...(ending !== undefined && { withoutBPictures: true as const }),
    };
  },
  format: ({ codec, profile, level, withoutBPictures }) => {
    const words = [codec, profile ?? "auto", level ?? "auto", ...(withoutBPictures ? ["bframes_no"] : [])];
    while (words.length > 1 && words.at(-1) === "auto") words.pop();
    return words.join(":");
  },
};
