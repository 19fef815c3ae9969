import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem, toNumber } from "#transformation";
import { formatCueText, parseCueText } from "./cue-text.ts";
import { parseSubtitles, readWebvtt } from "./parse.ts";

/** Cues as one reads them: from, to, text. */
const read = (text: string) =>
  parseSubtitles(text).cues.map(({ start, end, runs }) => [
    toNumber(start),
    toNumber(end),
    runs.map((run) => run.text).join(""),
  ]);

const refusal = (text: string): string => {
  try {
    parseSubtitles(text);
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid-subtitles" });
    return (error as Problem).message;
  }
  throw new Error("it was taken");
};

describe("a subtitle file", () => {
  it("is read as WebVTT: names, notes, styles and regions beside the cues", () => {
    const file =
      "\ufeffWEBVTT - a film\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nNOTE not --> now\r\n\r\n" +
      "intro\r\n00:01.500 --> 00:00:03.000 align:start line:10% wobble:1\r\nHello\r\nthere\r\n\r\n1:00:00.000 --> 1:00:00.001\r\n.";
    expect(() => read(file)).toThrow(/Line 14/);
    expect(read(file.replaceAll("1:00:00", "01:00:00"))).toEqual([
      [1.5, 3, "Hello\nthere"],
      [3600, 3600.001, "."],
    ]);
    expect(parseSubtitles(file.replaceAll("1:00:00", "01:00:00")).cues[0]?.settings).toBe("align:start line:10%");
  });

  it("is read as SubRip: with and without numbers, commas or points, times of any width", () => {
    expect(
      read(
        "1\n00:00:01,000 --> 00:00:02,500\nOne\n\n2\n0:00:03.25 --> 0:00:04,1\nTwo {\\an8}<font color=red>red</font>\n\n\n",
      ),
    ).toEqual([
      [1, 2.5, "One"],
      [3.25, 4.1, "Two red"],
    ]);
    expect(read("00:00:01,000 --> 00:00:02,000\na < b & c <3\n")).toEqual([[1, 2, "a < b & c <3"]]);
  });

  it("is read as a transcript, a glance of words at a time", () => {
    const words = Array.from({ length: 30 }, (_, index) => ({
      word: `word${index}`,
      start_time: index / 2,
      end_time: index / 2 + 0.4,
    }));
    const cues = read(JSON.stringify([{ transcript: "…", confidence: 0.9, words }]));
    expect(cues.length).toBeGreaterThan(2);
    expect(cues.map(([, , text]) => text).join(" ")).toBe(words.map(({ word }) => word).join(" "));
    expect(cues.every(([, , text]) => String(text).length <= 84)).toBe(true);
    expect(cues[0]?.[0]).toBe(0);
    expect(cues.at(-1)?.[1]).toBe(14.9);
  });

  it("shows its cues in the order of their times", () => {
    expect(
      read("WEBVTT\n\n00:05.000 --> 00:06.000\nlate\n\n00:01.000 --> 00:02.000\nearly").map(([start]) => start),
    ).toEqual([1, 5]);
  });

  it.each([
    ["nothing", "", /no subtitle file/],
    ["prose", "Once upon a time", /no subtitle file/],
    ["a head alone", "WEBVTT\n", /not one cue/],
    ["a cue without times", "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nlost words", /Line 6 .*without its times/],
    ["times that do not read", "WEBVTT\n\n00:01,000 --> 00:02.000\na", /Line 3 .*00:01,000/],
    ["seconds beyond a minute", "WEBVTT\n\n00:61.000 --> 01:02.000\na", /Line 3/],
    ["an end before the start", "1\n00:00:02,000 --> 00:00:01,000\na", /Line 2 .*ends before/],
    ["a cue of no length", "1\n00:00:02,000 --> 00:00:02,000\na", /ends before/],
    ["cues glued to the head", "WEBVTT\n00:01.000 --> 00:02.000\na", /Line 2 .*head/],
    ["a transcript that is none", '[{"transcript":"x"}]', /words/],
    ["broken JSON", "[{", /JSON/],
  ])("is refused for %s, with the line at fault", (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it("is refused or read, whatever it holds, and never more than that", () => {
    const piece = fc.constantFrom(
      "WEBVTT",
      "\n",
      "\n\n",
      "1",
      "00:00:01,000 --> 00:00:02,000",
      "00:01.000 --> 00:02.000",
      "<i>",
      "-->",
      "[",
      "a",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), (pieces) => {
        try {
          expect(parseSubtitles(pieces.join("")).cues.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
    );
  });

  it("of a program is read as far as it goes", () => {
    expect(readWebvtt("WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nlost\n\n00:03.000 --> 00:04.000\nb").length).toBe(2);
  });
});

describe("the text of a cue", () => {
  it("keeps bold, italic and underlined, and drops voices, classes, rubies and karaoke times", () => {
    expect(parseCueText("<v Mary><i>Well</i> <c.loud>I</c> <00:02.500><b><u>never</b></u>")).toEqual([
      { text: "Well", isItalic: true },
      { text: " I " },
      { text: "never", isBold: true, isUnderlined: true },
    ]);
  });

  it("comes back as it was, whatever it says", () => {
    const text = fc.string({ minLength: 1, unit: fc.constantFrom(..."ab<>&;\n-/i ".split("")) });
    const run = fc.record({ text, isBold: fc.boolean(), isItalic: fc.boolean() });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), (runs) => {
        const spelled = formatCueText({ start: { num: 0, den: 1 }, end: { num: 1, den: 1 }, runs });
        expect(spelled).not.toMatch(/\n\n|-->/);
        const plain = (text: string) => text.replaceAll(/[\n\u00a0]+/g, "\n").trim();
        expect(
          plain(
            parseCueText(spelled)
              .map((each) => each.text)
              .join(""),
          ),
        ).toBe(plain(runs.map((each) => each.text).join("")));
      }),
    );
  });
});
