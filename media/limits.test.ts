import { describe, expect, it } from "vitest";
import { Problem, parseTransformation } from "#transformation";
import { fullRenditions } from "./index.ts";
import { askedOf, askedOfRendition, type CloudLimits, checkLimits, LIMITS, type LimitName } from "./limits.ts";
import type { OriginBuild } from "./origin-build.ts";
import { planDelivery } from "./plan.ts";
import { audioRenditions } from "./renditions.ts";
import { sourceFacts } from "./testing/sources.ts";

const BUILD: OriginBuild = {
  recipe: "r",
  speeds: { h264: { startSeconds: 0.1, secondsPerMegapixel: 0.001 } },
  decodeSecondsPerMegapixel: 0.0001,
};

/** A minute of 1080p30. */
const planOf = (chain: string) => planDelivery(parseTransformation(chain), sourceFacts());

/** What of the limits a delivery is refused with. */
function refusalOf(limits: CloudLimits, chain: string, output: string): Problem | undefined {
  try {
    checkLimits(limits, askedOf(planOf(chain), output, BUILD));
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const TEXT = "l_text:Arial_20:a/fl_layer_apply";

/** A bound, what lies within it, and what lies beyond. */
const CASES: Readonly<
  Record<LimitName, readonly [bound: number, within: readonly [string, string][], beyond: readonly [string, string][]]>
> = {
  side_pixels: [
    1280,
    [
      ["w_1280", "m3u8"],
      ["sp_auto:maxres_720p", "m3u8"],
      ["c_fill,w_720,h_1280", "jpg"],
      ["", "mp3"],
      ["fl_sprite", "vtt"],
      ["fl_waveform", "png"],
    ],
    [
      ["", "m3u8"],
      ["fl_waveform,w_1300", "png"],
      ["sp_auto", "m3u8"],
      ["w_1282", "mp4"],
      ["c_fill,w_400,h_1300", "png"],
    ],
  ],
  picture_pixels: [1280 * 720, [["w_1280", "m3u8"]], [["w_1280,h_722", "m3u8"]]],
  frames_per_second: [
    25,
    [
      ["fps_25", "m3u8"],
      ["fl_sprite", "json"],
      ["", "jpg"],
      ["", "mp3"],
    ],
    [["", "m3u8"]],
  ],
  layers: [2, [[`${TEXT}/${TEXT}`, "jpg"]], [[`${TEXT}/${TEXT}/${TEXT}`, "m3u8"]]],
  file_seconds: [
    10,
    [
      ["du_10", "mp4"],
      ["", "m3u8"],
      ["", "jpg"],
    ],
    [
      ["du_10.1", "mp4"],
      ["", "mp3"],
      ["fl_animated", "webp"],
    ],
  ],
  delivery_seconds: [
    100,
    [
      ["", "m3u8"],
      ["", "mp3"],
    ],
    [["e_loop", "m3u8"]],
  ],
  encode_seconds: [
    1,
    [
      ["w_320,du_10", "m3u8"],
      ["", "jpg"],
      ["", "mp3"],
    ],
    [
      ["", "m3u8"],
      ["w_960", "mp4"],
    ],
  ],
};

describe.each(Object.keys(LIMITS) as LimitName[])("the limit %s", (name) => {
  const [bound, within, beyond] = CASES[name];

  it.each(within)("lets %s as .%s pass", (chain, output) => {
    expect(refusalOf({ [name]: bound }, chain, output)).toBeUndefined();
  });

  it.each(beyond)("refuses %s as .%s by its name", (chain, output) => {
    expect(refusalOf({ [name]: bound }, chain, output)).toMatchObject({
      code: "beyond-limit",
      facts: { limit: name, parameter: LIMITS[name].parameter },
    });
    expect(refusalOf({}, chain, output)).toBeUndefined();
  });
});

describe("the address of a rendition", () => {
  it("is bounded by its own picture, and where it is sound by none", () => {
    const plan = planOf("");
    const check = (limits: CloudLimits, rendition: Parameters<typeof askedOfRendition>[1]) =>
      checkLimits(limits, askedOfRendition(plan, rendition, BUILD));
    const [video] = fullRenditions(plan);
    const [audio] = audioRenditions(plan);
    if (!video || !audio) throw new Error("no renditions");
    expect(() => check({ side_pixels: 1280 }, video)).toThrow(Problem);
    expect(() => check({ side_pixels: 1280, encode_seconds: 0.1, frames_per_second: 5 }, audio)).not.toThrow();
  });
});
