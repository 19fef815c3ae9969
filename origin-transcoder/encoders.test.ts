import { describe, expect, it } from "vitest";
import {
  codecStringOf,
  type DeliveryPlan,
  initJob,
  ladderRenditions,
  planDelivery,
  splitInit,
  timescaleOf,
} from "#media";
import { parseTransformation, rational } from "#transformation";
import { sourceFacts, videoTrackFacts } from "../media/testing/sources.ts";
import { initArguments } from "./ffmpeg/arguments.ts";
import { run } from "./ffmpeg/run.ts";
import { checkedInit } from "./ffmpeg/verify.ts";
import { findRecipe } from "./recipe.ts";

const context = { recipe: "r1", key: "/key", source: { version: "0", bytes: 1, container: "mov", url: "http://x/y" } };

const FFMPEG = { path: "ffmpeg" };

/** Every init section of a plan, held against its playlist. */
async function checkInits(plan: DeliveryPlan): Promise<void> {
  for (const rendition of ladderRenditions(plan)) {
    const job = initJob(plan, rendition, context);
    if (!job || "source" in job) throw new Error("no init section of an encode");
    const { output, complaints } = await run(FFMPEG, initArguments(job), { wallSeconds: 30, outputBytes: 1 << 20 });
    const init = checkedInit(output, job);
    expect(codecStringOf(init), complaints).toBe(rendition.codecString);
    expect(timescaleOf(init)).toBe(job.timescale);
    expect(splitInit(output).init).toEqual(init);
  }
}

describe("what encoders write", () => {
  const shapes = [
    [1920, 1080, rational(30)],
    [1280, 720, rational(24_000, 1001)],
    [720, 1280, rational(60)],
    [854, 480, rational(25)],
    [160, 90, rational(25, 2)],
  ] as const;

  it.each([
    ["PQ", "smpte2084"],
    ["HLG", "arib-std-b67"],
  ])("is what the playlist says of it: high dynamic range by %s", async (_, transfer) => {
    const colour = { range: "tv", primaries: "bt2020", transfer, matrix: "bt2020nc" } as const;
    const depth = { pixelFormat: "yuv420p10le", bitDepth: 10 };
    const video = videoTrackFacts({ width: 640, height: 360, colour, ...depth, hdr: { light: [1000, 400] } });
    const plan = planDelivery(parseTransformation("dr_high"), sourceFacts({ video }));
    expect(ladderRenditions(plan)).toHaveLength(4);
    await checkInits(plan);
  });

  it.each(shapes)("is what the playlist says of it: %ix%i at %j", async (width, height, frameRate) => {
    await checkInits(planDelivery([], sourceFacts({ video: videoTrackFacts({ width, height, frameRate }) })));
  });
});

describe("the recipe", () => {
  it("names the build, the same every time, in letters and digits that a key may hold", async () => {
    const [one, two] = [await findRecipe(FFMPEG), await findRecipe(FFMPEG)];
    expect(one).toEqual(two);
    expect(one.id).toMatch(/^r\d+[0-9a-f]{8}$/);
    expect(one.codecs).toContain("h264");
  });
});
