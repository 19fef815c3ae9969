/** What lies behind a picture that does not fill its frame. */

import { type Background, type Filter, Problem } from "#transformation";

/** Where the picture lies in its frame. */
export interface Placing {
  readonly w: number;
  readonly h: number;
  readonly x: number;
  readonly y: number;
}

/** Filters that put a picture on its background. */
export function onBackground(placing: Placing, background: Background | undefined): readonly Filter[] {
  if (background === undefined) return [{ name: "pad", options: { ...placing, color: "black" } }];
  switch (background.kind) {
    case "colour":
      return [{ name: "pad", options: { ...placing, color: `0x${background.colour.slice(0, 6)}` } }];
    case "blurred":
      return [overBlurred(placing, background)];
    case "auto":
      throw new Problem(
        "unsupported-parameter",
        "b_auto is not served: no colour is chosen for you. Name one, or take b_blurred.",
        { parameter: "b", nearest: "b_blurred" },
      );
  }
}

/** Blurring a small picture and enlarging it looks the same and costs a fraction. */
const BLUR_HEIGHT = 180;

/** The picture over itself, enlarged to cover the frame and blurred. */
function overBlurred(
  { w, h, x, y }: Placing,
  { intensity, brightness }: Extract<Background, { kind: "blurred" }>,
): Filter {
  const small = { w: Math.max(2, 2 * Math.round((w * BLUR_HEIGHT) / h / 2)), h: BLUR_HEIGHT };
  const blur: Filter[] = [
    { name: "scale", options: { ...small, force_original_aspect_ratio: "increase", flags: "area" } },
    { name: "crop", options: { w: small.w, h: small.h } },
    { name: "gblur", options: { sigma: ((intensity / 25) * (BLUR_HEIGHT / 720)).toFixed(3) } },
    ...(brightness === 0 ? [] : [{ name: "eq", options: { brightness: (brightness / 300).toFixed(4) } }]),
    { name: "scale", options: { w, h, flags: "bilinear" } },
    { name: "setsar", options: { sar: 1 } },
  ];
  return { name: "overlay", options: { x, y, shortest: 1 }, inputs: [{ filters: blur }, { filters: [] }] };
}
