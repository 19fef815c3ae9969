import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalDeliveryPath,
  canonicalTransformation,
  formatTransformation,
  Problem,
  parseDeliveryUrl,
  parseRenditionUrl,
  parseTransformation,
} from "./index.ts";
import { mutated, SEEDS } from "./testing/mutations.ts";

/** What is refused is a Problem; all else that is thrown is a defect. */
function answers(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(JSON.stringify(error)).toContain(error.code);
  }
}

const RUNS = { numRuns: 3000 };

describe("a text that nobody would write", () => {
  it("is read and spelled so that it reads the same, or refused by name", () => {
    fc.assert(
      fc.property(mutated(SEEDS), (text) =>
        answers(() => {
          const steps = parseTransformation(text);
          expect(parseTransformation(formatTransformation(steps))).toEqual(steps);
          const canonical = canonicalTransformation(steps);
          expect(canonicalTransformation(parseTransformation(formatTransformation(canonical)))).toEqual(canonical);
        }),
      ),
      RUNS,
    );
  });

  it("is read and spelled, or refused, wherever in a path it stands", () => {
    fc.assert(
      fc.property(mutated(SEEDS), fc.constantFrom(encodeURI, String), (given, escaped) =>
        answers(() => {
          const path = canonicalDeliveryPath(
            parseDeliveryUrl(`/demo/video/upload/${escaped(given.toWellFormed())}/film.mp4`),
          );
          expect(canonicalDeliveryPath(parseDeliveryUrl(path))).toBe(path);
        }),
      ),
      RUNS,
    );
    fc.assert(
      fc.property(mutated(SEEDS), (text) =>
        answers(() => {
          parseRenditionUrl(`/demo/video/upload/${text}/film/@0123456789abcdef.r1/720p-av1/1.m4s`);
        }),
      ),
      RUNS,
    );
  });

  it("is answered though it is any text at all", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 80 }),
        (text) => {
          for (const key of [
            "",
            "l_text:Arial_20:",
            "$a_!",
            "w_",
            "fl_attachment:",
            "e_",
            "sp_auto:",
            "t_",
            "l_fetch:",
          ])
            answers(() => void formatTransformation(canonicalTransformation(parseTransformation(key + text))));
          answers(() => void parseDeliveryUrl(text));
          answers(() => void parseDeliveryUrl(`/demo/video/upload/${text}`));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
