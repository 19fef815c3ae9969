/** The spelling of streaming profiles; what rungs they hold is the ladder's knowledge. */

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

export const isBuiltInProfile = (name: string): boolean =>
  (STREAMING_PROFILE_NAMES as readonly string[]).includes(name);

const MAX_RESOLUTIONS = [480, 540, 720, 1080, 1440, 2160] as const;

/** A subtitle file that a stream offers. */
export interface SubtitleChoice {
  readonly language: string;
  readonly file: string;
}

/** A named set of rungs, possibly bounded by the smaller side of the picture, with subtitles beside it. */
export interface StreamingProfile {
  readonly name: string;
  readonly maxResolution?: number;
  readonly subtitles?: readonly SubtitleChoice[];
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u;

/** `subtitles_((code_en-US;file_a.vtt);(code_es-ES;file_b.vtt))`. */
function subtitlesFrom(text: string): readonly SubtitleChoice[] | undefined {
  const list = /^subtitles_\((.*)\)$/.exec(text)?.[1];
  const choices = list?.split(");(").map((choice) => {
    const [, language, file] = /^\(?code_([A-Za-z0-9-]{2,35});file_([^;()]{1,200})\)?$/.exec(choice) ?? [];
    return language !== undefined && file !== undefined ? { language, file } : undefined;
  });
  return choices?.every((choice) => choice !== undefined) ? choices : undefined;
}

const spellSubtitles = (choices: readonly SubtitleChoice[]): string =>
  `subtitles_(${choices.map(({ language, file }) => `(code_${language};file_${file})`).join(";")})`;

/** `auto`, `auto:maxres_720p`, `full_hd`, the name of a kept profile; then perhaps subtitles. */
export function streamingProfile(): Value<StreamingProfile> {
  const bounded = MAX_RESOLUTIONS.map((lines) => [`maxres_${lines}p`, lines] as const);
  return {
    expected: `one of ${STREAMING_PROFILE_NAMES.join(", ")}, auto:maxres_720p and the like, or a kept profile`,
    words: [...STREAMING_PROFILE_NAMES, ...bounded.map(([word]) => `auto:${word}`)],
    parse: (text) => {
      const [name = "", ...options] = text.split(/:(?=maxres_|subtitles_)/);
      let profile: StreamingProfile = { name };
      for (const option of options) {
        const lines = name === "auto" ? bounded.find(([word]) => word === option)?.[1] : undefined;
        const subtitles = subtitlesFrom(option);
        if (lines === undefined && !subtitles) return undefined;
        profile = { ...profile, ...(lines !== undefined ? { maxResolution: lines } : subtitles && { subtitles }) };
      }
      return NAME.test(name) ? profile : undefined;
    },
    format: ({ name, maxResolution, subtitles }) =>
      [
        name,
        ...(maxResolution === undefined ? [] : [`maxres_${maxResolution}p`]),
        ...(subtitles ? [spellSubtitles(subtitles)] : []),
      ].join(":"),
  };
}
