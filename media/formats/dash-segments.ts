/** How DASH names the segments of a representation, and when they play (ISO/IEC 23009-1 5.3.9). */

import { type Rational, rational, roundProduct } from "#transformation";
import type { Offered, UriOf } from "../presentation.ts";
import { segmentCountOf, segmentStartTick, segmentTicks, ticksPerSecond } from "../segment-times.ts";
import type { SegmentRun } from "../window.ts";
import { element } from "./xml.ts";

/** What all representations of a period have in common. */
export interface SegmentedPeriod {
  readonly uriOf: UriOf;
  /** Where the period begins, in seconds of the presentation. */
  readonly start: Rational;
}

/** The segments that are open, both ends included. */
const openRun = ({ plan, rendition, run }: Offered): SegmentRun =>
  run ?? { first: 0, last: segmentCountOf(plan, rendition) - 1 };

/** Runs of segments of equal length, in the track's own ticks. */
function timeline(offered: Offered): string {
  const { plan, rendition } = offered;
  const { first, last: end } = openRun(offered);
  const runs: { ticks: number; segments: number }[] = [];
  for (let number = first; number <= end; number++) {
    const ticks = segmentTicks(plan, rendition, number);
    const last = runs.at(-1);
    if (last?.ticks === ticks) last.segments++;
    else runs.push({ ticks, segments: 1 });
  }
  return element(
    "SegmentTimeline",
    {},
    runs.map(({ ticks, segments }, index) =>
      element("S", {
        t: index === 0 ? segmentStartTick(plan, rendition, first) : undefined,
        d: ticks,
        r: segments > 1 ? segments - 1 : undefined,
      }),
    ),
  );
}

const SEGMENT_FILE = "$Number$.m4s";

/** A URI as a template: its own dollars are doubled (5.3.9.4.4). */
function template(uri: string): string {
  const file = uri.lastIndexOf(SEGMENT_FILE);
  const own = (text: string): string => text.replaceAll("$", "$$$$");
  return file < 0 ? own(uri) : own(uri.slice(0, file)) + SEGMENT_FILE + own(uri.slice(file + SEGMENT_FILE.length));
}

/** In each representation, not once for all of them: what opens a folder stands in its URIs, and differs. */
export function segments(offered: Offered, { uriOf, start }: SegmentedPeriod): string {
  const timescale = ticksPerSecond(offered.plan, offered.rendition);
  return element(
    "SegmentTemplate",
    {
      timescale,
      // The instant that the period begins at, in every track: sound is cut up to half of its frame beside it.
      presentationTimeOffset: start.num === 0 ? undefined : roundProduct(start, rational(timescale)),
      startNumber: openRun(offered).first,
      initialization: template(uriOf(offered, "init.mp4")),
      media: template(uriOf(offered, SEGMENT_FILE)),
    },
    [timeline(offered)],
  );
}
