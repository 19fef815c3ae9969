import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTransformation, rational, toNumber } from "#transformation";
import { subtitleFile, subtitlePart, subtitleSegment } from "../formats/webvtt.ts";
import { segmentCount, segmentStart } from "../grid.ts";
import { planDelivery } from "../plan.ts";
import { sourceFacts } from "../testing/sources.ts";
import { type Cue, plainText } from "./cue.ts";
import { readWebvtt } from "./parse.ts";
import { cuesWithin } from "./timing.ts";

const FILM = sourceFacts();
const cue = (start: number, end: number, text: string): Cue => ({
  start: rational(Math.round(start * 1000), 1000),
  end: rational(Math.round(end * 1000), 1000),
  runs: [{ text }],
});

const planOf = (chain: string) => planDelivery(parseTransformation(chain), FILM);

/** What all of the output says, and when. */
function said(chain: string, cues: readonly Cue[]) {
  const plan = planOf(chain);
  return cuesWithin({ cues, version: FILM.version }, plan, 0, plan.grid.frames).map((each) => [
    toNumber(each.start),
    toNumber(each.end),
    plainText(each),
  ]);
}

const segmentsOf = (chain: string, cues: readonly Cue[]): readonly string[] => {
  const plan = planOf(chain);
  return Array.from({ length: segmentCount(plan.grid) }, (_, number) => subtitleSegment(plan, cues, number) ?? "");
};

describe("what a transformed film says", () => {
  const cues = [cue(1, 3, "one"), cue(4, 6, "two"), cue(9, 12, "three")];

  it("stays with its pictures where the film is cut", () => {
    expect(said("so_2,eo_10", cues)).toEqual([
      [0, 1, "one"],
      [2, 4, "two"],
      [7, 8, "three"],
    ]);
  });

  it("is said backwards, faster and twice, as the pictures are shown", () => {
    expect(said("so_0,eo_10/e_reverse", cues)).toEqual([
      [7, 9, "one"],
      [4, 6, "two"],
      [0, 1, "three"],
    ]);
    expect(said("eo_8/e_accelerate:100", cues)).toEqual([
      [0.5, 1.5, "one"],
      [2, 3, "two"],
    ]);
    expect(said("so_1,eo_4/e_boomerang", cues)).toEqual([
      [0, 2, "one"],
      [4, 6, "one"],
    ]);
    expect(said("so_4,eo_6/e_loop:1/e_accelerate:100", cues)).toEqual([
      [0, 1, "two"],
      [1, 2, "two"],
    ]);
  });

  it("falls silent where nothing of it is left", () => {
    expect(said("so_6,eo_9", cues)).toEqual([]);
  });
});

describe("segments of subtitles", () => {
  it("count from the presentation's zero, and say nothing where nothing is said", () => {
    const [first, second] = segmentsOf("", [cue(5, 7.0004, "<later>")]);
    expect(first).toBe("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n");
    expect(second).toBe(first);
    expect(segmentsOf("", [cue(5, 7, "<later> & so")])[2]).toBe(
      "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n00:00:05.000 --> 00:00:07.000\n&lt;later&gt; &amp; so\n",
    );
    expect(subtitleSegment(planOf(""), [], 10_000)).toBeUndefined();
  });

  it("hold exactly the cues that they touch, each as long as it lasts, spelled alike in all of them", () => {
    const start = fc.integer({ min: 0, max: 58_000 });
    const list = fc.array(fc.tuple(start, fc.integer({ min: 1, max: 20_000 })), { maxLength: 12 });
    fc.assert(
      fc.property(list, fc.constantFrom("", "so_3.5", "e_accelerate:50"), (times, chain) => {
        const cues = times.map(([from, length], index) => cue(from / 1000, (from + length) / 1000, `cue ${index}`));
        const plan = planOf(chain);
        const whole = cuesWithin({ cues, version: FILM.version }, plan, 0, plan.grid.frames);
        segmentsOf(chain, cues).forEach((text, number) => {
          const [from, to] = [number, number + 1].map(
            (each) => segmentStart(plan.grid, each) / toNumber(plan.grid.frameRate),
          );
          const expected = whole.filter((each) => toNumber(each.start) < (to ?? 0) && toNumber(each.end) > (from ?? 0));
          const found = readWebvtt(text).map((each) => [plainText(each), Math.round(toNumber(each.start) * 1000)]);
          expect(found.sort()).toEqual(
            expected.map((each) => [plainText(each), Math.round(toNumber(each.start) * 1000)]).sort(),
          );
        });
      }),
    );
  });
});

describe("a part of all that a film says", () => {
  // Segments of two, two and then four seconds: the fourth begins at 8 s, the fifth ends at 16 s.
  const part = (cues: readonly Cue[], chain = "") => {
    const plan = planOf(chain);
    return subtitlePart(plan, subtitleFile(plan, cues), { first: 3, last: 4 });
  };

  it("counts from its own beginning, and has of each cue what lies in it", () => {
    const cues = [
      cue(1, 3, "before"),
      cue(7, 9.5, "into it"),
      cue(10, 11, "in it"),
      cue(15, 20, "out"),
      cue(16, 17, "behind"),
    ];
    expect(readWebvtt(part(cues)).map((each) => [toNumber(each.start), toNumber(each.end), plainText(each)])).toEqual([
      [0, 1.5, "into it"],
      [2, 3, "in it"],
      [7, 8, "out"],
    ]);
  });

  it("is a file, and be nothing said in it", () => {
    expect(part([cue(1, 2, "before")])).toBe("WEBVTT\n");
  });

  it("says nothing that the segments beside it do not say", () => {
    const words = fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 80 })), { maxLength: 20 });
    fc.assert(
      fc.property(words, (spans) => {
        const cues = spans.map(([start, length], index) => cue(start / 10, (start + length) / 10, `word ${index}`));
        const said = (text: string) => new Set(readWebvtt(text).map(plainText));
        const segments = segmentsOf("", cues).slice(3, 5).map(said);
        expect(said(part(cues))).toEqual(new Set(segments.flatMap((each) => [...each])));
      }),
    );
  });
});
