/** Shared secrets as the database keeps them: sealed (JWE), since whoever reads one could sign with it. */

import { CompactEncrypt, compactDecrypt, type JWK } from "jose";

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** A key for nothing else than sealing, derived from a secret that has other uses. */
const sealingKey = async (secret: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(`seal playback keys ${secret}`)));

export const sealKey = async (key: JWK, secret: string): Promise<string> =>
  new CompactEncrypt(bytesOf(JSON.stringify(key)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(await sealingKey(secret));

/** Throws for what was sealed under another secret, and for what was changed. */
export async function openKey(sealed: string, secret: string): Promise<JWK> {
  const { plaintext } = await compactDecrypt(sealed, await sealingKey(secret));
  return JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
}
