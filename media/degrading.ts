/** What a stream is offered in while nothing can be made. Pure. */

/** A rendition is as good as the fullest one when so little more of it is missing: a viewer of it rarely meets a hole. */
const TOLERANCE = 0.05;

/**
 * The renditions of which most is there: a player that switches among them meets as few holes as may be. All of them
 * where nothing is there, or the list would be empty and tell the player nothing.
 * @param shareOf how much of a rendition is there, from 0 to 1
 */
export function fullestOf<Each>(renditions: readonly Each[], shareOf: (rendition: Each) => number): readonly Each[] {
  const fullest = Math.max(0, ...renditions.map(shareOf));
  if (fullest === 0) return renditions;
  return renditions.filter((rendition) => shareOf(rendition) >= fullest - TOLERANCE && shareOf(rendition) > 0);
}
