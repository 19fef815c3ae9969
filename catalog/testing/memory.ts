/** Catalogs that forget everything, for tests of what stands on them. */

import type { AccessCatalog, OriginBuildCatalog, PlaybackKey, RevokedKey, RevokedToken } from "../index.ts";

export function memoryOriginBuilds(): OriginBuildCatalog {
  let noted: Awaited<ReturnType<OriginBuildCatalog["last"]>>;
  return {
    last: async () => noted,
    note: async (build, seenAt) => {
      noted = { build, seenAt };
    },
  };
}

export function memoryAccess(): AccessCatalog {
  const keys = new Map<string, PlaybackKey>();
  const gone = new Map<string, RevokedKey>();
  const tokens = new Map<string, RevokedToken>();
  const nameOf = (cloud: string, id: string) => `${cloud}\n${id}`;
  const of = <T>(entries: ReadonlyMap<string, T>, cloud: string): readonly T[] =>
    [...entries].flatMap(([name, entry]) => (name.startsWith(`${cloud}\n`) ? [entry] : []));
  const latest = <T extends { id: string }>(entries: readonly T[], time: (entry: T) => number): readonly T[] =>
    [...entries].sort((a, b) => time(b) - time(a) || (a.id < b.id ? -1 : 1));
  const remembered = (cloud: string, now: number) => of(tokens, cloud).filter(({ expiresAt }) => expiresAt > now);
  return {
    records: async (cloud, now) => ({
      keys: of(keys, cloud).filter(({ id }) => !gone.has(nameOf(cloud, id))),
      revokedKeys: of(gone, cloud).map(({ id }) => id),
      revokedTokens: remembered(cloud, now).map(({ id }) => id),
    }),
    keys: async (cloud) => latest(of(keys, cloud), ({ createdAt }) => createdAt),
    addKey: async (cloud, key) => {
      const name = nameOf(cloud, key.id);
      if (keys.has(name) || gone.has(name)) return false;
      keys.set(name, key);
      return true;
    },
    revokedKeys: async (cloud) => latest(of(gone, cloud), ({ revokedAt }) => revokedAt),
    revokeKey: async (cloud, key) => {
      if (!gone.has(nameOf(cloud, key.id))) gone.set(nameOf(cloud, key.id), key);
    },
    revokedTokens: async (cloud, now) => latest(remembered(cloud, now), ({ revokedAt }) => revokedAt),
    countRevokedTokens: async (cloud, now) => remembered(cloud, now).length,
    revokeToken: async (cloud, token) => {
      const known = tokens.get(nameOf(cloud, token.id));
      const expiresAt = Math.max(token.expiresAt, known?.expiresAt ?? 0);
      tokens.set(nameOf(cloud, token.id), { ...(known ?? token), expiresAt });
    },
    expire: async (now) => {
      for (const [name, { expiresAt }] of tokens) if (expiresAt <= now) tokens.delete(name);
    },
  };
}
