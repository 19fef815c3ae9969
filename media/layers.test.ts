import { describe, expect, it } from "vitest";
import { formatTransformation, Problem, parseTransformation } from "#transformation";
import { audioRenditions, fullRenditions, type Kept, NOTHING_KEPT, planDelivery, segmentJob } from "./index.ts";
import type { VideoTrack } from "./source.ts";
import { sourceFacts, videoTrackFacts } from "./testing/sources.ts";

const LOGO = "aaaaaaaaaaaaaaaa";
const NEW_LOGO = "bbbbbbbbbbbbbbbb";
const CLIP = "cccccccccccccccc";

const still = (version: string) =>
  sourceFacts({
    version,
    container: "png_pipe",
    silent: true,
    video: videoTrackFacts({ width: 200, height: 100, pixelFormat: "rgba", endTicks: 3600 }),
  });
const clip = sourceFacts({ version: CLIP, video: videoTrackFacts({ width: 640, height: 360, endTicks: 90_000 * 10 }) });

const kept = (logo: string): Kept => ({
  ...NOTHING_KEPT,
  layers: [
    { publicId: "logo", source: still(logo) },
    { publicId: "folder/clip", source: clip },
    { publicId: "sound", source: sourceFacts({ version: "dddddddddddddddd", soundOnly: true }) },
  ],
});

const planOf = (transformation: string, logo = LOGO, source = sourceFacts()) =>
  planDelivery(parseTransformation(transformation), source, kept(logo));

const context = { recipe: "r", key: "k", source: { version: "v", bytes: 1, container: "mov", url: "https://u" } };

/** The versions of the layers that a segment of the picture, or of the sound, is made of. */
function readBy(transformation: string, number: number, media: "picture" | "sound"): readonly string[] {
  const plan = planOf(transformation);
  const rendition = media === "picture" ? fullRenditions(plan)[0] : audioRenditions(plan)[0];
  const job = rendition && segmentJob(plan, rendition, number, context);
  return job?.inputs.flatMap(({ version }) => version ?? []) ?? [];
}

describe("a layer in the keys", () => {
  it("names the version of its bytes, so that a new upload of it is a new key", () => {
    const { picture, sound, whole } = planOf("l_logo/c_scale,w_100/fl_layer_apply,g_north_east").keys;
    expect(formatTransformation(picture)).toBe(`l_logo:@${LOGO}/w_100/fl_layer_apply,g_north_east`);
    expect(formatTransformation(whole)).toBe(formatTransformation(picture));
    expect(formatTransformation(sound)).toBe("");
    expect(planOf("l_logo/fl_layer_apply", NEW_LOGO).keys.picture).not.toEqual(
      planOf("l_logo/fl_layer_apply").keys.picture,
    );
  });

  it("reads as itself: the plan of a key has that key", () => {
    for (const chain of [
      "l_logo/fl_layer_apply",
      "l_video:folder:clip/so_1/l_logo/fl_layer_apply/fl_layer_apply,so_2",
      "l_audio:folder:clip/fl_layer_apply",
    ]) {
      const { picture, sound } = planOf(chain).keys;
      expect(planOf(formatTransformation(picture)).keys.picture).toEqual(picture);
      expect(planOf(formatTransformation(sound)).keys.sound).toEqual(sound);
    }
  });

  it("stands in the key of what it changes alone: pictures in the picture's, sound in the sound's, videos in both", () => {
    const keysOf = (chain: string) => {
      const { picture, sound } = planOf(chain).keys;
      return [picture.length, sound.length];
    };
    expect(keysOf("l_logo/fl_layer_apply")).toEqual([1, 0]);
    expect(keysOf("l_audio:folder:clip/fl_layer_apply")).toEqual([0, 1]);
    expect(keysOf("l_video:folder:clip/fl_layer_apply")).toEqual([1, 1]);
    expect(keysOf("l_text:Arial_40:Hello/fl_layer_apply")).toEqual([1, 0]);
  });
});

describe("a layer in the jobs", () => {
  it("is read by the segments that show or sound it, and by no other", () => {
    // Segments begin at 0, 2, 4 and 8 s.
    const timed = "l_video:folder:clip/fl_layer_apply,so_5,du_3";
    expect([0, 1, 2, 3].map((number) => readBy(timed, number, "picture"))).toEqual([[], [], [CLIP], []]);
    expect([0, 1, 2, 3].map((number) => readBy(timed, number, "sound").length > 0)).toEqual([false, false, true, true]);
    expect(readBy("l_logo/fl_layer_apply", 3, "picture")).toEqual([LOGO]);
    expect(readBy("l_logo/fl_layer_apply", 3, "sound")).toEqual([]);
  });

  it("stays where it was laid when the video is cut or, being always there, retimed behind it", () => {
    expect(
      [0, 1, 2].map((number) => readBy("l_video:folder:clip/fl_layer_apply,so_5,du_3/so_5", number, "picture")),
    ).toEqual([[CLIP], [CLIP], []]);
    expect(readBy("l_logo/fl_layer_apply/e_reverse", 0, "picture")).toEqual([LOGO]);
  });
});

describe("a layer that is not laid", () => {
  it.each([
    ["an asset that is not there", "l_other/fl_layer_apply", "invalid-value", "l"],
    ["a private asset", "l_private:logo/fl_layer_apply", "unsupported-parameter", "l"],
    ["a picture that bends the one beneath", "l_logo/e_displace/fl_layer_apply", "unsupported-parameter", "e_displace"],
    ["a remote file", "l_fetch:aHR0cHM6Ly9leGFtcGxlLmNvbS9hLnBuZw/fl_layer_apply", "unsupported-parameter", "l"],
    ["sound joined to a picture", "fl_splice,l_audio:sound/fl_layer_apply", "unsupported-parameter", "fl_splice"],
    ["a transition beside nothing", "e_transition:name_fade", "unsupported-parameter", "e_transition"],
    ["a font with a pattern", "l_text:Arial%253Afile_40:x/fl_layer_apply", "unsupported-parameter", "l"],
    ["a place that has to be found", "l_logo/fl_layer_apply,g_face", "unsupported-parameter", "g"],
  ])("is refused by name: %s", (_, chain, code, parameter) => {
    let problem: unknown;
    try {
      planOf(decodeURIComponent(chain));
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ code, facts: { parameter } });
  });
});

describe("what effects and layers work on", () => {
  const hdr = videoTrackFacts({
    colour: { range: "tv", primaries: "bt2020", transfer: "smpte2084", matrix: "bt2020nc" },
    pixelFormat: "yuv420p10le",
    bitDepth: 10,
  });
  const deep = videoTrackFacts({ pixelFormat: "yuv422p10le", bitDepth: 10 });
  const full = videoTrackFacts({ pixelFormat: "yuvj420p", colour: { ...videoTrackFacts().colour, range: "pc" } });

  /** Names of the filters of the first segment's picture, in their order. */
  const filtersOf = (chain: string, video: VideoTrack): readonly string[] => {
    const plan = planOf(chain, LOGO, sourceFacts({ video }));
    const [rendition] = fullRenditions(plan);
    const job = rendition && segmentJob(plan, rendition, 0, context);
    return (
      job?.filters.map(({ name, options }) => (name === "format" ? `format ${options?.["pix_fmts"]}` : name)) ?? []
    );
  };

  it.each([
    ["high dynamic range", hdr, "tonemap"],
    ["ten bits", deep, "format yuv420p"],
    ["full range", full, "scale"],
  ])("is the stream's own eight bits, whatever the source has: %s", (_, video, converting) => {
    for (const [chain, working] of [
      ["e_brightness:20", "lutyuv"],
      ["l_logo/fl_layer_apply", "overlay"],
      ["bo_4px_solid_red", "overlay"],
      ["b_red,c_pad,h_1080,w_1080", "overlay"],
    ] as const) {
      const filters = filtersOf(chain, video);
      expect(filters.indexOf(converting), chain).toBeGreaterThan(-1);
      expect(filters.indexOf(converting), chain).toBeLessThan(filters.indexOf(working));
      expect(filters.filter((name) => name === "tonemap").length, chain).toBe(video === hdr ? 1 : 0);
    }
  });

  it("is converted behind all scaling where nothing looks at it, since small pictures cost less", () => {
    const filters = filtersOf("w_640/c_fill,h_360,w_360", hdr);
    expect(filters.indexOf("scale")).toBeLessThan(filters.indexOf("tonemap"));
    expect(filters.indexOf("crop")).toBeLessThan(filters.indexOf("scale"));
  });
});
