import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProductCache } from "./product-cache.ts";

const product = (bytes: number) => ({ bytes: new Uint8Array(bytes) });

describe("products kept in memory", () => {
  it("are found again as they were, and nothing else is", () => {
    const cache = new ProductCache(100);
    const kept = product(10);
    cache.keep("a", kept);
    expect([cache.get("a"), cache.get("b")]).toEqual([kept, undefined]);
    expect(cache.get("a")).toBe(kept);
  });

  it("never change under their key", () => {
    const cache = new ProductCache(100);
    const [first, second] = [product(10), product(20)];
    cache.keep("a", first);
    cache.keep("a", second);
    expect(cache.get("a")).toBe(first);
  });

  it("make room for new ones, the oldest first", () => {
    const cache = new ProductCache(100);
    for (const key of ["a", "b", "c"]) cache.keep(key, product(30));
    cache.keep("d", product(40));
    expect(["a", "b", "c", "d"].map((key) => cache.get(key) !== undefined)).toEqual([false, true, true, true]);
  });

  it("are not kept where one alone is too much, and push nothing out for it", () => {
    const cache = new ProductCache(100);
    cache.keep("a", product(100));
    cache.keep("giant", product(101));
    expect([cache.get("giant"), cache.get("a") !== undefined]).toEqual([undefined, true]);
  });

  it("never take more than their room, and use what there is of it", () => {
    const kept = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 120 })), { maxLength: 60 });
    fc.assert(
      fc.property(kept, (products) => {
        const cache = new ProductCache<{ bytes: Uint8Array }>(100);
        const found = () =>
          Array.from({ length: 21 }, (_, key) => cache.get(String(key))?.bytes.length).filter(
            (size) => size !== undefined,
          );
        for (const [key, size] of products) {
          const isNew = cache.get(String(key)) === undefined;
          cache.keep(String(key), product(size));
          expect(found().reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100);
          if (isNew && size <= 100) expect(cache.get(String(key))?.bytes.length).toBe(size);
        }
      }),
    );
  });
});
