/** Subtitles as a stream offers them: files that its URL names, or else the text tracks of its source. */

import type { Source, SubtitleTrack } from "../source.ts";

export interface SubtitleRendition {
  readonly kind: "subtitles";
  /** `subtitles-vtt` for a file, which the key names; `subtitles2-vtt` for the source's own track at that position. */
  readonly id: string;
  /** BCP 47. */
  readonly language: string;
  /** As a player's menu shows it. */
  readonly name: string;
  readonly isForced?: boolean;
}

export const SUBTITLE_FILE_ID = "subtitles-vtt";

export const isSubtitleId = (rendition: string): boolean => /^subtitles\d*-vtt$/.test(rendition);

/** What a language is called by those who speak it; its code where nobody knows. */
function languageName(code: string): string {
  if (code === "und") return "Subtitles";
  try {
    return new Intl.DisplayNames([code], { type: "language", languageDisplay: "standard" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Names in a group differ (4.4.6.1.1). */
function withOwnNames<Rendition extends SubtitleRendition>(renditions: readonly Rendition[]): readonly Rendition[] {
  return renditions.map((rendition, index) => {
    const before = renditions.slice(0, index).filter(({ name }) => name === rendition.name).length;
    return before === 0 ? rendition : { ...rendition, name: `${rendition.name} ${before + 1}` };
  });
}

/** A rendition for each of the files that a URL names. */
export const fileSubtitles = <File extends { readonly language: string }>(
  files: readonly File[],
): readonly (File & SubtitleRendition)[] =>
  withOwnNames(
    files.map((file) => ({ ...file, kind: "subtitles", id: SUBTITLE_FILE_ID, name: languageName(file.language) })),
  );

/** What ffmpeg reads as text; pictures of letters are not offered. */
const TEXT_CODECS: readonly string[] = ["mov_text", "subrip", "webvtt", "ass", "ssa", "text"];

/** A rendition for each of a source's own tracks that are text. */
export const trackSubtitles = ({ subtitles }: Source): readonly SubtitleRendition[] =>
  withOwnNames(
    subtitles.flatMap(({ codec, language, title, isForced }, position): SubtitleRendition[] =>
      TEXT_CODECS.includes(codec)
        ? [
            {
              kind: "subtitles",
              id: `subtitles${position}-vtt`,
              language,
              name: title || languageName(language),
              ...(isForced && { isForced }),
            },
          ]
        : [],
    ),
  );

/** The track that a rendition shows; undefined for files, and for what the source has not. */
export function subtitleTrack(source: Source, rendition: string): SubtitleTrack | undefined {
  const isOffered = trackSubtitles(source).some(({ id }) => id === rendition);
  return isOffered ? source.subtitles[Number(/\d+/.exec(rendition)?.[0])] : undefined;
}
