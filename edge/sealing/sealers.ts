/** SEALERS: how what is delivered is encrypted; one entry says everything about one way. */

import { BLOCK_BYTES, type CipherChain, LICENSE_ID, protectedInit, protectedSegment, type SampleCodec } from "#media";
import { formatRenditionFolder, type RenditionUrl, type Sealing } from "#transformation";
import type { ContentKey } from "./content-keys.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface Sealer {
  /** The folder whose key opens an object. */
  readonly keyFolder: (url: RenditionUrl) => string;
  /** @param number the segment's, which its playlist gives it as media sequence number */
  readonly segment: (segment: Bytes, key: ContentKey, url: RenditionUrl, number: number) => Promise<Bytes>;
  /** Absent where init sections stay as they are. */
  readonly init?: (init: Bytes, key: ContentKey) => Bytes;
}

async function encryptCbc(bytes: Bytes, key: CryptoKey, iv: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, bytes));
}

const cipherKey = ({ bytes }: ContentKey): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);

/** The whole segment (draft-pantos-hls-rfc8216bis 4.4.4.4 and 5.2), with a key for each rendition. */
const aes128: Sealer = {
  keyFolder: formatRenditionFolder,
  async segment(segment, key, _, number) {
    const iv = new Uint8Array(16);
    new DataView(iv.buffer).setUint32(12, number);
    // PKCS #7 padding, which WebCrypto always adds, is what is asked for.
    return encryptCbc(segment, await cipherKey(key), iv);
  },
};

/** The blocks of a chain, encrypted where they stand. */
async function encryptChain(bytes: Bytes, { start, blocks, stride }: CipherChain, key: CryptoKey, iv: Bytes) {
  const gathered = new Uint8Array(blocks * BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    const at = start + block * stride;
    gathered.set(bytes.subarray(at, at + BLOCK_BYTES), block * BLOCK_BYTES);
  }
  // Behind the last block lies padding, of which nobody knows.
  const encrypted = await encryptCbc(gathered, key, iv);
  for (let block = 0; block < blocks; block++)
    bytes.set(encrypted.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES), start + block * stride);
}

/** Common Encryption, with one key for all of a video's bytes: players ask for it once. */
const cbcs: Sealer = {
  keyFolder: (url) => formatRenditionFolder({ ...url, transformation: [], rendition: LICENSE_ID }),
  async segment(segment, key, { rendition }) {
    const { bytes, chains } = protectedSegment(segment, rendition.split("-")[1] as SampleCodec);
    const cipher = await cipherKey(key);
    await Promise.all(chains.map((chain) => encryptChain(bytes, chain, cipher, key.id)));
    return bytes;
  },
  // Any constant will do as the initialization vector, and this one is as good as random.
  init: (init, { id }) => protectedInit(init, { keyId: id, constantIv: id }),
};

export const SEALERS: Readonly<Record<Sealing, Sealer>> = { aes128, cbcs };
