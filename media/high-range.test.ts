import { describe, expect, it } from "vitest";
import { Problem, parseTransformation } from "#transformation";
import { mediaPresentationDescription } from "./formats/dash.ts";
import { multivariantPlaylist } from "./formats/hls.ts";
import { segmentJob } from "./jobs/segment-job.ts";
import { wholeRenditionId } from "./jobs/whole-job.ts";
import { videoOf } from "./outlook.ts";
import { planDelivery } from "./plan.ts";
import { presentationOf } from "./presentation.ts";
import { keyframeRenditions, ladderRenditions } from "./renditions.ts";
import type { Source, VideoTrack } from "./source.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const colour = { range: "tv", primaries: "bt2020", transfer: "smpte2084", matrix: "bt2020nc" } as const;
const display = {
  green: [13_250, 34_500],
  blue: [7500, 3000],
  red: [34_000, 16_000],
  white: [15_635, 16_450],
  luminance: [10_000_000, 50],
} as const;

const film = (facts: Partial<VideoTrack> = {}): Source =>
  sourceFacts({
    video: videoTrackFacts({ ...{ colour, pixelFormat: "yuv420p10le", bitDepth: 10, codec: "hevc" }, ...facts }),
  });

const planOf = (transformation: string, source = film()) => planDelivery(parseTransformation(transformation), source);

const context = { recipe: "r", key: "k", source: { version: "v", bytes: 1, container: "mov", url: "https://u" } };

/** What the encoder of a plan's smallest rendition in a codec is asked for, and the filters in front of it. */
function jobOf(plan: ReturnType<typeof planOf>, codec: string) {
  const rendition = ladderRenditions(plan).find((each) => each.codec === codec);
  const job = rendition && segmentJob(plan, rendition, 0, context);
  if (!job) throw new Error(`no ${codec}`);
  return {
    filters: job.filters.map(({ name }) => name),
    options: JSON.stringify(job.encoder),
    last: job.filters.at(-1),
  };
}

const problemOf = (act: () => unknown): Problem | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return undefined;
};

describe("a stream of high dynamic range", () => {
  it("is coded in ten bits, by the codecs that have them, and says so", () => {
    const codecs = ladderRenditions(planOf("dr_high")).map(({ codecString }) => codecString);
    expect(codecs).toHaveLength(10);
    for (const codec of codecs)
      expect(codec).toMatch(/^hvc1\.2\.4\.L\d+\.90$|^av01\.0\.\d\dM\.10\.0\.111\.09\.16\.09\.0$/);
    expect(keyframeRenditions(planOf("dr_high")).map(({ id }) => id)).toEqual(["iframes-h265", "iframes-av1"]);
  });

  it("keeps the source's light and colour, and is tone-mapped where it is not asked for", () => {
    const kept = jobOf(planOf("dr_high"), "h265");
    expect(kept.filters).not.toContain("tonemap");
    expect(kept.last?.options).toMatchObject({ color_trc: "smpte2084", color_primaries: "bt2020" });
    expect(jobOf(planOf(""), "h265").filters).toContain("tonemap");
  });

  it("hands on what the source says of its screen and its light, in each encoder's words", () => {
    const plan = planOf("dr_high", film({ hdr: { display, light: [1000, 400] } }));
    expect(jobOf(plan, "h265").options).toContain(
      "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400",
    );
    expect(jobOf(plan, "av1").options).toContain(
      ":mastering-display=G(0.265,0.69)B(0.15,0.06)R(0.68,0.32)WP(0.3127,0.329)L(1000,0.005):content-light=1000,400",
    );
  });

  it("is cut, turned and scaled", () => {
    for (const chain of ["c_fill,h_360,w_360", "so_2,eo_8", "a_90", "c_crop,w_640,h_360/c_scale,w_320", "e_reverse"])
      expect(jobOf(planOf(`${chain}/dr_high`), "av1").filters, chain).not.toContain("tonemap");
  });

  it("takes nothing that must know its levels, and says which parameter is at fault", () => {
    for (const chain of ["e_blur:300", "bo_5px_solid_red", "r_20", "c_pad,h_500,w_500,b_red", "a_10"])
      expect(
        problemOf(() => planOf(`${chain}/dr_high`)),
        chain,
      ).toMatchObject({
        code: "conflicting-parameters",
        facts: { parameter: "dr" },
      });
  });

  it("is no file, and no h264", () => {
    for (const extension of ["mp4", "jpg", "gif"])
      expect(problemOf(() => wholeRenditionId(planOf("dr_high"), extension))?.facts.parameter).toBe("dr");
  });

  it.each([
    ["it has standard range", { colour: { ...colour, transfer: "bt709" } }],
    ["eight bits are no high range", { bitDepth: 8, pixelFormat: "yuv420p" }],
    ["its colours are of Dolby Vision alone", { dolbyVisionProfile: 5 }],
    ["its matrix is none that players know", { colour: { ...colour, matrix: "ictcp" } }],
  ])("is a stream like any other where %s", (_, facts) => {
    const ladder = ladderRenditions(planOf("dr_high", film(facts)));
    expect(new Set(ladder.map(({ stream }) => stream.colour.range))).toEqual(new Set([undefined]));
    expect(planOf("", film(facts)).highRange).toBeUndefined();
  });
});

describe("high dynamic range beside the standard one", () => {
  const presented = (source: Source) => {
    const plan = planOf("sp_auto", source);
    const ranges = [plan, ...(plan.highRange ? [plan.highRange] : [])];
    return presentationOf(
      plan,
      ranges.flatMap((one) => videoOf(one)),
      [],
    );
  };
  const playlistOf = (source: Source): string =>
    multivariantPlaylist(presented(source), ({ rendition: { id } }, file) => `/${id}/${file}`);

  it.each([
    ["PQ", "smpte2084"],
    ["HLG", "arib-std-b67"],
  ])("says VIDEO-RANGE=%s of its variants, and SDR of the others, each ladder whole", (range, transfer) => {
    const lines = playlistOf(film({ colour: { ...colour, transfer } })).split("\n");
    const ranges = lines.flatMap(
      (line) => /^#EXT-X-STREAM-INF.*CODECS="(\w{4}).*VIDEO-RANGE=(\w+)/.exec(line)?.slice(1).join(" ") ?? [],
    );
    const ladders = [...new Set(ranges)];
    expect(ladders).toEqual(["avc1 SDR", "hvc1 SDR", "av01 SDR", `hvc1 ${range}`, `av01 ${range}`]);
    for (const ladder of ladders) expect(ranges.filter((each) => each === ladder)).toHaveLength(5);
  });

  it("has key pictures of its own, and in DASH sets that nobody takes who does not know its light", () => {
    const bright = presented(film()).ladders.filter(({ rungs }) => rungs[0]?.rendition.stream.colour.range);
    for (const { rungs, keyframes } of bright) expect(keyframes?.key).toEqual(rungs[0]?.key);
    const description = mediaPresentationDescription(
      presented(film()),
      ({ rendition: { id } }, file) => `/${id}/${file}`,
    );
    const sets = description.split("<AdaptationSet").slice(1);
    const ofRange = sets.filter((set) => set.includes('cicp:TransferCharacteristics" value="16"'));
    expect(ofRange.map((set) => /codecs="(\w{4})/.exec(set)?.[1])).toEqual(["hvc1", "av01", "hvc1", "av01"]);
    expect(sets.length - ofRange.length).toBe(7);
  });

  it("is preferred to it at the same size, by whoever plays both", () => {
    const { highRange, ...plan } = planOf("");
    const [standard, high] = [plan, highRange].map(
      (one) => one && Math.max(...ladderRenditions(one).map((r) => r.score)),
    );
    expect(high).toBeGreaterThan(standard ?? 0);
  });

  it("is not offered where something is done that it does not survive", () => {
    expect(planOf("c_fill,h_360,w_360").highRange).toBeDefined();
    expect(planOf("e_blur:300").highRange).toBeUndefined();
  });
});
