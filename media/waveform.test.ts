import { describe, expect, it } from "vitest";
import { parseTransformation } from "#transformation";
import {
  audioRenditions,
  fullRenditions,
  informationOf,
  keyframeRenditions,
  planDelivery,
  type Source,
  wholeJob,
} from "./index.ts";
import { audioTrackFacts, sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const planned = (text: string, source: Source = sourceFacts()) => planDelivery(parseTransformation(text), source);
const sizeOf = (text: string, source?: Source) => {
  const { width, height } = planned(text, source).canvas?.size ?? {};
  return `${width}x${height}`;
};

const context = { recipe: "r", key: "k", source: { version: "v", bytes: 1, container: "mov", url: "https://u" } };
const jobOf = (text: string, source?: Source) => JSON.stringify(wholeJob(planned(text, source), "png", context));

const sound = sourceFacts({ soundOnly: true });
const lasting = (seconds: number): Source =>
  sourceFacts({
    video: videoTrackFacts({ endTicks: 90_000 * seconds }),
    audio: [audioTrackFacts({ endSample: 48_000 * seconds })],
  });

describe("a waveform", () => {
  it.each([
    ["as large as is usual", "fl_waveform", "640x160"],
    ["as large as the URL says beside it", "h_250,w_401,fl_waveform", "401x250"],
    ["as wide as it says", "fl_waveform,w_300", "300x160"],
    ["as dense as it says", "fl_waveform,w_300,h_100,dpr_2.0", "600x200"],
    ["cut and scaled by what follows", "fl_waveform/c_crop,h_160,w_320/w_100", "100x50"],
  ])("is %s, of a video and of sound alike", (_, text, size) => {
    expect(sizeOf(text)).toBe(size);
    expect(sizeOf(text, sound)).toBe(size);
  });

  it("draws the sound as far as the chain has brought it", () => {
    expect(jobOf("so_2,eo_4,fl_waveform")).toBe(jobOf("so_2,eo_4/fl_waveform"));
    expect(jobOf("so_2,eo_4,fl_waveform")).not.toBe(jobOf("so_2,eo_5,fl_waveform"));
    expect(jobOf("e_volume:50/fl_waveform")).toContain("volume");
    expect(jobOf("fl_waveform/e_volume:50")).not.toContain("volume");
  });

  it("has another key for all that changes it", () => {
    const keys = [
      "fl_waveform",
      "fl_waveform,so_2",
      "e_volume:50,fl_waveform",
      "co_red,fl_waveform",
      "fl_waveform,w_9",
    ];
    const spelled = keys.map((text) => JSON.stringify(planned(text).keys.whole));
    expect(new Set(spelled).size).toBe(keys.length);
    expect(planned("w_300,h_100,fl_waveform,so_0").keys.whole).toEqual(planned("fl_waveform,h_100,w_300").keys.whole);
  });

  it("is no stream, has no key pictures, and leaves nothing to be heard", () => {
    expect(fullRenditions(planned("fl_waveform"))).toEqual([]);
    expect(keyframeRenditions(planned("fl_waveform"))).toEqual([]);
    expect(audioRenditions(planned("fl_waveform"))).toEqual([]);
  });

  it("is told of as the picture that it is", () => {
    const { output } = informationOf(planned("w_300,h_100,fl_waveform", sound), "png");
    expect(output).toEqual({ format: "png", width: 300, height: 100 });
  });

  it("holds no more samples than memory has room for, and as many as it has columns", () => {
    expect(jobOf("fl_waveform", lasting(60))).toContain('"sample_rate":48000');
    expect(jobOf("fl_waveform", lasting(1800))).toContain('"sample_rate":16000');
    expect(jobOf("fl_waveform,w_8192,du_0.1", lasting(60))).toContain('"sample_rate":96000');
  });

  it.each([
    ["no-sound", "fl_waveform", sourceFacts({ silent: true }), "fl_waveform"],
    ["clip-too-long", "fl_waveform", lasting(1801), "fl_waveform"],
    ["invalid-value", "fl_waveform,b_blurred", sourceFacts(), "b"],
    ["invalid-value", "fl_waveform,w_8192,h_8192", sound, "w"],
  ])("is refused by name: %s", (code, text, source, parameter) => {
    expect(() => planned(text, source)).toThrow(
      expect.objectContaining({ code, facts: expect.objectContaining({ parameter }) }),
    );
  });

  it("is drawn of long sound where the chain shortens it", () => {
    expect(sizeOf("so_100,du_60,fl_waveform", lasting(7200))).toBe("640x160");
  });
});
