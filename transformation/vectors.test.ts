import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  canonicalTransformation,
  formatTransformation,
  Problem,
  parseDeliveryUrl,
  parseTransformation,
  signedStrings,
} from "./index.ts";
import { transformationOf, VECTORS_FILE, type Vector, vectors } from "./testing/vectors.ts";

interface SignedVector extends Vector {
  readonly url: string;
  readonly secret: string;
  readonly signature: { readonly algorithm: string; readonly value: string };
}

const signedVectors = (): readonly SignedVector[] =>
  vectors().filter(({ kind }) => kind === "signed_url") as unknown as readonly SignedVector[];

/** What a signature is checked with, without reading the transformation: it may be one that edgereel refuses. */
function signedParts(path: string) {
  const [, signature = "", signedPath = ""] = /\/s--([\w-]{8}|[\w-]{32})--\/(.*)$/.exec(path) ?? [];
  const version = /(?:^|\/)v(\d+)\//.exec(signedPath)?.[1];
  return { signature, signedPath, ...(version !== undefined && { version }) };
}

/** What may be refused, and why: by parameter, or by parameter and the beginning of its value. */
const REFUSALS: readonly (readonly [parameter: RegExp, why: string])[] = [
  [/^(ac)$/, "a misspelt codec of an SDK's own test (acc), or ogg, which is a container"],
  [
    /^(fl_abc|fl_def|fl_bar|fl_foo|fl_first_flag|fl_second_flag|fl_single_flag|fl_another_flag|fl_my_flag)/,
    "flags that SDK tests make up",
  ],
  [/^(fl_a|fl_b)$/, "flags that SDK tests make up"],
  [/^(e_kuku|e_make_cool)$/, "effects that SDK tests make up"],
  [/^(c)$/, "imagga_crop and imagga_scale are an add-on; the others are made up by SDK tests"],
  [/^(b)$/, "gen_fill is an add-on; a brightness of 500 lies outside of its range; 2 is made up"],
  [/^(l|u)$/, "text without a text, and base64 that is no address"],
  [/^(w|h)$/, "auto needs hints that video has none of; words that SDK tests make up; conditions without their if_"],
  [/^(q)$/, "levels that do not exist, and 0"],
  [/^(br)$/, "500 bits a second"],
  [/^(vc)$/, "profiles that do not exist"],
  [/^(dpr)$/, "no value at all"],
  [/^(bo)$/, "half pixels, and a border without a width"],
  [/^(a)$/, "exif, which only images have"],
  [
    /^(e_brightness|e_sepia|e_accelerate|e_contrast|e_progressbar|e_volume|e_loop|e_saturation)$/,
    "values outside of the documented range, or named options of images",
  ],
  [/^(fl_layer_apply)$/, "a fragment without the layer that it closes"],
  [/^\$/, "a word that is no value"],
  [/^(5)?$/, "a comma too many"],
  [/^(g|sp|t|so|eo|du|dl|vs|r|z|o|ki|fps|e_[a-z_]+)$/, "words that SDK tests make up"],
];

describe.skipIf(vectors().length === 0)(
  `the URLs in ${VECTORS_FILE} (skipped without it; EDGEREEL_VECTORS names it)`,
  () => {
    it("are read, spelled so that they read the same, and canonical in one spelling; or refused for a reason", () => {
      const refused: string[] = [];
      let read = 0;
      for (const vector of vectors()) {
        const text = transformationOf(vector);
        if (text === undefined) continue;
        try {
          const steps = parseTransformation(text);
          expect(parseTransformation(formatTransformation(steps)), text).toEqual(steps);
          const canonical = formatTransformation(canonicalTransformation(steps));
          expect(formatTransformation(canonicalTransformation(parseTransformation(canonical))), text).toBe(canonical);
          read++;
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          const parameter = error.facts.parameter ?? "";
          expect(
            REFUSALS.some(([pattern]) => pattern.test(parameter)),
            `${text}: ${error.message}`,
          ).toBe(true);
          refused.push(parameter);
        }
      }
      expect(read).toBeGreaterThan(1700);
      expect(refused.length).toBeLessThan(read / 15);
    });

    it("verify where they are signed, one and all", () => {
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
          expect(["invalid-value", "unsupported-parameter", "not-found", "invalid-url"], url).toContain(error.code);
        }
      }
    });
  },
);
