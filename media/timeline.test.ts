import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floor, multiply, Problem, parseTransformation, rational } from "#transformation";
import { planDelivery } from "./plan.ts";
import { cutTimeline, footageFrameAt, plainClip, type Timeline, timelineFrames } from "./programme.ts";
import { videoSeeks } from "./seek.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";
import { accelerateTimeline, joinTimelines, mostClipsWithin, previewOf, reverseTimeline } from "./timeline.ts";

const clips = (transformation: string) =>
  planDelivery(parseTransformation(transformation), sourceFacts()).timeline.clips;

describe("trimming a minute at 30 frames a second", () => {
  it.each([
    ["", 0, 1800],
    ["so_5", 150, 1650],
    ["so_10,eo_20", 300, 300],
    ["so_10,du_5", 300, 150],
    ["so_50p", 900, 900],
    ["so_25p,du_50p", 450, 900],
    ["eo_90p", 0, 1620],
    ["so_10,eo_90", 300, 1500],
    ["so_10/so_5,du_2", 450, 60],
    ["so_1.01", 30, 1770],
  ])("%s keeps %i frames from the source's frame on", (transformation, sourceFrame, frames) => {
    expect(clips(transformation)).toEqual([plainClip(sourceFrame, frames)]);
  });

  it.each([
    ["so_70", "so"],
    ["so_10,eo_10", "eo"],
    ["so_10,du_0", "du"],
  ])("refuses %s, which leaves nothing", (transformation, parameter) => {
    expect(() => clips(transformation)).toThrow(Problem);
    try {
      clips(transformation);
    } catch (error) {
      expect((error as Problem).facts.parameter).toBe(parameter);
    }
  });

  it("cuts across clips", () => {
    const timeline = {
      frameRate: rational(30),
      clips: [plainClip(10, 5), plainClip(100, 5)],
    };
    expect(cutTimeline(timeline, 3, 8)).toEqual([plainClip(13, 2), plainClip(100, 3)]);
  });
});

describe("a preview", () => {
  const shape = fc.record({
    durationSeconds: fc.integer({ min: 1, max: 90 }).map((seconds) => rational(seconds)),
    maxSegments: fc.integer({ min: 1, max: 20 }),
    minSegmentSeconds: fc.integer({ min: 1, max: 10 }).map((seconds) => rational(seconds)),
  });
  const whole = (frames: number): Timeline => ({ frameRate: rational(25), clips: [plainClip(0, frames)] });

  it("lasts as long as it is asked to, in segments as even as whole frames allow, evenly spaced", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), shape, (frames, wanted) => {
        const preview = previewOf(whole(frames), wanted);
        expect(timelineFrames(preview)).toBe(Math.min(frames, wanted.durationSeconds.num * 25));
        expect(preview.clips.length).toBeLessThanOrEqual(wanted.maxSegments);
        const lengths = preview.clips.map((clip) => clip.frames);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        const starts = preview.clips.map(({ from }) => from.num);
        const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0) - (lengths[index] ?? 0));
        expect(Math.max(...gaps, 0) - Math.min(...gaps, Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(1);
        const after = frames - (starts.at(-1) ?? 0) - (lengths.at(-1) ?? 0);
        expect(Math.abs(after - (starts[0] ?? 0))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("has as many segments as are not too short, and at least one", () => {
    const segments = (seconds: number, most: number, least: number): number =>
      previewOf(whole(2500), {
        durationSeconds: rational(seconds),
        maxSegments: most,
        minSegmentSeconds: rational(least),
      }).clips.length;
    expect([segments(5, 5, 1), segments(12, 3, 3), segments(10, 9, 4), segments(2, 5, 3)]).toEqual([5, 3, 2, 1]);
  });
});

describe("where to start reading", () => {
  const track = videoTrackFacts({ keyframes: { pts: [0, 180_000, 360_000], dts: [-3000, 177_000, 357_000] } });
  const seeks = (container: string, frame: number) =>
    videoSeeks(sourceFacts({ container, video: track }), track, frame, rational(30));

  it("is the key picture at or before the frame, by the time that MP4's demuxer counts", () => {
    expect(seeks("mov", 60)[0]).toBe("2.000500");
    expect(seeks("mov", 59)[0]).toBeNull();
    expect(seeks("mov", 119)[0]).toBe("2.000500");
    expect(seeks("mov", 120)[0]).toBe("4.000500");
  });

  it("makes up for ffmpeg's step back from decode times in FLV", () => {
    expect(seeks("flv", 60)[0]).toBe("2.097867");
  });

  it("makes up for ffmpeg's step back in Matroska", () => {
    expect(seeks("matroska", 60)[0]).toBe("2.131200");
  });

  it("aims before the key picture in a transport stream", () => {
    expect(seeks("mpegts", 60)[0]).toBe("1.866667");
  });

  it("ends at the beginning when nothing nearer works", () => {
    for (const container of ["mov", "matroska", "mpegts", "avi"]) expect(seeks(container, 150).at(-1)).toBeNull();
  });

  it("reaches back blindly without an index", () => {
    const { keyframes: _, ...blind } = track;
    expect(videoSeeks(sourceFacts({ video: blind }), blind, 600, rational(30))).toEqual([
      "19.000000",
      "10.000000",
      null,
    ]);
  });
});

/** The frames of the source that a timeline shows, one after the other. */
const shown = (timeline: Timeline): readonly number[] =>
  timeline.clips.flatMap((clip) => Array.from({ length: clip.frames }, (_, index) => footageFrameAt(clip, index)));

const FRAMES = 240;
const whole: Timeline = { frameRate: rational(30), clips: [plainClip(0, FRAMES)] };

/** An operation, and what it does to a list of frames. */
interface Operation {
  readonly on: (timeline: Timeline) => Timeline;
  readonly onList: (frames: readonly number[]) => readonly number[];
}

const reverse: Operation = { on: reverseTimeline, onList: (frames) => [...frames].reverse() };
const boomerang: Operation = {
  on: (timeline) => joinTimelines(timeline, reverseTimeline(timeline)),
  onList: (frames) => [...frames, ...[...frames].reverse()],
};
const twice: Operation = {
  on: (timeline) => joinTimelines(timeline, timeline),
  onList: (frames) => [...frames, ...frames],
};
const cut = (from: number, length: number): Operation => ({
  on: (timeline) => {
    const start = Math.min(from, timelineFrames(timeline) - 1);
    return { ...timeline, clips: cutTimeline(timeline, start, start + length) };
  },
  onList: (frames) => {
    const start = Math.min(from, frames.length - 1);
    return frames.slice(start, start + length);
  },
});

const operations = fc.array(
  fc.oneof(
    fc.constantFrom(reverse, boomerang, twice),
    fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 200 })).map(([from, length]) => cut(from, length)),
  ),
  { maxLength: 6 },
);
const factor = fc.integer({ min: 50, max: 200 }).map((percent) => rational(percent, 100));

const operated = (steps: readonly Operation[], timeline = whole): Timeline =>
  steps.reduce((before, { on }) => on(before), timeline);

describe("a timeline", () => {
  it("shows what the same operations make of a list of frames", () => {
    fc.assert(
      fc.property(operations, (steps) => {
        const list = steps.reduce<readonly number[]>((frames, { onList }) => onList(frames), shown(whole));
        expect(shown(operated(steps))).toEqual(list);
        expect(timelineFrames(operated(steps))).toBe(list.length);
      }),
    );
  });

  it("is cut the same way at any speed and in any direction: a cut shows what stood there, a cut of a cut likewise", () => {
    fc.assert(
      fc.property(
        operations,
        factor,
        operations,
        fc.nat(400),
        fc.nat(400),
        fc.nat(100),
        (first, pace, then, a, b, c) => {
          const timeline = operated(then, accelerateTimeline(operated(first), pace));
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const part = { ...timeline, clips: cutTimeline(timeline, from, to) };
          expect(shown(part)).toEqual(shown(timeline).slice(from, to));
          expect(shown({ ...part, clips: cutTimeline(part, c, to) })).toEqual(shown(timeline).slice(from, to).slice(c));
        },
      ),
    );
  });

  it("at another speed shows the source's frame in which each frame of the output begins, and none beyond its clip", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.integer({ min: 1, max: 140 }), factor, factor, (from, length, one, other) => {
        const part = operated([cut(from, length)]);
        const faster = accelerateTimeline(accelerateTimeline(part, one), other);
        const speed = multiply(one, other);
        const frames = shown(faster);
        if (frames.length > 1)
          frames.forEach((frame, index) => {
            expect(frame).toBe(from + floor(multiply(rational(index), speed)));
          });
        for (const frame of [...frames, ...shown(accelerateTimeline(reverseTimeline(part), speed))]) {
          expect(frame).toBeGreaterThanOrEqual(from);
          expect(frame).toBeLessThan(from + length);
        }
      }),
    );
  });

  it("counts how many clips a span meets", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 20 }),
        (lengths, span) => {
          const timeline = { ...whole, clips: lengths.map((length) => plainClip(0, length)) };
          const spans = Array.from(
            { length: timelineFrames(timeline) },
            (_, start) => cutTimeline(timeline, start, start + span).length,
          );
          expect(mostClipsWithin(timeline, span)).toBe(Math.max(...spans));
        },
      ),
    );
  });
});

describe("a chain that changes order or pace", () => {
  const planOf = (transformation: string) => planDelivery(parseTransformation(transformation), sourceFacts());
  const secondsFor = (transformation: string): number => planOf(transformation).grid.frames / 30;
  const problemOf = (transformation: string): Problem | undefined => {
    try {
      planOf(transformation);
      return undefined;
    } catch (error) {
      return error as Problem;
    }
  };

  it.each([
    ["e_reverse", 60],
    ["e_accelerate:100", 30],
    ["e_accelerate:-50", 120],
    ["e_boomerang", 120],
    ["e_loop:2", 180],
    ["e_loop", 120],
    ["du_10/e_accelerate:100/e_boomerang/e_loop:1", 20],
    ["e_accelerate:100,so_10,du_10", 5],
  ])("%s lasts %i s of a minute", (transformation, seconds) => {
    expect(secondsFor(transformation)).toBe(seconds);
  });

  it("is what it was when it is reversed twice", () => {
    expect(planOf("so_1/e_reverse/e_reverse").timeline).toEqual(planOf("so_1").timeline);
  });

  it.each([
    ["e_accelerate:100/e_accelerate:100/e_accelerate:100", "invalid-value"],
    ["e_accelerate:-50/e_accelerate:-50/e_accelerate:-50", "invalid-value"],
    ["e_loop:100/e_loop:100", "invalid-value"],
    ["du_0.1/e_loop:100", "invalid-value"],
  ])("is refused by name where it costs too much or has no clean meaning: %s", (transformation, code) => {
    expect(problemOf(transformation)?.code).toBe(code);
    expect(problemOf(transformation)?.facts.parameter).toMatch(/^e_(accelerate|loop)$/);
  });
});
