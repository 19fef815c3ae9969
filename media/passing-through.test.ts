import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import { passingCodec } from "./copyable.ts";
import {
  audioRenditions,
  type Copyable,
  type CopyablePicture,
  type DeliveryPlan,
  fullRenditions,
  isCopying,
  keptUp,
  keyframeRenditions,
  ladderRenditions,
  outlook,
  planDelivery,
  type SegmentJob,
  type Source,
  segmentCountOf,
  segmentJob,
  type VideoRendition,
  type VideoTrack,
  withoutExceeding,
} from "./index.ts";
import { audioTrackFacts, sourceFacts, videoTrackFacts } from "./testing/sources.ts";

/** A minute of 30 frames a second, a key picture every two seconds. */
const GOPS = 30;

const onGrid = (bytes: number): Omit<Copyable, "codecString"> => ({
  frames: 1800,
  gopFrames: 60,
  gopBytes: Array.from({ length: GOPS }, () => bytes),
});

const picture = (facts: Partial<CopyablePicture> = {}): CopyablePicture => ({
  ...onGrid(1_000_000),
  codecString: "avc1.640028",
  reorderedPictures: 2,
  ...facts,
});

const sound = (bytes = 32_000): Copyable => ({ ...onGrid(bytes), codecString: "mp4a.40.2" });

const source = (facts: Partial<VideoTrack> = {}, heard: Partial<Source["audio"][number]> = {}): Source =>
  sourceFacts({
    video: videoTrackFacts({ copyable: picture(), ...facts }),
    audio: [audioTrackFacts({ copyable: sound(), ...heard })],
  });

const planOf = (transformation = "", of: Source = source()): DeliveryPlan =>
  planDelivery(parseTransformation(transformation), of);

const copiesIn = (plan: DeliveryPlan): readonly string[] =>
  [...ladderRenditions(plan), ...fullRenditions(plan)].filter(({ copied }) => copied).map(({ id }) => id);

const soundIn = (plan: DeliveryPlan): string | undefined => audioRenditions(plan)[0]?.id;

describe("the picture of a source that fits", () => {
  it("takes the place of its encode in the rung of its own size, and of no other", () => {
    const plan = planOf();
    expect(copiesIn(plan)).toEqual(["1080p-h264-copy", "full-h264-copy"]);
    expect(ladderRenditions(plan).map(({ id }) => id)).not.toContain("1080p-h264");
    expect(ladderRenditions(plan).map(({ id }) => id)).toContain("720p-h264");
    expect(keyframeRenditions(plan).map(({ id }) => id)).toEqual(["iframes-h264", "iframes-h265", "iframes-av1"]);
  });

  it.each([
    "q_auto",
    "q_auto:best",
    "vc_auto",
    "vc_h264",
    "fps_24-30",
    "c_limit,w_1920",
    "so_10",
    "so_10,eo_30",
    "e_volume:50",
  ])("is copied under %s", (transformation) => {
    expect(copiesIn(planOf(transformation))).toHaveLength(2);
  });

  it.each([
    ["a quality in percent", "q_80"],
    ["fewer bits", "q_auto:eco"],
    ["a rate", "br_4m"],
    ["a profile", "vc_h264:main"],
    ["another frame rate", "fps_15"],
    ["another size", "w_1280"],
    ["a crop", "c_crop,h_1080,w_1000"],
    ["a filter", "e_sepia"],
    ["a rotation", "a_180"],
    ["another pace", "e_accelerate:100"],
    ["the opposite direction", "e_reverse"],
    ["a beginning between key pictures", "so_3"],
    ["an end between key pictures", "eo_31"],
    ["a text over it", "l_text:Arial_40:hello"],
    ["a drawing of its sound", "fl_waveform,w_640,h_360"],
  ])("is encoded where a URL asks for %s", (_, transformation) => {
    expect(copiesIn(planOf(transformation))).toEqual([]);
  });

  it.each([
    [
      "its rate is above the rung's in one segment",
      { copyable: picture({ gopBytes: [...onGrid(1_000_000).gopBytes.slice(1), 4_000_000] }) },
    ],
    ["nothing is known of its packets", { copyable: undefined as never }],
    ["its GOPs are not those of the grid", { copyable: picture({ gopFrames: 50 }) }],
    ["a part of it is missing", { copyable: picture({ frames: 1799 }) }],
    ["it is in a codec that streams have not", { codec: "vp9" }],
    ["its frame rate is beyond what players take", { frameRate: rational(120) }],
    ["its pixels are not square", { sampleAspect: rational(4, 3) }],
  ])("is encoded where %s", (_, facts) => {
    expect(copiesIn(planOf("", source(facts)))).toEqual([]);
  });

  it("is copied in its own codec only", () => {
    const hevc = source({ codec: "hevc", copyable: picture({ codecString: "hvc1.1.6.L120.90" }) });
    expect(copiesIn(planOf("", hevc))).toEqual(["1080p-h265-copy", "full-h265-copy"]);
  });

  it("states the peak and the mean that its segments have", () => {
    const gopBytes = Array.from({ length: GOPS }, (_, gop) => 400_000 + (gop % 7) * 50_000);
    const plan = planOf("", source({ copyable: picture({ gopBytes }) }));
    const copy = ladderRenditions(plan).find(({ copied }) => copied) as VideoRendition;
    const bits = (bytes: number, samples: number) => 8 * (bytes + 128 + 12 * samples);
    const segments = [0, 1, ...Array.from({ length: 14 }, (_, pair) => 2 + 2 * pair)].map((gop, number) => {
      const gops = gopBytes.slice(gop, number < 2 ? gop + 1 : gop + 2);
      return {
        bits: bits(
          gops.reduce((a, b) => a + b),
          60 * gops.length,
        ),
        seconds: 2 * gops.length,
      };
    });
    expect(segments).toHaveLength(segmentCountOf(plan, copy));
    expect(copy.bandwidth).toBe(Math.ceil(Math.max(...segments.map((each) => each.bits / each.seconds))));
    expect(copy.averageBandwidth).toBe(Math.ceil(segments.reduce((sum, each) => sum + each.bits, 0) / 60));
    expect(copy.codecString).toBe("avc1.640028");
  });
});

describe("what is known of a track before its packets are looked at", () => {
  const codecOf = (facts: Partial<VideoTrack>, container = "mov") => passingCodec(container, videoTrackFacts(facts));

  it.each([
    ["h264", "mov", "h264"],
    ["hevc", "matroska", "h265"],
    ["av1", "mov", "av1"],
  ])("lets %s in %s pass as %s", (codec, container, name) => {
    expect(codecOf({ codec }, container)).toBe(name);
  });

  it("holds back a transport stream, whose parameters lie among the pictures", () => {
    expect(codecOf({}, "mpegts")).toBeUndefined();
  });

  it.each([
    ["a picture that lies on its side", { rotation: 90 }],
    ["an odd size", { width: 1919 }],
    ["pixels that are not square", { sampleAspect: rational(64, 45) }],
    ["ten bits", { pixelFormat: "yuv420p10le", bitDepth: 10 }],
    ["full chroma", { pixelFormat: "yuv444p" }],
    ["full range", { colour: { range: "pc", primaries: "bt709", transfer: "bt709", matrix: "bt709" } }],
    [
      "colours that players do not know",
      { colour: { range: "tv", primaries: "film", transfer: "bt709", matrix: "bt709" } },
    ],
    ["high dynamic range", { colour: { range: "tv", primaries: "bt2020", transfer: "smpte2084", matrix: "bt2020nc" } }],
    ["interlaced fields", { interlaced: "top" }],
    ["a variable frame rate", { variableFrameRate: true }],
    ["Dolby Vision", { dolbyVisionProfile: 8 }],
  ] satisfies readonly (readonly [string, Partial<VideoTrack>])[])("holds back %s", (_, facts) => {
    expect(codecOf(facts)).toBeUndefined();
  });
});

describe("the sound of a source that fits", () => {
  it("is copied whatever is done to the picture", () => {
    for (const transformation of ["", "e_sepia", "w_640", "q_50"])
      expect(soundIn(planOf(transformation))).toBe("audio0-aac-copy");
  });

  it("is copied behind a cut that a frame of AAC begins with", () => {
    expect(soundIn(planOf("so_8"))).toBe("audio0-aac-copy");
    expect(soundIn(planOf("so_10"))).toBe("audio0-aac");
  });

  it.each(["e_volume:50", "ac_aac,af_44100", "fps_15", "e_accelerate:50", "so_3.3"])(
    "is encoded under %s",
    (transformation) => {
      expect(soundIn(planOf(transformation))).toBe("audio0-aac");
    },
  );

  it("is encoded where it takes more bits than sound takes here", () => {
    expect(soundIn(planOf("", source({}, { copyable: sound(80_000) })))).toBe("audio0-aac");
  });

  it("keeps its one channel", () => {
    expect(audioRenditions(planOf("", source({}, { channels: 1 })))[0]?.channels).toBe(1);
    expect(audioRenditions(planOf("", source({}, { channels: 1, copyable: undefined as never })))[0]?.channels).toBe(2);
  });
});

const slow = { startSeconds: 5, secondsPerMegapixel: 1 };
const SLOW_BUILD = { recipe: "r1", speeds: { h264: slow, h265: slow, av1: slow }, decodeSecondsPerMegapixel: 0.1 };

describe("a copy beside encodes", () => {
  it("is offered by an origin that is too slow for any other rung", () => {
    const plan = planOf();
    expect(keptUp(plan, ladderRenditions(plan), SLOW_BUILD).map(({ id }) => id)).toEqual([
      "234p-h264",
      "1080p-h264-copy",
    ]);
  });

  it("is expected to cost what starting a process costs", () => {
    const [copy] = outlook(planOf(), SLOW_BUILD).filter(
      ({ rendition }) => rendition.kind === "video" && rendition.copied,
    );
    expect(copy?.segmentEncodeSeconds).toBeLessThan(0.2);
    expect(copy?.keepsUp).toBe(true);
  });

  it("leaves no smaller picture beside it that may take as many bits", () => {
    const thrifty = planOf("", source({ copyable: picture({ gopBytes: onGrid(300_000).gopBytes }) }));
    const left = withoutExceeding(ladderRenditions(thrifty)).filter(({ codec }) => codec === "h264");
    expect(left.map(({ id }) => id)).toEqual(["234p-h264", "360p-h264", "1080p-h264-copy"]);
    const rates = left.map(({ bandwidth }) => bandwidth);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });
});

describe("the job of a copied segment", () => {
  const context = {
    recipe: "r1",
    key: "/key",
    source: { version: "0", bytes: 1, container: "mov", url: "http://x/y" },
  };
  const jobs = (plan: DeliveryPlan, number: number): readonly SegmentJob[] =>
    [...fullRenditions(plan).filter(({ codec }) => codec === "h264"), ...audioRenditions(plan)].map(
      (rendition) => segmentJob(plan, rendition, number, context) as SegmentJob,
    );

  it("expects what that of an encode expects, to the tick", () => {
    const encoded = planOf("", source({ copyable: undefined as never }, { copyable: undefined as never }));
    for (const number of [0, 1, 2, 15]) {
      expect(jobs(planOf(), number).map(isCopying)).toEqual([true, true]);
      expect(
        jobs(planOf(), number).map(({ expected, timescale, sequence }) => ({ expected, timescale, sequence })),
      ).toEqual(jobs(encoded, number).map(({ expected, timescale, sequence }) => ({ expected, timescale, sequence })));
    }
    expect(segmentJob(planOf(), fullRenditions(planOf())[0] as VideoRendition, 16, context)).toBeUndefined();
  });

  it("knows where the source's own time is the output's zero", () => {
    const late = source({ startTicks: 90_000, endTicks: 90_000 * 61 });
    expect(jobs(planOf("so_8", late), 0).map(({ copy }) => copy?.zeroTick)).toEqual([9 * 12_000, 9 * 48_000]);
  });
});
