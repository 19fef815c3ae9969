/** Where the keys of what is encrypted come from. */

export interface ContentKey {
  /** 16 bytes, no secret: by it players ask for the key. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** 16 bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The port: the key server of a system of rights management is another adapter. */
export interface ContentKeys {
  /** The key of a folder: the same for everybody, for ever. */
  keyFor(folder: string): Promise<ContentKey>;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** Keys of one secret (HKDF, RFC 5869): nothing is stored, and no key says anything of another. */
export function derivedKeys(secret: string): ContentKeys {
  let master: Promise<CryptoKey> | undefined;
  async function derived(purpose: "id" | "key", folder: string): Promise<Uint8Array<ArrayBuffer>> {
    master ??= crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
    const info = utf8(`edgereel content ${purpose} ${folder}`);
    const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
    return new Uint8Array(await crypto.subtle.deriveBits(derivation, await master, 128));
  }
  return {
    async keyFor(folder) {
      const [id, bytes] = await Promise.all([derived("id", folder), derived("key", folder)]);
      return { id, bytes };
    },
  };
}
