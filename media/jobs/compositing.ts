/** Pictures that are put together through their transparency: laid over an empty frame, or cut by another one's lightness. */

import type { Filter } from "#transformation";
import type { LaidPicture, LayingMode } from "../laid.ts";
import { dimmedBy, emptied, opaqueAs, WITH_OPACITY } from "../opacity.ts";

/** Limited range, where black is 16 and white 235. */
const lightness = (y: number | string): Filter => ({ name: "lutyuv", options: { y, u: 128, v: 128 } });

/**
 * What has come so far over something else, in a frame that holds both. Below lies an empty frame for each of its own
 * frames, so that its time is theirs, whatever is laid between.
 */
export function overEmpty(
  { frame, x, y }: Extract<LayingMode, { kind: "under" }>,
  between: Filter | undefined,
): readonly Filter[] {
  const beneath = { filters: [...emptied(frame.width, frame.height), ...(between ? [between] : [])] };
  return [WITH_OPACITY, { name: "overlay", options: { x, y }, inputs: [beneath, { filters: [] }] }];
}

/**
 * What has come so far, opaque as far as a matte is light.
 * @param drawing what makes the matte of white frames, one for each of its own
 */
export function cutBy({ beneath }: LaidPicture, drawing: readonly Filter[]): readonly Filter[] {
  const matte: readonly Filter[] = [
    { name: "format", options: { pix_fmts: "yuv420p" } },
    lightness(235),
    ...drawing,
    // To full range, which opacity has.
    lightness("clip((val-16)*255/219,0,255)"),
    { name: "extractplanes", options: { planes: "y" } },
  ];
  return beneath.isSeenThrough ? dimmedBy("multiply", { filters: matte }) : opaqueAs({ filters: matte });
}
