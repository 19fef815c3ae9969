/** Has the origin look at a source, the first time that an address asks for what is chosen by what is seen. */

import type { StoredSource } from "#catalog";
import { type Glance, glanceJob, isUnseen } from "#media";
import type { AssetName } from "#transformation";
import type { EdgeServices } from "./services.ts";

/**
 * A source with what is seen of it. It is kept in the catalog: every later plan is made of the same glance.
 * @throws Problem as the origin gives it
 */
export async function looked<Stored extends StoredSource>(
  name: AssetName,
  stored: Stored,
  { assets, builds, catalog, origin, signSource }: EdgeServices,
): Promise<Stored> {
  const { source, objectKey } = stored;
  if (!isUnseen(source)) return stored;
  const { recipe } = await builds.current();
  const signed = await signSource({ version: source.version, bytes: source.bytes, objectKey });
  const job = glanceJob(source, {
    recipe,
    key: `glance/${source.version}`,
    source: { ...signed, container: source.container },
  });
  if (!job) return stored;
  const { bytes } = await origin.make({ job });
  const glance = JSON.parse(new TextDecoder().decode(bytes)) as Glance;
  await catalog.assets.keepFacts(name, source.version, { glance });
  await assets.forget(name);
  return { ...stored, source: { ...source, glance } };
}
