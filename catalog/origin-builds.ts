/** What the origin last said of itself: plans go on with it while the origin cannot be asked. */

import { eq } from "drizzle-orm";
import type { OriginBuild } from "#media";
import type { Database } from "./database.ts";
import { originBuilds } from "./schema.ts";

export interface OriginBuildCatalog {
  last(): Promise<{ readonly build: OriginBuild; readonly seenAt: number } | undefined>;
  note(build: OriginBuild, seenAt: number): Promise<void>;
}

const ONLY = 1;

export const originBuildCatalog = (db: Database): OriginBuildCatalog => ({
  async last() {
    const [row] = await db.select().from(originBuilds).where(eq(originBuilds.id, ONLY)).limit(1);
    return row;
  },
  async note(build, seenAt) {
    await db
      .insert(originBuilds)
      .values({ id: ONLY, build, seenAt })
      .onConflictDoUpdate({ target: originBuilds.id, set: { build, seenAt } });
  },
});
