/** Hands on what opens a playlist to everything that it names: players send no headers, and relative URIs drop the query. */

/**
 * What rides behind each URI: a playback token, where it has bounds the pass of the folder that the URI lies in, and in
 * strict mode the folder's permit.
 */
export interface Handed {
  readonly token?: string | undefined;
  readonly passFor?: (folder: string) => Promise<string | undefined>;
  readonly permitFor?: (folder: string) => Promise<string | undefined>;
}

const URI = /^(?:[^#\s].*)$|URI="([^"]*)"/gm;

const folderOf = (uri: string): string => uri.slice(0, uri.lastIndexOf("/"));

/** The query behind a URI that lies in a folder; nothing where nothing is handed on. */
export async function handedQuery(folder: string, { token, passFor, permitFor }: Handed): Promise<string> {
  const [pass, permit] = await Promise.all([passFor?.(folder), permitFor?.(folder)]);
  const given = Object.entries({ token, pass, permit }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(Object.fromEntries(given) as Record<string, string>);
  return query.size === 0 ? "" : `?${query}`;
}

/** Every URI of a playlist with its query behind it; the playlist itself where there is none. */
export async function openedPlaylist(playlist: string, handed: Handed): Promise<string> {
  const folders = [...playlist.matchAll(URI)].map(([line, quoted]) => folderOf(quoted ?? line));
  const queries = new Map<string, string>();
  for (const folder of new Set(folders)) queries.set(folder, await handedQuery(folder, handed));
  return playlist.replaceAll(URI, (line, quoted: string | undefined) => {
    const uri = quoted ?? line;
    const opened = uri + (queries.get(folderOf(uri)) ?? "");
    return quoted === undefined ? opened : `URI="${opened}"`;
  });
}
