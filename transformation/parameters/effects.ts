/** Effects that look at neighbouring pixels or at the time: blur, noise, fade. */

import { type Filter, onPicture, onSound, type PictureFacts } from "../edit.ts";
import { parameter } from "../parameter.ts";
import { rational, subtract, toFixed } from "../rational.ts";
import { orUsual, wholeNumber } from "../values.ts";

const local = { scope: "component", touches: ["picture"] } as const;

/** Strengths are meant for 720 lines, so that they look alike at every size. */
const relative = ({ width, height }: PictureFacts): number => Math.min(width, height) / 720;

const strength = (
  name: string,
  summary: string,
  range: { min: number; max: number; usual: number },
  filters: (strength: number, facts: PictureFacts) => readonly Filter[],
) =>
  parameter({
    key: `e_${name}`,
    summary,
    value: orUsual(wholeNumber(range), range.usual),
    ...local,
    examples: ["", String(Math.min(range.max, range.usual + 10))],
    apply: (edit, value) => onPicture(edit, (facts) => filters(value, facts)),
  });

/** Unsharp masking up to the strongest that ffmpeg's filter takes. */
const sharpened = (size: number) => (percent: number) => [
  { name: "unsharp", options: { lx: size, ly: size, la: Math.min(5, percent / 100).toFixed(3) } },
];

export const effects = {
  blur: strength("blur", "Blurs the picture.", { min: 1, max: 2000, usual: 100 }, (value, facts) => [
    { name: "gblur", options: { sigma: ((value / 25) * relative(facts)).toFixed(3) } },
  ]),
  pixelate: strength(
    "pixelate",
    "Shows squares of this many pixels.",
    { min: 1, max: 200, usual: 5 },
    (side, { width, height }) => [
      {
        name: "scale",
        options: { w: Math.max(1, Math.round(width / side)), h: Math.max(1, Math.round(height / side)), flags: "area" },
      },
      { name: "scale", options: { w: width, h: height, flags: "neighbor" } },
    ],
  ),
  noise: strength("noise", "Adds film grain, in percent.", { min: 0, max: 100, usual: 10 }, (value) => [
    // A seed: without one every encode would differ. t: other grain in each picture.
    { name: "noise", options: { all_seed: 1, alls: value, allf: "t" } },
  ]),
  vignette: strength("vignette", "Darkens the corners, in percent.", { min: 0, max: 100, usual: 20 }, (value) => [
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
