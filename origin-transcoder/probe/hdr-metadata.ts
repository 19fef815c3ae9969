/** Reads what a track of high dynamic range says of its light: of the container, or of its first picture. Pure. */

import type { HdrMetadata } from "#media";
import { multiply, parseRational, rational, round } from "#transformation";
import type { ProbedFrame, ProbedSideData, ProbedStream } from "./ffprobe.ts";

/** Steps of SMPTE ST 2086 in one: of CIE 1931, and of a cd/m2. */
const CHROMATICITY_STEPS = 50_000;
const LUMINANCE_STEPS = 10_000;

function steps(text: string | undefined, perUnit: number): number | undefined {
  const value = parseRational(text ?? "");
  return value && value.num >= 0 ? round(multiply(value, rational(perUnit))) : undefined;
}

export function hdrMetadata(stream: ProbedStream, frame: ProbedFrame): HdrMetadata | undefined {
  const all = [...(stream.side_data_list ?? []), ...(frame.side_data_list ?? [])];
  const display = displayOf(all.find((data) => data.red_x !== undefined));
  const levels = all.find((data) => data.max_content !== undefined);
  const light = levels && ([levels.max_content ?? 0, levels.max_average ?? 0] as const);
  const isSaid = light !== undefined && light[0] > 0;
  return display || isSaid ? { ...(display && { display }), ...(isSaid && { light }) } : undefined;
}

/** The display, where all of it is said. */
function displayOf(data: ProbedSideData | undefined): HdrMetadata["display"] {
  const place = (x: string | undefined, y: string | undefined) => {
    const [across, up] = [steps(x, CHROMATICITY_STEPS), steps(y, CHROMATICITY_STEPS)];
    return across === undefined || up === undefined ? undefined : ([across, up] as const);
  };
  const [green, blue] = [place(data?.green_x, data?.green_y), place(data?.blue_x, data?.blue_y)];
  const [red, white] = [place(data?.red_x, data?.red_y), place(data?.white_point_x, data?.white_point_y)];
  const [max, min] = [steps(data?.max_luminance, LUMINANCE_STEPS), steps(data?.min_luminance, LUMINANCE_STEPS)];
  if (!green || !blue || !red || !white || max === undefined || min === undefined || max === 0) return undefined;
  return { green, blue, red, white, luminance: [max, min] };
}
