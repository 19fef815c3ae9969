/** The keys of each ring: those of the configuration, those of the catalog, and what was revoked of both. */

import type { JWK } from "jose";
import type { RecordsReader } from "./access-records.ts";
import type { FoundKey, KeySource } from "./keyring.ts";
import { openKey } from "./sealed-key.ts";

const foundIn = (keys: readonly JWK[], keyId: string): FoundKey | undefined => {
  const jwk = keys.find(({ kid }) => kid === keyId);
  return jwk?.alg === undefined ? undefined : { algorithm: jwk.alg, identity: keyId, read: () => jwk };
};

/** Keys that nobody can revoke: what the edge hands out to itself. */
export const fixedKeys = (keys: readonly JWK[]): KeySource => ({
  find: (keyId) => foundIn(keys, keyId),
  isRevoked: () => false,
});

/** Keys of the configuration, until they are revoked. */
export const configuredKeys = (keys: readonly JWK[], records: Pick<RecordsReader, "current">): KeySource => ({
  find: (keyId) => foundIn(keys, keyId),
  async isRevoked(keyId, tokenId) {
    const { revokedKeys, revokedTokens } = await records.current();
    return revokedKeys.has(keyId) || (tokenId !== undefined && revokedTokens.has(tokenId));
  },
});

/** Keys of the catalog, until they are revoked. */
export const catalogKeys = (secret: string, records: Pick<RecordsReader, "current">): KeySource => ({
  async find(keyId) {
    const key = (await records.current()).keys.get(keyId);
    if (!key) return undefined;
    const { algorithm, verifier } = key;
    const read = () => (verifier.startsWith("{") ? (JSON.parse(verifier) as JWK) : openKey(verifier, secret));
    return { algorithm, identity: `${keyId} ${verifier}`, read };
  },
  isRevoked: configuredKeys([], records).isRevoked,
});

/** The first source that has a key of an id answers for it. */
export const keysOfAll = (...sources: readonly KeySource[]): KeySource => {
  const sourceOf = async (keyId: string) => {
    for (const source of sources) {
      const found = await source.find(keyId);
      if (found) return { source, found };
    }
    return undefined;
  };
  return {
    find: async (keyId) => (await sourceOf(keyId))?.found,
    isRevoked: async (keyId, tokenId) => (await sourceOf(keyId))?.source.isRevoked(keyId, tokenId) ?? true,
  };
};
