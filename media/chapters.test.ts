import { describe, expect, it } from "vitest";
import { parseTransformation, rational, toNumber } from "#transformation";
import { chaptersFile, chaptersOf } from "./chapters.ts";
import { planDelivery } from "./plan.ts";
import type { ChapterMark } from "./source.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const mark = (start: number, end: number, title?: string): ChapterMark => ({
  start: rational(start),
  end: rational(end),
  ...(title !== undefined && { title }),
});

const MARKS = [mark(0, 10, "Departure"), mark(10, 40, "Voyage"), mark(40, 60)];

const chapters = (chain: string, facts: Parameters<typeof sourceFacts>[0] = {}) =>
  chaptersOf(planDelivery(parseTransformation(chain), sourceFacts({ chapterMarks: MARKS, ...facts }))).map(
    (chapter) => [toNumber(chapter.start), toNumber(chapter.end), chapter.title],
  );

describe("the chapters of a stream", () => {
  it("are those of the film", () => {
    expect(chapters("")).toEqual([
      [0, 10, "Departure"],
      [10, 40, "Voyage"],
      [40, 60, ""],
    ]);
  });

  it("move with a cut, and those that are cut away are not there", () => {
    expect(chapters("so_20,eo_50")).toEqual([
      [0, 20, "Voyage"],
      [20, 30, ""],
    ]);
  });

  it("last half as long at twice the pace", () => {
    expect(chapters("e_accelerate:100").map(([start, end]) => [start, end])).toEqual([
      [0, 5],
      [5, 20],
      [20, 30],
    ]);
  });

  it("come back with every loop, in their order", () => {
    expect(chapters("du_12/e_loop:1").map(([start, , title]) => [start, title])).toEqual([
      [0, "Departure"],
      [10, "Voyage"],
      [12, "Departure"],
      [22, "Voyage"],
    ]);
  });

  it("count from the first picture, wherever the file begins to count", () => {
    const video = videoTrackFacts({ startTicks: 90_000 * 5, endTicks: 90_000 * 65 });
    const chapterMarks = MARKS.map(({ start, end, ...rest }) => ({
      ...rest,
      start: rational(start.num + 5),
      end: rational(end.num + 5),
    }));
    expect(chapters("", { video, chapterMarks })).toEqual(chapters(""));
  });

  it("are none where the source has none, or was looked at before they were asked for", () => {
    expect(chapters("", { chapterMarks: [] })).toEqual([]);
    expect(chaptersOf(planDelivery([], sourceFacts()))).toEqual([]);
  });

  it("are spelled as players of HLS read them, without a title where there is none", () => {
    const plan = planDelivery(parseTransformation("so_0.5"), sourceFacts({ chapterMarks: MARKS }));
    expect(JSON.parse(chaptersFile(chaptersOf(plan)))).toEqual([
      { chapter: 1, "start-time": 0, duration: 9.5, titles: [{ language: "und", title: "Departure" }] },
      { chapter: 2, "start-time": 9.5, duration: 30, titles: [{ language: "und", title: "Voyage" }] },
      { chapter: 3, "start-time": 39.5, duration: 20 },
    ]);
  });
});
