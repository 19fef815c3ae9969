/** The chapters of a stream, as the file that its playlist names. */

import { CHAPTERS_ID, chaptersFile, chaptersOf } from "#media";
import type { RenditionUrl } from "#transformation";
import { isKey, plannedSource, unnamed } from "./planned-rendition.ts";
import type { EdgeServices } from "./services.ts";

/** @throws Problem `not-found` for addresses that no playlist names, and for versions that are gone */
export async function chaptersFor(url: RenditionUrl, services: EdgeServices): Promise<string> {
  const { plan } = await plannedSource(url, services);
  const chapters = chaptersOf(plan);
  if (chapters.length === 0 || url.rendition !== CHAPTERS_ID || !isKey(url, plan.keys.sound)) throw unnamed();
  return chaptersFile(chapters);
}
