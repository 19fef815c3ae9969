/** What playback tokens are held against: keys that verify them, and what was revoked. */

import { and, asc, count, desc, eq, gt, lte, notExists, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { playbackKeys, revokedKeys, revokedTokens } from "./schema.ts";

export interface PlaybackKey {
  /** The `kid` of the tokens that it verifies. */
  readonly id: string;
  readonly algorithm: string;
  /** As the edge has it: a public key, or a sealed secret. */
  readonly verifier: string;
  /** Seconds since 1970, as all times here. */
  readonly createdAt: number;
}

export interface RevokedToken {
  /** Its `jti`. */
  readonly id: string;
  readonly revokedAt: number;
  /** Until then it is remembered. */
  readonly expiresAt: number;
}

export interface RevokedKey {
  readonly id: string;
  readonly revokedAt: number;
}

/** All that is needed to judge a token: plain data. */
export interface AccessRecords {
  /** Those that were not revoked. */
  readonly keys: readonly PlaybackKey[];
  readonly revokedKeys: readonly string[];
  readonly revokedTokens: readonly string[];
}

export interface AccessCatalog {
  records(cloud: string, now: number): Promise<AccessRecords>;
  /** Every key that was made here, the newest first. */
  keys(cloud: string): Promise<readonly PlaybackKey[]>;
  /** Answers whether the id was free: one that was ever used or revoked is not. */
  addKey(cloud: string, key: PlaybackKey): Promise<boolean>;
  revokedKeys(cloud: string): Promise<readonly RevokedKey[]>;
  /** Revokes an id, whoever keeps its key; one that is revoked stays so since then. */
  revokeKey(cloud: string, key: RevokedKey): Promise<void>;
  /** Those that are still remembered, the latest first. */
  revokedTokens(cloud: string, now: number): Promise<readonly RevokedToken[]>;
  countRevokedTokens(cloud: string, now: number): Promise<number>;
  /** A token that is revoked again is remembered as long as the later wish says. */
  revokeToken(cloud: string, token: RevokedToken): Promise<void>;
  /** Forgets tokens that have ended by themselves. */
  expire(now: number): Promise<void>;
}

export const accessCatalog = (db: Database): AccessCatalog => {
  const keysOf = (cloud: string) => db.select().from(playbackKeys).where(eq(playbackKeys.cloud, cloud));
  const revokedKeysOf = (cloud: string) => db.select().from(revokedKeys).where(eq(revokedKeys.cloud, cloud));
  const remembered = (cloud: string, now: number) =>
    and(eq(revokedTokens.cloud, cloud), gt(revokedTokens.expiresAt, now));
  return {
    async records(cloud, now) {
      const [keys, gone, tokens] = await db.batch([
        keysOf(cloud),
        revokedKeysOf(cloud),
        db.select({ id: revokedTokens.id }).from(revokedTokens).where(remembered(cloud, now)),
      ]);
      const revoked = gone.map(({ id }) => id);
      return {
        keys: keys.filter(({ id }) => !revoked.includes(id)).map(({ cloud: _, ...key }) => key),
        revokedKeys: revoked,
        revokedTokens: tokens.map(({ id }) => id),
      };
    },

    async keys(cloud) {
      const rows = await keysOf(cloud).orderBy(desc(playbackKeys.createdAt), asc(playbackKeys.id));
      return rows.map(({ cloud: _, ...key }) => key);
    },

    async addKey(cloud, key) {
      // In one statement: of two who take an id at once one is told that it is taken.
      const revoked = db
        .select()
        .from(revokedKeys)
        .where(and(eq(revokedKeys.cloud, cloud), eq(revokedKeys.id, key.id)));
      const values = db
        .select({
          cloud: sql<string>`${cloud}`.as("cloud"),
          id: sql<string>`${key.id}`.as("id"),
          algorithm: sql<string>`${key.algorithm}`.as("algorithm"),
          verifier: sql<string>`${key.verifier}`.as("verifier"),
          createdAt: sql<number>`${key.createdAt}`.as("created_at"),
        })
        .from(sql`(SELECT 1)`)
        .where(notExists(revoked));
      const added = await db
        .insert(playbackKeys)
        .select(values)
        .onConflictDoNothing()
        .returning({ id: playbackKeys.id });
      return added.length > 0;
    },

    async revokedKeys(cloud) {
      const rows = await revokedKeysOf(cloud).orderBy(desc(revokedKeys.revokedAt), asc(revokedKeys.id));
      return rows.map(({ cloud: _, ...key }) => key);
    },

    async revokeKey(cloud, key) {
      await db
        .insert(revokedKeys)
        .values({ cloud, ...key })
        .onConflictDoNothing();
    },

    async revokedTokens(cloud, now) {
      const rows = await db
        .select()
        .from(revokedTokens)
        .where(remembered(cloud, now))
        .orderBy(desc(revokedTokens.revokedAt), asc(revokedTokens.id));
      return rows.map(({ cloud: _, ...token }) => token);
    },

    async countRevokedTokens(cloud, now) {
      const [row] = await db.select({ tokens: count() }).from(revokedTokens).where(remembered(cloud, now));
      return row?.tokens ?? 0;
    },

    async revokeToken(cloud, token) {
      await db
        .insert(revokedTokens)
        .values({ cloud, ...token })
        .onConflictDoUpdate({
          target: [revokedTokens.cloud, revokedTokens.id],
          set: { expiresAt: sql`max(${revokedTokens.expiresAt}, excluded.expires_at)` },
        });
    },

    async expire(now) {
      await db.delete(revokedTokens).where(lte(revokedTokens.expiresAt, now));
    },
  };
};
