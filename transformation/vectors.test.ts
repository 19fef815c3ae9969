import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Problem, parseDeliveryUrl, signedStrings } from "./index.ts";

/** A collection of real URLs, where the machine has one; what edgereel needs itself is in testing/sdk-urls.ts. */
const FOLDER = process.env["EDGEREEL_VECTORS"] ?? "../shared/vectors";
const FILE = join(FOLDER, "delivery-urls.json");

interface SignedVector {
  readonly kind: "signed_url";
  readonly url: string;
  readonly secret: string;
  readonly signature: { readonly algorithm: string; readonly value: string };
}

const signedVectors = (): readonly SignedVector[] =>
  (JSON.parse(readFileSync(FILE, "utf8")) as { entries: readonly SignedVector[] }).entries.filter(
    ({ kind }) => kind === "signed_url",
  );

/** What a signature is checked with, without reading the transformation: it may be one that edgereel refuses. */
function signedParts(path: string) {
  const [, signature = "", signedPath = ""] = /\/s--([\w-]{8}|[\w-]{32})--\/(.*)$/.exec(path) ?? [];
  const version = /(?:^|\/)v(\d+)\//.exec(signedPath)?.[1];
  return { signature, signedPath, ...(version !== undefined && { version }) };
}

describe.skipIf(!existsSync(FILE))(`the signed URLs in ${FILE} (skipped without it; EDGEREEL_VECTORS names it)`, () => {
  it("verify, one and all", () => {
    expect(signedVectors().length).toBeGreaterThan(10);
    for (const { url, secret, signature } of signedVectors()) {
      const parts = signedParts(new URL(url).pathname);
      const expected = signedStrings(parts).map((text) =>
        createHash(signature.algorithm)
          .update(text + secret)
          .digest("base64url")
          .slice(0, signature.value.length),
      );
      expect(parts.signature, url).toBe(signature.value);
      expect(expected, url).toContain(signature.value);
    }
  });

  it("are read as what they sign, or refused by name", () => {
    for (const { url } of signedVectors()) {
      const { pathname } = new URL(url);
      try {
        expect(parseDeliveryUrl(pathname), url).toMatchObject(signedParts(pathname));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(["invalid-value", "unsupported-parameter", "not-found"], url).toContain(error.code);
      }
    }
  });
});
