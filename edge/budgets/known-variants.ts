/**
 * Which variants (renditions of a video: a transformation in a codec and a size) something was made of before: a mark
 * for each, beside what was made, which goes when its source does.
 */

import { formatRenditionFolder, type RenditionUrl } from "#transformation";
import { hex } from "../access/hash.ts";

export interface KnownVariants {
  /**
   * Does what has to be done before something of a variant is made, and marks the variant when it is done. Of several
   * who come for a new variant one is told that it is new, the others wait.
   */
  admit(url: RenditionUrl, admit: (isNew: boolean) => Promise<void>): Promise<void>;
}

/** More are looked up again. */
const MAX_REMEMBERED = 10_000;

/** A recipe is no part of it: what is encoded anew by another one is not new to the cloud. */
async function markOf({ sourceVersion, ...url }: RenditionUrl): Promise<string> {
  const folder = formatRenditionFolder({ ...url, sourceVersion, recipe: "any" });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(folder));
  return `${sourceVersion}/variants/${hex(digest).slice(0, 40)}`;
}

export function knownVariants(bucket: Pick<R2Bucket, "head" | "put">): KnownVariants {
  const known = new Set<string>();
  const turns = new Map<string, Promise<void>>();

  async function admitNext(mark: string, admit: (isNew: boolean) => Promise<void>): Promise<void> {
    if (!known.has(mark) && !(await bucket.head(mark))) {
      await admit(true);
      await bucket.put(mark, "");
    } else await admit(false);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.add(mark);
  }

  return {
    async admit(url, admit) {
      const mark = await markOf(url);
      if (known.has(mark)) return admit(false);
      const turn = (turns.get(mark) ?? Promise.resolve()).catch(() => {}).then(() => admitNext(mark, admit));
      turns.set(mark, turn);
      await turn.finally(() => {
        if (turns.get(mark) === turn) turns.delete(mark);
      });
    },
  };
}
