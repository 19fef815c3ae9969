import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { informationOf, planDelivery, type Source } from "./index.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const told = (text: string, output: string, source: Source = sourceFacts()) =>
  informationOf(planDelivery(parseTransformation(text), source), output);

describe("what is told of the video", () => {
  it("is what was uploaded: upright, in bytes, seconds and pixels", () => {
    const source = sourceFacts({
      video: videoTrackFacts({ rotation: 90, frameRate: rational(30_000, 1001), endTicks: 90_000 * 12 }),
    });
    expect(told("w_100", "jpg", source).input).toEqual({
      format: "mp4",
      bytes: 1_000_000,
      duration: 12,
      width: 1080,
      height: 1920,
      frame_rate: "30000/1001",
      video_codec: "h264",
      audio_codec: "aac",
      sample_rate: 48_000,
      channels: 2,
    });
  });

  it("has no picture where there is none, and no sound", () => {
    expect(told("", "mp3", sourceFacts({ soundOnly: true })).input).not.toHaveProperty("width");
    expect(told("", "mp4", sourceFacts({ silent: true })).input).not.toHaveProperty("audio_codec");
  });
});

describe("what is told of the output", () => {
  it.each([
    ["the file itself, to the byte", "", "original", { bytes: 1_000_000, width: 1920, duration: 60 }],
    ["a still", "c_fill,h_301,w_301", "png", { format: "png", width: 301, height: 301 }],
    [
      "a stream, on the grid of its pictures",
      "so_10,du_5/w_640/fps_15",
      "m3u8",
      { format: "m3u8", width: 640, height: 360, duration: 5, frames: 75, frame_rate: "15" },
    ],
    [
      "a clip at another pace",
      "du_8/e_accelerate:100/w_320",
      "webm",
      { duration: 4, width: 320, height: 180, video_codec: "vp9", audio_codec: "opus", sample_rate: 48_000 },
    ],
    ["a file that is laid out", "w_320", "mp4", { duration: 60, video_codec: "h264", audio_codec: "aac" }],
    ["sound", "so_30", "mp3", { format: "mp3", duration: 30, audio_codec: "mp3", channels: 2 }],
    ["sound of one channel", "fl_mono", "flac", { audio_codec: "flac", channels: 1 }],
    ["a storyboard, tile by tile", "fl_sprite", "vtt", { width: 160, height: 90, tiles: 60, sheets: 3, duration: 60 }],
    ["one sheet of it", "fl_sprite,vs_12/w_100", "jpg", { width: 500, height: 168, tiles: 12 }],
    ["pictures that move", "du_3/w_100/dl_200,vs_10", "gif", { frames: 10, duration: 2, width: 100 }],
  ])("%s", (_, text, output, facts) => {
    expect(told(text, output).output).toMatchObject(facts);
  });

  it("leaves out what the URL leaves out", () => {
    expect(told("ac_none/w_320,du_5", "mp4").output).not.toHaveProperty("audio_codec");
    expect(told("vc_none/du_5", "mp4").output).not.toHaveProperty("video_codec");
  });

  it("is the refusal where it would be refused", () => {
    expect(() => told("w_320", "webm", sourceFacts({ video: videoTrackFacts({ endTicks: 90_000 * 90 }) }))).toThrow(
      expect.objectContaining({ code: "clip-too-long" }),
    );
    expect(() => told("", "jpg", sourceFacts({ soundOnly: true }))).toThrow(
      expect.objectContaining({ code: "no-picture" }),
    );
    expect(() => told("vc_h264", "webm")).toThrow(expect.objectContaining({ code: "unsupported-format" }));
  });
});
