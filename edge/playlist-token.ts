/** Hands a token on to everything that a playlist names: players send no headers, and relative URIs drop the query. */

/** Every URI of a playlist with `?token=` behind it; the playlist itself where there is no token. */
export function authorizedPlaylist(playlist: string, token: string | undefined): string {
  if (token === undefined) return playlist;
  const query = `?token=${encodeURIComponent(token)}`;
  return playlist
    .split("\n")
    .map((line) => {
      if (line.startsWith("#")) return line.replace(/URI="([^"]*)"/, (_, uri: string) => `URI="${uri}${query}"`);
      return line === "" ? line : line + query;
    })
    .join("\n");
}
