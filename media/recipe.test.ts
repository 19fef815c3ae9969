import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseTransformation, rational } from "#transformation";
import {
  audioRenditions,
  fullRenditions,
  keyframeRenditions,
  ladderRenditions,
  planDelivery,
  RECIPE_NUMBER,
  type Source,
  segmentJob,
  wholeJob,
} from "./index.ts";
import { audioTrackFacts, sourceFacts, videoTrackFacts } from "./testing/sources.ts";

/** What the origin is asked for has this digest; with another one, the same key would name other bytes. */
const RECIPES: Readonly<Record<number, string>> = {
  2: "39837f65683f7f17",
  3: "d37eb40ea517c720",
};

const COPYABLE = { frames: 1800, gopFrames: 60, gopBytes: Array.from({ length: 30 }, () => 30_000) };

const SOURCES: readonly Source[] = [
  sourceFacts(),
  sourceFacts({ video: videoTrackFacts({ frameRate: rational(30_000, 1001), rotation: 90 }), silent: true }),
  sourceFacts({ video: videoTrackFacts({ interlaced: "top", frameRate: rational(50), width: 720, height: 576 }) }),
  sourceFacts({
    video: videoTrackFacts({
      colour: { range: "tv", primaries: "bt2020", transfer: "arib-std-b67", matrix: "bt2020nc" },
      pixelFormat: "yuv420p10le",
      bitDepth: 10,
      startTicks: 7,
    }),
  }),
  // What is copied lies under keys, too.
  sourceFacts({
    video: videoTrackFacts({ copyable: { ...COPYABLE, codecString: "avc1.640028", reorderedPictures: 2 } }),
    audio: [audioTrackFacts({ copyable: { ...COPYABLE, codecString: "mp4a.40.2" } })],
  }),
  sourceFacts({ soundOnly: true, audio: [audioTrackFacts({ sampleRate: 22_050, endSample: 22_050 * 30 })] }),
];

const TRANSFORMATIONS = ["", "so_3.3", "c_fill,h_300,w_300", "a_10/c_pad,h_300,w_600/e_volume:-20", "fps_15,q_50"];

/** Everything that is asked of an origin for a delivery. */
function jobsOf(source: Source, transformation: string): readonly unknown[] {
  const plan = planDelivery(parseTransformation(transformation), source);
  const context = { recipe: "r", key: "k", source: { version: "v", bytes: 1, container: "mov", url: "https://u" } };
  const renditions = [
    ...ladderRenditions(plan),
    ...fullRenditions(plan),
    ...audioRenditions(plan),
    ...keyframeRenditions(plan),
  ];
  const segments = renditions.flatMap((rendition) =>
    [0, 1, 4].map((number) => segmentJob(plan, rendition, number, context)),
  );
  const stills = plan.canvas
    ? ["jpg", "png", "webp", "avif", "gif"].map((extension) => wholeJob(plan, extension, context))
    : [];
  return [...segments, ...stills, wholeJob(plan, "mp4", context)];
}

describe("the recipe's number", () => {
  it("is raised whenever something else is asked of the encoders, so that bytes never change under a key", () => {
    const jobs = SOURCES.flatMap((source) => TRANSFORMATIONS.map((text) => jobsOf(source, text)));
    const digest = createHash("sha256").update(JSON.stringify(jobs)).digest("hex").slice(0, 16);
    expect({ [RECIPE_NUMBER]: digest }).toEqual({ [RECIPE_NUMBER]: RECIPES[RECIPE_NUMBER] });
  });
});
