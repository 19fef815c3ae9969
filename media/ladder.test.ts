import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { AUDIO_CODECS } from "./audio-codecs.ts";
import { keptUp } from "./keeping-up.ts";
import { LADDER, ladderBits, profileHolds, rungsFor } from "./ladder.ts";
import type { OriginBuild } from "./origin-build.ts";
import { planDelivery } from "./plan.ts";
import { fullRenditions, ladderRenditions } from "./renditions.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const names = (width: number, height: number) =>
  rungsFor({ width, height }).map(({ rung, size }) => `${rung.name} ${size.width}x${size.height}`);

describe("the ladder", () => {
  it("never goes above the source", () => {
    expect(names(1280, 720)).toEqual(["234p 416x234", "360p 640x360", "540p 960x540", "720p 1280x720"]);
  });

  it("ends with the source's own size where that lies between two rungs", () => {
    expect(names(854, 480)).toEqual(["234p 416x234", "360p 640x360", "540p 854x480"]);
  });

  it("lies as the picture lies", () => {
    expect(names(720, 1280)).toEqual(["234p 234x416", "360p 360x640", "540p 540x960", "720p 720x1280"]);
  });

  it("has one rung for a picture smaller than all of them", () => {
    expect(names(160, 90)).toEqual(["234p 160x90"]);
  });

  it("enlarges what is smaller than any encoder takes", () => {
    expect(rungsFor({ width: 2, height: 2 }).map(({ size }) => size)).toEqual([{ width: 16, height: 16 }]);
    expect(rungsFor({ width: 30, height: 8 }).map(({ size }) => size)).toEqual([{ width: 60, height: 16 }]);
  });

  it("makes odd sizes even", () => {
    expect(names(161, 121)).toEqual(["234p 160x120"]);
  });

  it("stays under half a megabit at its lowest, or hls.js would pass over a codec", () => {
    for (const rendition of ladderRenditions(planDelivery([], sourceFacts())).filter(
      ({ rung }) => rung === LADDER[0],
    )) {
      expect(rendition.bandwidth + AUDIO_CODECS.aac.peakBitsPerSecond).toBeLessThan(500_000);
    }
  });

  it("gives larger and faster pictures more, but less than in proportion", () => {
    const bits = (width: number, height: number, rate: number) => ladderBits({ width, height }, rational(rate));
    expect(bits(1280, 720, 60)).toBeGreaterThan(bits(1280, 720, 30));
    expect(bits(1280, 720, 60)).toBeLessThan(2 * bits(1280, 720, 30));
    expect(bits(854, 480, 30)).toBeLessThan(bits(960, 540, 30));
  });
});

describe("streaming profiles", () => {
  const held = (name: string, maxResolution?: number) =>
    LADDER.filter((rung) => profileHolds({ name, ...(maxResolution !== undefined && { maxResolution }) }, rung)).map(
      ({ lines }) => lines,
    );

  it.each([
    ["auto", undefined, [234, 360, 540, 720, 1080]],
    ["auto", 720, [234, 360, 540, 720]],
    ["auto", 2160, [234, 360, 540, 720, 1080, 1440, 2160]],
    ["4k", undefined, [234, 360, 540, 720, 1080, 1440, 2160]],
    ["full_hd", undefined, [234, 360, 540, 720, 1080]],
    ["hd", undefined, [234, 360, 540, 720]],
    ["sd", undefined, [234, 360, 540]],
    ["full_hd_wifi", undefined, [540, 720, 1080]],
    ["full_hd_lean", undefined, [360, 720, 1080]],
    ["hd_lean", undefined, [360, 720]],
  ])("%s %s holds %j", (name, maxResolution, lines) => {
    expect(held(name, maxResolution)).toEqual(lines);
  });
});

describe("what is offered cold", () => {
  const speed = (secondsPerMegapixel: number) => ({ startSeconds: 0.2, secondsPerMegapixel });
  const build = (h264: number, h265: number, av1: number): OriginBuild => ({
    recipe: "r1",
    decodeSecondsPerMegapixel: 0.002,
    speeds: { h264: speed(h264), h265: speed(h265), av1: speed(av1) },
  });
  const offered = (origin: OriginBuild, facts = {}) => {
    const plan = planDelivery([], sourceFacts({ video: videoTrackFacts(facts) }));
    return keptUp(plan, ladderRenditions(plan), origin).map(({ id }) => id);
  };

  it("is everything where the origin is fast", () => {
    expect(offered(build(0.001, 0.001, 0.001))).toHaveLength(15);
  });

  it("leaves out the rungs of a codec that would make a viewer wait", () => {
    const ids = offered(build(0.001, 0.03, 0.001));
    expect(ids).toContain("360p-h265");
    expect(ids).not.toContain("1080p-h265");
    expect(ids).toContain("1080p-av1");
  });

  it("never leaves a hole in a ladder, and always leaves something to watch", () => {
    expect(offered(build(10, 10, 10))).toEqual(["234p-h264"]);
  });

  it("is everything of a film that is made in a moment as a whole", () => {
    const slow = build(0.02, 0.05, 0.05);
    expect(offered(slow)).not.toContain("720p-h265");
    expect(offered(slow, { endTicks: 90_000 / 5 })).toContain("720p-h265");
  });

  it("holds several rungs where decoding costs so much that the lowest one costs as much as the next", () => {
    const facts = { width: 7680, height: 4320, frameRate: rational(60) };
    const ids = offered(build(0.001, 10, 10), facts);
    expect(ids).toEqual(["234p", "360p", "540p", "720p", "1080p", "1440p", "2160p"].map((rung) => `${rung}-h264`));
  });

  it("leaves out a codec that the origin does not have", () => {
    const { h265: _, ...speeds } = build(0.001, 0.001, 0.001).speeds;
    expect(offered({ ...build(0.001, 0.001, 0.001), speeds }).some((id) => id.endsWith("h265"))).toBe(false);
  });

  it("counts what decoding a large source costs", () => {
    const origin = build(0.004, 0.004, 0.004);
    const ofLarge = offered(origin, { width: 3840, height: 2160, frameRate: rational(60) });
    expect(ofLarge.length).toBeLessThan(offered(origin).length);
  });
});

describe("a stream without a profile", () => {
  it("has the size that the transformation says, in every codec that can code it", () => {
    const plan = planDelivery(parseTransformation("c_limit,w_640"), sourceFacts());
    expect(fullRenditions(plan).map(({ id, stream }) => `${id} ${stream.width}x${stream.height}`)).toEqual([
      "full-h264 640x360",
      "full-h265 640x360",
      "full-av1 640x360",
    ]);
  });

  it("obeys the bit rate that the URL allows", () => {
    const plan = planDelivery(parseTransformation("br_500k"), sourceFacts());
    for (const { stream } of fullRenditions(plan)) expect(stream.maxBitsPerSecond).toBe(500_000);
  });

  it("leaves out codecs that cannot code so small a picture", () => {
    const plan = planDelivery(parseTransformation("w_40,h_40"), sourceFacts());
    expect(fullRenditions(plan).map(({ codec }) => codec)).toEqual(["h264", "h265"]);
  });
});
