/** The part of mpd-parser that tests read by: it has no types of its own. */
declare module "mpd-parser" {
  export interface Segment {
    readonly resolvedUri: string;
    readonly number: number;
    /** Seconds. */
    readonly duration: number;
    readonly presentationTime: number;
    readonly map: { readonly resolvedUri: string };
  }

  export interface Playlist {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly resolvedUri: string;
    readonly segments: readonly Segment[];
    readonly contentProtection?: Readonly<Record<string, unknown>>;
  }

  type Group = Readonly<
    Record<string, { readonly language: string; readonly default: boolean; readonly playlists: readonly Playlist[] }>
  >;

  export interface Manifest {
    readonly duration: number;
    readonly playlists: readonly Playlist[];
    readonly eventStream: readonly {
      readonly schemeIdUri: string;
      readonly start: number;
      readonly end: number;
      readonly messageData: string | undefined;
    }[];
    readonly mediaGroups: Readonly<Record<"AUDIO" | "SUBTITLES", Readonly<Record<string, Group>>>>;
  }

  export function parse(manifest: string, options: { readonly manifestUri: string }): Manifest;
}
