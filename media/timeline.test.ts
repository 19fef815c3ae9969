import { describe, expect, it } from "vitest";
import { Problem, parseTransformation, rational } from "#transformation";
import { planDelivery } from "./plan.ts";
import { videoSeeks } from "./seek.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";
import { cutTimeline, plainClip } from "./timeline.ts";

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
