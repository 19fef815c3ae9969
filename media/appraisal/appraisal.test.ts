import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTransformation, type QualityLevel, rational, type VideoCodecName } from "#transformation";
import { rateFactorOf, VIDEO_CODEC_NAMES, VIDEO_CODECS } from "../codecs.ts";
import { videoOf } from "../outlook.ts";
import { planDelivery } from "../plan.ts";
import { ladderRenditions, type VideoRendition } from "../renditions.ts";
import { sourceFacts } from "../testing/sources.ts";
import type { Appraisal, Detail } from "./appraisal.ts";
import { decidedRate, sufficientLines } from "./deciding.ts";
import { trialFactors } from "./trials.ts";

const SIZES = [
  { width: 1280, height: 720 },
  { width: 640, height: 360 },
];

interface Character {
  /** At `q_auto:good`. */
  readonly decibels: number;
  readonly bitsPerSecond: number;
  readonly details?: readonly Detail[];
}

/** A film that loses half a decibel, and an eighth of its bits, with each step of the factor. */
const appraisalOf = ({ decibels, bitsPerSecond, details = [] }: Character): Appraisal => ({
  frameRate: rational(30),
  details,
  trials: VIDEO_CODEC_NAMES.flatMap((codec) =>
    SIZES.flatMap((size) =>
      trialFactors(codec).map((rateFactor, step) => {
        const bits = Math.round((bitsPerSecond * size.width * size.height) / (1280 * 720) / 2 ** step);
        return {
          ...size,
          codec,
          rateFactor,
          decibels: decibels - 3 * step,
          peakBitsPerSecond: bits,
          meanBitsPerSecond: Math.round(bits / 2),
        };
      }),
    ),
  ),
});

const EASY = appraisalOf({ decibels: 24, bitsPerSecond: 500_000 });
const HARD = appraisalOf({ decibels: 14, bitsPerSecond: 9_000_000 });

const planned = (chain: string, appraisal?: Appraisal) =>
  planDelivery(parseTransformation(chain), sourceFacts(appraisal ? { appraisal } : {}));

const idsOf = (chain: string, appraisal?: Appraisal): readonly string[] =>
  videoOf(planned(chain, appraisal)).map(({ rendition }) => rendition.id);

const rateOf = (appraisal: Appraisal, codec: VideoCodecName, level: QualityLevel = "good", cap = 3_600_000) =>
  decidedRate(appraisal, { codec, size: SIZES[0] as { width: number; height: number }, quality: { auto: level }, cap });

const rung = (name: string, renditions: readonly VideoRendition[]): VideoRendition => {
  const found = renditions.find(({ id }) => id.startsWith(name));
  if (!found) throw new Error(`no ${name}`);
  return found;
};

describe("the rate of an appraised source", () => {
  it.each(VIDEO_CODEC_NAMES)(
    "is as coarse as easy content bears, and no coarser than twenty points of quality, in %s",
    (codec) => {
      expect(rateOf(EASY, codec)?.rateFactor).toBe(rateFactorOf(VIDEO_CODECS[codec], 55));
    },
  );

  it.each(VIDEO_CODEC_NAMES)("is that of everybody where content is hard, in %s", (codec) => {
    expect(rateOf(HARD, codec)?.rateFactor).toBe(rateFactorOf(VIDEO_CODECS[codec], 75));
  });

  it("reaches the likeness that its level stands for, where the film has more", () => {
    // 19 dB at 23, half a decibel less at each step: 17 dB at 27.
    expect(rateOf(appraisalOf({ decibels: 19, bitsPerSecond: 1_000_000 }), "h264")?.rateFactor).toBe(27);
  });

  it("is the finer, and the cap the higher, the better the level", () => {
    const film = appraisalOf({ decibels: 19, bitsPerSecond: 1_500_000 });
    const rates = (["low", "eco", "good", "best"] as const).map((level) => rateOf(film, "h264", level));
    const factors = rates.map((rate) => rate?.rateFactor ?? 0);
    expect(factors).toEqual(factors.toSorted((a, b) => b - a));
    expect(new Set(factors).size).toBe(4);
    const caps = rates.map((rate) => rate?.maxBitsPerSecond ?? 0);
    expect(caps).toEqual(caps.toSorted((a, b) => a - b));
  });

  it("never costs more than the ladder, and is never declared lower than what the moments cost", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.integer({ min: 1000, max: 50_000_000 }),
        fc.integer({ min: 150_000, max: 22_000_000 }),
        fc.constantFrom(...VIDEO_CODEC_NAMES),
        fc.constantFrom<QualityLevel>("best", "good", "eco", "low"),
        (decibels, bitsPerSecond, cap, codec, level) => {
          const rate = rateOf(appraisalOf({ decibels, bitsPerSecond }), codec, level, cap);
          if (!rate) throw new Error("no rate");
          const [fine, coarse] = trialFactors(codec) as [number, number];
          const peak = bitsPerSecond / 2 ** ((rate.rateFactor - fine) / (coarse - fine));
          expect(rate.maxBitsPerSecond).toBeLessThanOrEqual(cap);
          expect(rate.averageBitsPerSecond).toBeLessThanOrEqual(rate.maxBitsPerSecond);
          expect(rate.averageBitsPerSecond).toBeGreaterThanOrEqual(Math.min(rate.maxBitsPerSecond, peak * 0.99));
        },
      ),
    );
  });

  it("is that of everybody where the cap leaves no more to either trial", () => {
    const capped = appraisalOf({ decibels: 8, bitsPerSecond: 9_000_000 });
    const trials = capped.trials.map((trial) => ({ ...trial, decibels: 8 }));
    expect(rateOf({ ...capped, trials }, "av1")?.rateFactor).toBe(rateFactorOf(VIDEO_CODECS.av1, 75));
  });

  it("is undecided in a codec of which no trial was made", () => {
    const trials = EASY.trials.filter(({ codec }) => codec !== "av1");
    expect(rateOf({ ...EASY, trials }, "av1")).toBeUndefined();
  });
});

describe("renditions of an appraised source", () => {
  it("are named by what was decided, so that bytes never change under a key", () => {
    const before = ladderRenditions(planned("sp_auto"));
    const after = ladderRenditions(planned("sp_auto", EASY));
    expect(rung("720p-h264", before).id).toBe("720p-h264");
    const { id, stream } = rung("720p-h264", after);
    expect(id).toBe(`720p-h264-f29-${Math.round(stream.maxBitsPerSecond / 1000)}k`);
  });

  it("state a lower bandwidth where less is needed, and a lower mean than peak", () => {
    const [before, after] = [planned("sp_auto"), planned("sp_auto", EASY)].map((plan) =>
      rung("1080p-h264", ladderRenditions(plan)),
    ) as [VideoRendition, VideoRendition];
    expect(after.bandwidth).toBeLessThan(before.bandwidth / 2);
    expect(after.averageBandwidth).toBeLessThan(after.bandwidth);
  });

  it.each([
    ["a quality of the URL's own", "q_80/sp_auto"],
    ["a constant rate", "br_2m:constant,vc_h264"],
    ["a cut picture", "c_crop,w_0.5,h_0.5/sp_auto"],
    ["an effect", "e_blur:200/sp_auto"],
    ["another frame rate", "fps_15/sp_auto"],
    ["another pace", "e_accelerate:100/sp_auto"],
    ["text over it", "l_text:Arial_20:a/fl_layer_apply/sp_auto"],
  ])("are as the ladder has them for %s, which no trial was made of", (_, chain) => {
    expect(idsOf(chain, EASY)).toEqual(idsOf(chain));
  });

  it.each(["w_640", "so_5,du_20", "q_auto:eco", "e_reverse"])("follow it through %s", (chain) => {
    expect(idsOf(chain, EASY).every((id) => /-f\d+-\d+k$/.test(id))).toBe(true);
  });
});

describe("rungs that show no more than the one below", () => {
  const blurred = appraisalOf({
    ...{ decibels: 19, bitsPerSecond: 1_000_000 },
    details: [
      { lines: 234, decibels: 8 },
      { lines: 360, decibels: 15 },
      { lines: 540, decibels: 21 },
      { lines: 720, decibels: 24 },
    ],
  });
  const linesOf = (chain: string, appraisal: Appraisal) => [
    ...new Set(idsOf(chain, appraisal).map((id) => Number.parseInt(id, 10))),
  ];

  it("are left out", () => {
    expect(sufficientLines(blurred)).toBe(540);
    expect(linesOf("sp_auto", blurred)).toEqual([234, 360, 540]);
    expect(linesOf("sp_auto", EASY)).toEqual([234, 360, 540, 720, 1080]);
  });

  it("are offered where a profile has none of those that would be enough", () => {
    expect(linesOf("sp_full_hd_lean", blurred)).toEqual([360, 720]);
  });

  it("play all the same for whoever holds a playlist of before", () => {
    expect(ladderRenditions(planned("sp_auto", blurred)).some(({ id }) => id.startsWith("1080p-h264"))).toBe(true);
  });
});
