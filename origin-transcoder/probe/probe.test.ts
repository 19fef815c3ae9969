import { describe, expect, it } from "vitest";
import { rational } from "#transformation";
import { audioTrack, languageTag } from "./audio-track.ts";
import { blockClock } from "./block-clock.ts";
import type { ProbedFrame, ProbedPacket, ProbedStream } from "./ffprobe.ts";
import { findFrameRate } from "./frame-rate.ts";
import { sampleClock } from "./sample-clock.ts";
import { videoTrack } from "./video-track.ts";

const times = <T>(count: number, ticks: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => ticks(index));

describe("the frame rate of a track", () => {
  it.each([
    ["25 fps in an MP4", rational(1, 12_800), times(100, (n) => n * 512), rational(25), false],
    ["29.97 in a transport stream", rational(1, 90_000), times(100, (n) => n * 3003), rational(30_000, 1001), false],
    [
      "23.976 in Matroska's milliseconds",
      rational(1, 1000),
      times(300, (n) => Math.round((n * 1001) / 24)),
      rational(24_000, 1001),
      false,
    ],
    [
      "59.94 in Matroska's milliseconds",
      rational(1, 1000),
      times(600, (n) => Math.round((n * 1001) / 60)),
      rational(60_000, 1001),
      false,
    ],
    ["a phone that jitters", rational(1, 90_000), times(300, (n) => n * 3000 + (n % 7) * 20), rational(30), false],
    [
      "every third picture missing",
      rational(1, 90_000),
      times(200, (n) => Math.floor(n * 1.5) * 3000),
      rational(30),
      true,
    ],
    [
      "a freeze of three seconds",
      rational(1, 90_000),
      times(200, (n) => n * 3000 + (n > 100 ? 270_000 : 0)),
      rational(30),
      true,
    ],
    ["a slide every ten seconds", rational(1, 1000), times(6, (n) => n * 10_000), rational(1, 10), false],
    ["a rate of nobody's", rational(1, 90_000), times(300, (n) => n * 2100), rational(300, 7), false],
  ])("%s", (_, timeBase, pts, frameRate, variable) => {
    const found = findFrameRate(pts, timeBase, ["0/0"]);
    expect([found.frameRate, found.variable]).toEqual([frameRate, variable]);
  });

  it("is what the container says where there is one picture only", () => {
    expect(findFrameRate([0], rational(1, 1000), [undefined, "24000/1001"]).frameRate).toEqual(rational(24_000, 1001));
    expect(findFrameRate([0], rational(1, 1000), ["0/0"]).frameRate).toEqual(rational(25));
  });
});

describe("the clock of a sound track", () => {
  const stream = { index: 1, codec_name: "aac" };
  const frames = (count: number, nb_samples: number, pts: (index: number) => number) =>
    times(count, (n) => n).map((n) => ({ media_type: "audio", stream_index: 1, pts: pts(n), nb_samples }));
  const packets = (count: number, pts: (index: number) => number) => {
    const all = times(count, (n) => n).map((n) => ({
      stream: 1,
      pts: pts(n),
      dts: pts(n),
      duration: undefined,
      bytes: 100,
      key: true,
      hidden: false,
    }));
    return { head: all, tail: all, complete: true };
  };
  const exact = { timeBase: rational(1, 48_000), sampleRate: 48_000 };
  const milliseconds = { timeBase: rational(1, 1000), sampleRate: 48_000 };

  it("is not needed where time stamps count samples", () => {
    expect(
      sampleClock(
        stream,
        frames(8, 1024, (n) => n * 1024),
        packets(100, (n) => n * 1024),
        exact,
      ),
    ).toBeUndefined();
  });

  it("snaps milliseconds to frames", () => {
    const stamp = (n: number) => Math.round((n * 1024) / 48);
    expect(sampleClock(stream, frames(8, 1024, stamp), packets(500, stamp), milliseconds)).toMatchObject({
      frameSamples: 1024,
      regions: [{ excessSamples: 0 }],
    });
  });

  it.each([
    ["stretched", 550],
    ["shortened", -765],
  ])("counts from a first frame on that an edit has %s", (_, cut) => {
    const stamp = (n: number) => (n === 0 ? 0 : n * 1024 + cut);
    const clock = sampleClock(stream, frames(8, 1024, stamp), packets(100, stamp), exact);
    expect(clock?.regions).toMatchObject([
      { phaseSamples: 0, excessSamples: 0 },
      { fromSample: 1024 + cut, phaseSamples: 0, excessSamples: -cut },
    ]);
  });

  it("does not count a first packet that is not heard", () => {
    const stamp = (n: number) => Math.max(1, n) * 1024;
    const sounding = frames(8, 1024, (n) => (n + 1) * 1024);
    expect(sampleClock(stream, sounding, packets(100, stamp), exact)).toBeUndefined();
  });

  it("counts on where time stamps jump a little, and gives way where they jump far", () => {
    const doubled = sampleClock(
      stream,
      frames(8, 1024, (n) => n * 1024),
      packets(100, (n) => (n <= 50 ? n : n - 1) * 1024),
      exact,
    );
    expect(doubled?.regions.slice(1)).toEqual([{ fromSample: 50 * 1024, excessSamples: 1024, phaseSamples: 0 }]);
    const gap = sampleClock(
      stream,
      frames(8, 1024, (n) => n * 1024),
      packets(100, (n) => n * 1024 + (n > 50 ? 48_000 : 0)),
      exact,
    );
    expect(gap?.regions.slice(1)).toEqual([
      { fromSample: 51 * 1024 + 48_000, excessSamples: 0, phaseSamples: (51 * 1024 + 48_000) % 1024 },
    ]);
  });

  it("leaves codecs alone whose frames vary", () => {
    expect(
      sampleClock(
        { index: 1, codec_name: "vorbis" },
        frames(8, 1024, (n) => n * 21),
        packets(9, (n) => n * 21),
        milliseconds,
      ),
    ).toBeUndefined();
  });
});

describe("the clock of a track of Vorbis", () => {
  const rates = { timeBase: rational(1, 1000), sampleRate: 44_100 };
  const lengths = [576, 1024, 576, 128, 128, 576, 1024, 1024, 576, 128];
  const heard = (stamp: (start: number, samples: number, index: number) => number) =>
    lengths.map((nb_samples, index) => {
      const start = lengths.slice(0, index).reduce((sum, samples) => sum + samples, 0);
      const pts = Math.round(stamp(start, nb_samples, index) / 44.1);
      return { media_type: "audio", stream_index: 0, pts, nb_samples };
    });
  const isLate = (index: number) => index > 0 && lengths[index] === 576 && lengths[index - 1] === 1024;

  it("knows the places where blocks may begin, though those behind long ones are stamped late", () => {
    const frames = heard((start, _, index) => start + (isLate(index) ? 448 : 0));
    expect(blockClock(frames, rates)).toEqual({ latticeSamples: 64 });
  });

  it("tells blocks that are stamped by their ends", () => {
    const frames = heard((start, samples) => start + samples);
    expect(blockClock(frames, rates)).toEqual({ latticeSamples: 64, endStampedFrom: 576 });
  });

  it("snaps to nothing where time stamps err by more than the distance of places", () => {
    expect(
      blockClock(
        heard((start) => start),
        { ...rates, timeBase: rational(1, 100) },
      ),
    ).toEqual({});
  });
});

describe("a track whose packets hold several frames", () => {
  const trackOf = (codec: string, frameTicks: number, packetTicks: number) => {
    const stream: ProbedStream = { index: 0, codec_name: codec, time_base: "1/8000", sample_rate: "8000", channels: 1 };
    const shown = times(8, (n) => ({
      media_type: "audio",
      stream_index: 0,
      pts: n * packetTicks,
      nb_samples: frameTicks,
    }));
    const packets = times(50, (n) => {
      const pts = n * packetTicks;
      return { stream: 0, pts, dts: pts, duration: packetTicks, bytes: 30, key: true, hidden: false };
    });
    return audioTrack(stream, shown, { head: packets, tail: packets, complete: true });
  };

  it("is taken apart where only the first of them would be heard", () => {
    expect(trackOf("amr_nb", 160, 1600)).toMatchObject({ unpackedInto: "amr", endSample: 80_000 });
    expect(trackOf("amr_nb", 160, 160)?.unpackedInto).toBeUndefined();
  });

  it("is left alone where nothing takes it apart", () => {
    expect(trackOf("gsm", 160, 320)?.unpackedInto).toBeUndefined();
  });
});

describe("languages", () => {
  it.each([
    ["eng", "en"],
    ["deu", "de"],
    ["qaa", "qaa"],
    ["pt-BR", "pt-BR"],
    ["", "und"],
    ["not a tag", "und"],
    [undefined, "und"],
  ])("%s is %s", (code, tag) => {
    expect(languageTag(code)).toBe(tag);
  });
});

describe("the pictures of a track", () => {
  const stream: ProbedStream = { index: 0, codec_type: "video", codec_name: "mpeg2video", time_base: "1/25" };
  const shown = (pts: number): ProbedFrame => ({
    media_type: "video",
    stream_index: 0,
    best_effort_timestamp: pts,
    width: 720,
    height: 576,
    pix_fmt: "yuv420p",
  });
  const packet = (facts: Partial<ProbedPacket>): ProbedPacket => ({
    stream: 0,
    pts: undefined,
    dts: undefined,
    duration: 1,
    bytes: 100,
    key: false,
    hidden: false,
    ...facts,
  });
  const trackOf = (first: number, list: readonly ProbedPacket[]) =>
    videoTrack(stream, [shown(first)], { head: list, tail: list, complete: true });

  it("end where the last one in presentation ends, though only some are stamped", () => {
    const list = times(12, (n) => packet({ dts: n, ...(n % 3 !== 0 && n > 1 && { pts: n }), key: n === 0 }));
    const track = trackOf(1, list);
    expect([track?.startTicks, track?.endTicks, track?.keyframes?.pts]).toEqual([1, 13, [1]]);
  });

  it("do not count those that an edit list hides", () => {
    const list = times(10, (n) => packet({ pts: n, dts: n, key: n === 0, hidden: n > 7 }));
    expect(trackOf(0, list)?.endTicks).toBe(8);
  });
});
