/** Where the keys of encrypted segments come from. */

/** The port: a key server of a DRM system is another adapter. */
export interface ContentKeys {
  /** The 16 bytes that open a rendition's folder: the same for everybody, for ever. */
  keyFor(folder: string): Promise<Uint8Array<ArrayBuffer>>;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** Keys of one secret (HKDF, RFC 5869): nothing is stored, and no key says anything of another. */
export function derivedKeys(secret: string): ContentKeys {
  let master: Promise<CryptoKey> | undefined;
  return {
    async keyFor(folder) {
      master ??= crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
      const info = utf8(`edgereel content key ${folder}`);
      const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
      return new Uint8Array(await crypto.subtle.deriveBits(derivation, await master, 128));
    },
  };
}
