/** Has the origin look at a source, the first time that an address asks for what is chosen by what is seen. */

import type { StoredSource } from "#catalog";
import { glanceJob, isUnseen } from "#media";
import type { AssetName } from "#transformation";
import type { Spender } from "./budgets/spender.ts";
import type { EdgeServices } from "./services.ts";
import { signedSource } from "./source-url.ts";

/**
 * A source with what is seen of it. It is kept in the catalog: every later plan is made of the same glance.
 * @param spender on whose budget it is looked at; nobody's where nothing bounds it
 * @throws Problem as the origin gives it, and where the budget is spent
 */
export async function looked<Stored extends StoredSource>(
  name: AssetName,
  stored: Stored,
  spender: Spender | undefined,
  { assets, builds, catalog, encodes, signSource }: EdgeServices,
): Promise<Stored> {
  const { source } = stored;
  if (!isUnseen(source)) return stored;
  const { recipe } = await builds.current();
  const job = glanceJob(source, {
    recipe,
    key: `glance/${source.version}`,
    source: await signedSource(stored, signSource),
  });
  if (!job) return stored;
  const glance = await builds.heeding(() => encodes.look({ sourceVersion: source.version, job, spender }));
  await catalog.assets.keepFacts(name, source.version, { glance });
  await assets.forget(name);
  return { ...stored, source: { ...source, glance } };
}
