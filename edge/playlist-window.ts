/** A part of a media playlist: some of its segments under their own numbers, and whatever the playlist says of all. */

import type { SegmentRun } from "#media";

/** Tags that hold for all segments behind them until the next of their kind (draft-pantos-hls-rfc8216bis 4.4.4). */
const LASTING = ["#EXT-X-MAP:", "#EXT-X-KEY:"];

const MEDIA_SEQUENCE = "#EXT-X-MEDIA-SEQUENCE:";
const END = "#EXT-X-ENDLIST";

/** The lines of each segment, up to its URI, and those before the first and behind the last. */
function partsOf(lines: readonly string[]): {
  readonly head: readonly string[];
  readonly segments: readonly (readonly string[])[];
} {
  const start = lines.findIndex((line) => line.startsWith("#EXTINF:"));
  const segments: string[][] = [[]];
  for (const line of start < 0 ? [] : lines.slice(start)) {
    segments.at(-1)?.push(line);
    if (!line.startsWith("#")) segments.push([]);
  }
  return { head: start < 0 ? lines : lines.slice(0, start), segments: segments.slice(0, -1) };
}

/**
 * The same playlist with the segments of a run. The first one keeps its number, so that renditions stay aligned, and
 * what is counted from it (EXT-X-MEDIA-SEQUENCE is also the IV of a key without one) stays right.
 */
export function windowedPlaylist(playlist: string, run: SegmentRun | undefined): string {
  if (!run) return playlist;
  const { head, segments } = partsOf(playlist.trimEnd().split("\n"));
  const before = segments.slice(0, run.first).flat();
  const lasting = LASTING.map((tag) => before.findLast((line) => line.startsWith(tag)));
  const lines = [
    ...head.map((line) => (line.startsWith(MEDIA_SEQUENCE) ? `${MEDIA_SEQUENCE}${run.first}` : line)),
    ...lasting.filter((line) => line !== undefined),
    ...segments.slice(run.first, run.last + 1).flat(),
    END,
  ];
  return `${lines.join("\n")}\n`;
}
