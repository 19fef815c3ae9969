/** Effects that look at neighbouring pixels or at the time: blur, noise, fade. */

import { type Rgba, readColour, spellColour } from "../colour-value.ts";
import { type Filter, onPicture, onSound, type PictureFacts } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { rational, subtract, toFixed } from "../rational.ts";
import { adjustment, regional, strength } from "../strength.ts";
import { orUsual, type Value, wholeNumber } from "../values.ts";

const local = { scope: "component", touches: ["picture"] } as const;

/** Strengths are meant for 720 lines, so that they look alike at every size. */
const relative = ({ width, height }: PictureFacts): number => Math.min(width, height) / 720;

/** Unsharp masking up to the strongest that ffmpeg's filter takes. */
const sharpened = (size: number) => (percent: number) => [
  { name: "unsharp", options: { lx: size, ly: size, la: Math.min(5, percent / 100).toFixed(3) } },
];

/**
 * What steadying has seen before fades by a tenth with every frame: of so many it knows all but a ten-thousandth of a
 * pixel (measured: 52 dB and more between a frame that is steadied so and the same one in the whole video).
 */
const STEADYING_FRAMES = 120;

/** What grows with time: a bar along the bottom, or a frame around the picture. */
export interface ProgressBar {
  readonly shape: "bar" | "frame";
  readonly colour: Rgba;
  readonly thicknessPixels: number;
}

/** `bar:green:12`; named words of newer SDKs (`type_bar;color_green;width_12`) mean the same. */
const progressBar: Value<ProgressBar> = {
  expected: "bar or frame, bar:<colour>, or bar:<colour>:<thickness in pixels>",
  words: ["bar", "frame"],
  parse: (text) => {
    const plain = text.replaceAll(/(?:^|;)(?:type|color|width)_/g, ":").replace(/^:/, "");
    const [, shape = "bar", named = "rgb:1e90ff", thickness = "10"] =
      /^(bar|frame)?(?::?((?:rgb:)?[A-Za-z0-9]+?))?(?::(\d{1,4}))?$/.exec(plain) ?? [];
    const isRead = /^((bar|frame)(:(rgb:)?[A-Za-z0-9]+(:\d{1,4})?)?)?$/.test(plain);
    const colour = readColour(named) ?? readColour(`rgb:${named}`);
    return isRead && colour !== undefined && Number(thickness) >= 1
      ? { shape: shape as ProgressBar["shape"], colour, thicknessPixels: Number(thickness) }
      : undefined;
  },
  format: ({ shape, colour, thicknessPixels }) =>
    [shape, spellColour(colour), ...(thicknessPixels === 10 ? [] : [String(thicknessPixels)])].join(":"),
};

/** A side that grows with time: what is drawn of it, and where it is, from out of the picture to its place. */
interface GrowingSide {
  readonly size: { readonly width: number; readonly height: number };
  readonly x: string;
  readonly y: string;
}

/** The sides in the order in which they grow, each as long as its length is of all. */
function growingSides(
  { shape, thicknessPixels }: ProgressBar,
  { width, height, durationSeconds: { num, den } }: PictureFacts,
): readonly GrowingSide[] {
  const thickness = Math.min(thicknessPixels, width, height);
  const [lying, standing] = [
    { width, height: thickness },
    { width: thickness, height },
  ];
  const all = shape === "bar" ? width : 2 * (width + height);
  /** Pixels of a side that are there, of which the whole has grown by so many when it begins. */
  const grown = (length: number, before: number): string => `clip(${all}*t*${den}/${num}-${before},0,${length})`;
  if (shape === "bar") return [{ size: lying, x: `${grown(width, 0)}-${width}`, y: String(height - thickness) }];
  return [
    { size: lying, x: `${grown(width, 0)}-${width}`, y: "0" },
    { size: standing, x: String(width - thickness), y: `${grown(height, width)}-${height}` },
    { size: lying, x: `${width}-${grown(width, width + height)}`, y: String(height - thickness) },
    { size: standing, x: "0", y: `${height}-${grown(height, 2 * width + height)}` },
  ];
}

const BLUR = { min: 1, max: 2000, usual: 100 } as const;
const SQUARES = { min: 1, max: 200, usual: 5 } as const;

const blurred = (value: number, facts: PictureFacts): readonly Filter[] => [
  { name: "gblur", options: { sigma: ((value / 25) * relative(facts)).toFixed(3) } },
];

const squares = (side: number, { width, height }: PictureFacts): readonly Filter[] => [
  {
    name: "scale",
    options: {
      w: Math.max(1, Math.round(width / side)),
      h: Math.max(1, Math.round(height / side)),
      flags: "area",
    },
  },
  { name: "scale", options: { w: width, h: height, flags: "neighbor" } },
];

export const effects = {
  blur: strength("blur", "Blurs the picture.", BLUR, blurred),
  blurRegion: regional("blur_region", "Blurs the rectangle that x, y, w and h name.", BLUR, blurred),
  pixelate: strength("pixelate", "Shows squares of this many pixels.", SQUARES, squares),
  pixelateRegion: regional(
    "pixelate_region",
    "Shows squares in the rectangle that x, y, w and h name.",
    SQUARES,
    squares,
  ),
  deshake: parameter({
    key: "e_deshake",
    summary:
      "Steadies what was filmed by hand, as far as it jumps by this many pixels from picture to picture; the sides are mirrored where nothing is left.",
    value: orUsual(wholeNumber({ min: 1, max: 64 }), 16),
    ...local,
    examples: ["32", ""],
    apply: (edit, pixels) =>
      onPicture(edit, () => [{ name: "deshake", options: { rx: pixels, ry: pixels } }], {
        timed: true,
        leadFrames: STEADYING_FRAMES,
      }),
  }),
  progressBar: parameter({
    key: "e_progressbar",
    summary: "A bar at the bottom, or a frame around the picture, that grows with time: its colour and its thickness.",
    value: progressBar,
    ...local,
    examples: ["", "bar:green", "bar:rgb:ff8000:12", "frame:white:6"],
    apply: (edit, bar) =>
      onPicture(
        edit,
        (facts) =>
          growingSides(bar, facts).map(({ size, x, y }) => ({
            name: "overlay",
            options: { x, y, eof_action: "repeat" },
            inputs: [{ filters: [] }, facts.area(bar.colour, size)],
          })),
        { timed: true },
      ),
  }),
  noise: adjustment("noise", "Adds film grain, in percent.", { min: 0, max: 100, usual: 10 }, (value) => [
    // A seed: without one every encode would differ. t: other grain in each picture.
    { name: "noise", options: { all_seed: 1, alls: value, allf: "t" } },
  ]),
  vignette: adjustment("vignette", "Darkens the corners, in percent.", { min: 0, max: 100, usual: 20 }, (value) => [
    { name: "vignette", options: { angle: ((value / 100) * (Math.PI / 2)).toFixed(5) } },
  ]),
  sharpen: strength("sharpen", "Sharpens fine detail.", { min: 1, max: 2000, usual: 100 }, sharpened(5)),
  unsharpMask: strength("unsharp_mask", "Sharpens coarser detail.", { min: 1, max: 2000, usual: 100 }, sharpened(9)),
  fadeIn: parameter({
    key: "e_fade",
    summary:
      "Fades in from black over milliseconds at the start, or with a negative number out at the end; the sound with it.",
    value: orUsual(wholeNumber({ min: -600_000, max: 600_000 }), 1000),
    scope: "component",
    touches: ["picture", "sound"],
    examples: ["2000", "-4000"],
    isDefault: (milliseconds) => milliseconds === 0,
    apply: (edit, milliseconds) => {
      const fade = (name: "fade" | "afade") => (facts: Pick<PictureFacts, "durationSeconds">) => {
        const seconds = rational(Math.abs(milliseconds), 1000);
        const start = milliseconds > 0 ? rational(0) : subtract(facts.durationSeconds, seconds);
        const options = { t: milliseconds > 0 ? "in" : "out", st: toFixed(start, 6), d: toFixed(seconds, 6) };
        return [{ name, options }];
      };
      return onSound(onPicture(edit, fade("fade"), { timed: true }), fade("afade"), true);
    },
  }),
};
