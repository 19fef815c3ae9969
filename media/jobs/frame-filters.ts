/** From decoded pictures to the frames of the grid: the filters before any change of the picture. */

import { divide, type Filter, type Rational, rational, round, toNumber } from "#transformation";
import { type Programme, timelineFrames } from "../programme.ts";
import type { VideoTrack } from "../source.ts";
import { dropsFrames } from "../stages.ts";
import { wholeTimeline } from "../timeline.ts";

/** Parts that a tick is divided into: a time base may be as coarse as a frame, or a nanosecond already. */
const subticksOf = (timeBase: Rational): number => (toNumber(timeBase) > 1 / 20_000 ? 16 : 1);

/** From decoded pictures to frames [from, to) of the source's grid, numbered from `firstFrame` on. */
export function frameFilters(
  { source, timeline: { frameRate } }: Programme,
  track: VideoTrack,
  span: { from: number; to: number; firstFrame: number },
): readonly Filter[] {
  // Where pictures are dropped, every second one may lie half-way between two slots: a millisecond decides all such
  // ties alike (measured: 526 of 718 steps were uneven without it). The least that time stamps can express brings the
  // last picture into its slot where the container does not say how long it lasts (see `fps` below).
  const subticks = subticksOf(track.timeBase);
  const tie = dropsFrames(source, frameRate) ? round(divide(rational(subticks, 1000), track.timeBase)) : 0;
  const zero = track.startTicks * subticks - Math.max(1, tie);
  const whole = timelineFrames(wholeTimeline(source, frameRate));
  const rate = `${frameRate.num}/${frameRate.den}`;
  return [
    ...(subticks === 1 ? [] : [{ name: "settb", options: { expr: `intb/${subticks}` } }]),
    // Whole ticks: a float here is truncated and moves the grid.
    { name: "setpts", options: { expr: `PTS-(${zero})` } },
    // A frame for each field: 25i becomes 50p, as Apple's authoring specification 1.15 asks.
    ...(track.interlaced
      ? [
          {
            name: "bwdif",
            options: { mode: "send_field", parity: track.interlaced === "top" ? "tff" : "bff", deint: "all" },
          },
        ]
      : []),
    // One global grid: no start_time but at the very start, where a late first picture is shown early. eof_action: of a
    // last picture without a duration (transport streams) nothing would be shown; a slot too many is trimmed below.
    {
      name: "fps",
      options: { fps: rate, round: "near", eof_action: "pass", ...(span.from === 0 && { start_time: 0 }) },
    },
    // Only at the very end: elsewhere it would hide a landing that came too late as a frozen picture.
    ...(span.to >= whole ? [{ name: "tpad", options: { stop_mode: "clone", stop: -1 } }] : []),
    // Behind fps the time base is one frame: these are frame numbers.
    { name: "trim", options: { start_pts: span.from, end_pts: span.to } },
    ...(span.from === span.firstFrame
      ? []
      : [{ name: "setpts", options: { expr: `PTS-(${span.from - span.firstFrame})` } }]),
  ];
}
