/** Finds the valid spelling that a mistyped one probably meant. */

/** Edit distance, bounded: texts beyond 40 characters are no typing mistakes. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current[column] = Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The candidate that differs least from the text, where it differs by less than half. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  if (text.length > 40) return undefined;
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(text.toLowerCase(), candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(1, Math.floor(best.candidate.length / 2)) ? best.candidate : undefined;
}
