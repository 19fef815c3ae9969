/** Subtitles as a stream offers them: files that its URL names, or else the text tracks of its source. */

export interface SubtitleRendition {
  readonly kind: "subtitles";
  /** `subtitles-vtt` for a file, which the key names; `subtitles2-vtt` for the source's own track at that position. */
  readonly id: string;
  /** BCP 47. */
  readonly language: string;
  /** As a player's menu shows it. */
  readonly name: string;
}

export const SUBTITLE_FILE_ID = "subtitles-vtt";

export const isSubtitleId = (rendition: string): boolean => /^subtitles\d*-vtt$/.test(rendition);

/** What a language is called by those who speak it; its code where nobody knows. */
function languageName(code: string): string {
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
