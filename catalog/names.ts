/** What is kept under a name: transformations and streaming profiles. */

import { and, asc, eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { namedTransformations, streamingProfiles } from "./schema.ts";

export interface NamedTransformation {
  readonly name: string;
  /** As it is spelled in a URL. */
  readonly definition: string;
  readonly allowedForStrict: boolean;
}

export interface CustomProfile {
  readonly name: string;
  readonly displayName: string;
  /** One transformation a rung. */
  readonly representations: readonly string[];
}

/** Everything of a cloud that has a name. */
export interface Names {
  readonly transformations: readonly NamedTransformation[];
  readonly profiles: readonly CustomProfile[];
}

export interface NameCatalog {
  all(cloud: string): Promise<Names>;
  putTransformation(cloud: string, transformation: NamedTransformation): Promise<void>;
  /** Answers whether there was one. */
  deleteTransformation(cloud: string, name: string): Promise<boolean>;
  putProfile(cloud: string, profile: CustomProfile): Promise<void>;
  deleteProfile(cloud: string, name: string): Promise<boolean>;
}

export const nameCatalog = (db: Database): NameCatalog => ({
  async all(cloud) {
    const [transformations, profiles] = await db.batch([
      db
        .select()
        .from(namedTransformations)
        .where(eq(namedTransformations.cloud, cloud))
        .orderBy(asc(namedTransformations.name)),
      db
        .select()
        .from(streamingProfiles)
        .where(eq(streamingProfiles.cloud, cloud))
        .orderBy(asc(streamingProfiles.name)),
    ]);
    return {
      transformations: transformations.map(({ cloud: _, ...row }) => row),
      profiles: profiles.map(({ cloud: _, ...row }) => row),
    };
  },

  async putTransformation(cloud, { name, ...set }) {
    await db
      .insert(namedTransformations)
      .values({ cloud, name, ...set })
      .onConflictDoUpdate({ target: [namedTransformations.cloud, namedTransformations.name], set });
  },

  async deleteTransformation(cloud, name) {
    const gone = await db
      .delete(namedTransformations)
      .where(and(eq(namedTransformations.cloud, cloud), eq(namedTransformations.name, name)))
      .returning({ name: namedTransformations.name });
    return gone.length > 0;
  },

  async putProfile(cloud, { name, ...set }) {
    await db
      .insert(streamingProfiles)
      .values({ cloud, name, ...set })
      .onConflictDoUpdate({ target: [streamingProfiles.cloud, streamingProfiles.name], set });
  },

  async deleteProfile(cloud, name) {
    const gone = await db
      .delete(streamingProfiles)
      .where(and(eq(streamingProfiles.cloud, cloud), eq(streamingProfiles.name, name)))
      .returning({ name: streamingProfiles.name });
    return gone.length > 0;
  },
});
