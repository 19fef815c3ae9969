/** Finished objects, kept in memory for the viewer to whom they were looked ahead; bounded, the oldest go first. */

export class ProductCache<T extends { readonly bytes: Uint8Array }> {
  readonly #maxBytes: number;
  readonly #products = new Map<string, T>();
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): T | undefined {
    return this.#products.get(key);
  }

  keep(key: string, product: T): void {
    if (this.#products.has(key) || product.bytes.length > this.#maxBytes) return;
    this.#products.set(key, product);
    this.#size += product.bytes.length;
    for (const [oldest, { bytes }] of this.#products) {
      if (this.#size <= this.#maxBytes) return;
      this.#products.delete(oldest);
      this.#size -= bytes.length;
    }
  }
}
