/** Hands on what opens a manifest to everything that it names: players send no headers, and relative URIs drop the query. */

/**
 * What rides behind each URI: a playback token, where it has bounds the pass of the folder that the URI lies in, and in
 * strict mode the folder's permit.
 */
export interface Handed {
  readonly token?: string | undefined;
  readonly passFor?: (folder: string) => Promise<string | undefined>;
  readonly permitFor?: (folder: string) => Promise<string | undefined>;
}

/** The query behind a URI that lies in a folder; nothing where nothing is handed on. */
export async function handedQuery(folder: string, { token, passFor, permitFor }: Handed): Promise<string> {
  const [pass, permit] = await Promise.all([passFor?.(folder), permitFor?.(folder)]);
  const given = Object.entries({ token, pass, permit }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(Object.fromEntries(given) as Record<string, string>);
  return query.size === 0 ? "" : `?${query}`;
}

/** The query of each folder, `?` with it; empty where nothing is handed on. */
export async function queriesFor(folders: readonly string[], handed: Handed): Promise<ReadonlyMap<string, string>> {
  const queries = [...new Set(folders)].map(async (folder) => [folder, await handedQuery(folder, handed)] as const);
  return new Map(await Promise.all(queries));
}

const URI = /^(?:[^#\s].*)$|URI="([^"]*)"/gm;

/** Every URI of a media playlist with one query behind it: all that such a playlist names lies in its own folder. */
export async function openedPlaylist(playlist: string, handed: Handed): Promise<string> {
  const query = await handedQuery("", handed);
  if (query === "") return playlist;
  return playlist.replaceAll(URI, (line, quoted: string | undefined) =>
    quoted === undefined ? line + query : `URI="${quoted}${query}"`,
  );
}
