/** Everything that a stream names, asked for as a player asks: by the address in the playlist and nothing else. */

export interface Visited {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

const URIS = /^(?:[^#\s].*)$|URI="([^"]*)"/gm;

export const urisIn = (playlist: string): readonly string[] =>
  [...playlist.matchAll(URIS)].map(([line, quoted]) => quoted ?? line);

export async function visit(url: URL): Promise<Visited> {
  const response = await fetch(url);
  return { url, status: response.status, headers: response.headers, body: await response.text() };
}

/** The playlist itself, the playlists that it names, and all that those name, each once. */
export async function walkStream(stream: URL): Promise<readonly Visited[]> {
  const visited = new Map<string, Visited>();
  const waiting = [stream];
  for (let url = waiting.pop(); url; url = waiting.pop()) {
    if (visited.has(url.href)) continue;
    const found = await visit(url);
    visited.set(url.href, found);
    const isPlaylist = found.headers.get("content-type")?.includes("mpegurl") ?? false;
    if (isPlaylist) waiting.push(...urisIn(found.body).map((uri) => new URL(uri, url)));
  }
  return [...visited.values()];
}
