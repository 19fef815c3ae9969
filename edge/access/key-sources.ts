/** The keys of each ring: those of the configuration, those of the catalog, and what was revoked of both. */

import type { JWK } from "jose";
import type { KnownRecords, RecordsReader } from "./access-records.ts";
import type { FoundKey, KeySource } from "./keyring.ts";
import { openKey } from "./sealed-key.ts";

type BareKey = Omit<FoundKey, "isRevoked">;

const foundIn = (keys: readonly JWK[], keyId: string): BareKey | undefined => {
  const jwk = keys.find(({ kid }) => kid === keyId);
  return jwk?.alg === undefined ? undefined : { algorithm: jwk.alg, identity: keyId, read: () => jwk };
};

/** A key, and what is known of revocations. */
const revocable = (key: BareKey, keyId: string, { revokedKeys, revokedTokens }: KnownRecords): FoundKey => ({
  ...key,
  isRevoked: (tokenId) => revokedKeys.has(keyId) || (tokenId !== undefined && revokedTokens.has(tokenId)),
});

/** Keys that nobody can revoke: what the edge hands out to itself. */
export const fixedKeys = (keys: readonly JWK[]): KeySource => ({
  find: (keyId) => {
    const key = foundIn(keys, keyId);
    return key && { ...key, isRevoked: () => false };
  },
});

/** Keys of the configuration, until they are revoked. */
export const configuredKeys = (keys: readonly JWK[], records: Pick<RecordsReader, "current">): KeySource => ({
  async find(keyId) {
    const key = foundIn(keys, keyId);
    return key && revocable(key, keyId, await records.current());
  },
});

/** Keys of the catalog, until they are revoked. */
export const catalogKeys = (secret: string, records: Pick<RecordsReader, "current">): KeySource => ({
  async find(keyId) {
    const known = await records.current();
    const key = known.keys.get(keyId);
    if (!key) return undefined;
    const { algorithm, verifier } = key;
    const read = () => (verifier.startsWith("{") ? (JSON.parse(verifier) as JWK) : openKey(verifier, secret));
    return revocable({ algorithm, identity: `${keyId} ${verifier}`, read }, keyId, known);
  },
});

/** The first source that has a key of an id answers for it. */
export const keysOfAll = (...sources: readonly KeySource[]): KeySource => ({
  async find(keyId) {
    for (const source of sources) {
      const found = await source.find(keyId);
      if (found) return found;
    }
    return undefined;
  },
});
