/** SEALERS: how a segment is encrypted, one entry for each way. */

import type { Sealing } from "#transformation";

/** @param number the segment's, which its playlist gives it as media sequence number */
type Seal = (
  segment: Uint8Array<ArrayBuffer>,
  key: Uint8Array<ArrayBuffer>,
  number: number,
) => Promise<Uint8Array<ArrayBuffer>>;

/** AES-128-CBC with PKCS #7 padding over the whole segment (draft-pantos-hls-rfc8216bis 4.4.4.4 and 5.2). */
const sealAes128: Seal = async (segment, key, number) => {
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setUint32(12, number);
  const cipherKey = await crypto.subtle.importKey("raw", key, "AES-CBC", false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, cipherKey, segment));
};

export const SEALERS: Readonly<Record<Sealing, Seal>> = { aes128: sealAes128 };
