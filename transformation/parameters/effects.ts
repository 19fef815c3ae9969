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

export interface ProgressBar {
  readonly colour: Rgba;
  readonly heightPixels: number;
}

/** `bar:green:12`; named words of newer SDKs (`type_bar;color_green;width_12`) mean the same. */
const progressBar: Value<ProgressBar> = {
  expected: "bar, bar:<colour>, or bar:<colour>:<height in pixels>",
  words: ["bar"],
  parse: (text) => {
    const plain = text.replaceAll(/(?:^|;)(?:type|color|width)_/g, ":").replace(/^:/, "");
    const [, , named = "rgb:1e90ff", height = "10"] =
      /^(bar)?(?::?((?:rgb:)?[A-Za-z0-9]+?))?(?::(\d{1,4}))?$/.exec(plain) ?? [];
    const isRead = /^(bar(:(rgb:)?[A-Za-z0-9]+(:\d{1,4})?)?)?$/.test(plain);
    const colour = readColour(named);
    return isRead && colour !== undefined && Number(height) >= 1 ? { colour, heightPixels: Number(height) } : undefined;
  },
  format: ({ colour, heightPixels }) =>
    ["bar", spellColour(colour), ...(heightPixels === 10 ? [] : [String(heightPixels)])].join(":"),
};

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
  progressBar: parameter({
    key: "e_progressbar",
    summary: "A bar at the bottom that grows with time: bar, its colour and its height in pixels.",
    value: progressBar,
    ...local,
    examples: ["", "bar:green", "bar:rgb:ff8000:12"],
    apply: (edit, { colour, heightPixels }) =>
      onPicture(
        edit,
        ({ width, height, durationSeconds, area }) => [
          {
            name: "overlay",
            // A drawn bar as wide as the picture comes in from the left.
            options: {
              x: `-W+W*min(1,t*${durationSeconds.den}/${durationSeconds.num})`,
              y: height - Math.min(height, heightPixels),
              eof_action: "repeat",
            },
            inputs: [{ filters: [] }, area(colour, { width, height: Math.min(height, heightPixels) })],
          },
        ],
        true,
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
      return onSound(onPicture(edit, fade("fade"), true), fade("afade"), true);
    },
  }),
};
