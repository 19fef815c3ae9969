/** From the source to the pictures of a span of the output: what is read, and the filters up to the encoder's own. */

import { add, equals, type Filter, floor, multiply, ONE, type Rational, rational, subtract } from "#transformation";
import { canvasFilters } from "../canvas.ts";
import { type PicturePlan, plainPartOf } from "../plan.ts";
import { videoSeeks } from "../seek.ts";
import type { VideoTrack } from "../source.ts";
import { type Clip, cutClip, cutTimeline, sourceFrameAt } from "../timeline.ts";
import { frameFilters } from "./frame-filters.ts";
import type { Filtered, JobInput } from "./job.ts";
import { laidPicture } from "./laying.ts";

/** What a job reads, and what becomes of it. */
export interface Reading extends Filtered {
  readonly inputs: readonly JobInput[];
}

/** Frames of the output. */
export interface FrameSpan {
  readonly start: number;
  readonly frames: number;
}

/**
 * Output frames [start, start + frames), with their numbers as time stamps.
 * @param firstInput how many inputs of the job come before these
 */
export function pictures(plan: PicturePlan, track: VideoTrack, span: FrameSpan, firstInput = 0): Reading {
  const { inputs: read, stream, filters: framed } = retimedPictures(plan, track, span, firstInput);
  const [inputs, filters] = [[...read], [...framed]];
  for (const step of plan.canvas?.steps ?? []) {
    const laid = step.laid && laidPicture(plan, step, span, firstInput + inputs.length);
    inputs.push(...(laid?.inputs ?? []));
    filters.push(...(step.laid ? (laid?.filters ?? []) : canvasFilters([step])));
  }
  return { inputs, ...(stream && { stream }), filters };
}

/** The frames of the timeline, before anything is done to the picture that its early steps do not. */
function retimedPictures(plan: PicturePlan, track: VideoTrack, span: FrameSpan, firstInput: number): Reading {
  const { timeline, grid } = plan;
  const part = plainPartOf(plan);
  const stream = (input: number) => ({ input: firstInput + input, streamIndex: track.streamIndex });
  if (part) {
    const from = part.from + span.start;
    return {
      inputs: [{ seeks: videoSeeks(plan.source, track, from, grid.frameRate) }],
      stream: stream(0),
      filters: frameFilters(plan, track, { from, to: from + span.frames, firstFrame: span.start }),
    };
  }
  const pieces = cutTimeline(timeline, span.start, span.start + span.frames).flatMap((clip) => portions(clip, track));
  const inputs = pieces.map((piece) => ({
    seeks: videoSeeks(plan.source, track, earliestFrame(piece), grid.frameRate),
  }));
  const chains = pieces.map((piece) => pieceFilters(plan, track, piece));
  const [first, second] = chains;
  if (first && !second) {
    const numbered = span.start === 0 ? [] : [{ name: "setpts", options: { expr: `PTS+${span.start}` } }];
    return { inputs, stream: stream(0), filters: [...first, ...numbered] };
  }
  const joined: Filter = {
    name: "concat",
    options: { n: chains.length },
    inputs: chains.map((filters, input) => ({ stream: stream(input), filters })),
  };
  const numbered: Filter[] = [
    // concat counts microseconds.
    { name: "settb", options: { expr: `${grid.frameRate.den}/${grid.frameRate.num}` } },
    { name: "setpts", options: { expr: `N+${span.start}` } },
  ];
  return { inputs, filters: [joined, ...numbered] };
}

/** The first frame of the source that a clip shows, whichever way it plays. */
const earliestFrame = ({ from }: Clip): number => floor(from);

/** What may wait in memory to be shown in reverse. */
const REVERSED_BYTES = 384 * 2 ** 20;

/** A reversed clip in portions that fit into memory, each decoded by itself. */
function portions(clip: Clip, track: VideoTrack): readonly Clip[] {
  if (!clip.isReversed) return [clip];
  const frameBytes = track.width * track.height * (track.bitDepth > 8 ? 3 : 1.5);
  const most = Math.max(1, Math.floor(REVERSED_BYTES / frameBytes));
  const count = Math.ceil(clip.frames / most);
  return Array.from({ length: count }, (_, index) =>
    cutClip(clip, index * most, Math.min(clip.frames, (index + 1) * most)),
  );
}

/** The frames of a piece, numbered from 0. */
function pieceFilters(plan: PicturePlan, track: VideoTrack, piece: Clip): readonly Filter[] {
  const from = earliestFrame(piece);
  const last = sourceFrameAt({ ...piece, isReversed: false }, piece.frames - 1);
  const early = plan.canvas?.early;
  // Early steps count from the source's frame 0.
  const firstFrame = early ? from : 0;
  return [
    ...frameFilters(plan, track, { from, to: last + 1, firstFrame }),
    ...canvasFilters(early ?? []),
    ...paced(piece, add(subtract(piece.from, rational(from)), rational(firstFrame)), plan.grid.frameRate),
    ...(piece.isReversed && piece.frames > 1 ? [{ name: "reverse" }] : []),
  ];
}

/** From frames of the source, of which `from` stands first in the piece, to those of the output. */
function paced({ frames, speed }: Clip, from: Rational, frameRate: Rational): readonly Filter[] {
  if (equals(speed, ONE))
    return floor(from) === 0 ? [] : [{ name: "setpts", options: { expr: `PTS-(${floor(from)})` } }];
  // Frame i is the first to be shown at the first output frame that begins in it or behind it: ceil((i - from) / speed),
  // in whole numbers, so that no rounding moves it.
  const divisor = multiply(rational(from.den), rational(speed.num));
  const expr = `ceil((PTS*${from.den}-(${from.num}))*${speed.den}/${divisor.num})`;
  return [
    // One frame more, whose time says how long the last one is shown.
    { name: "tpad", options: { stop_mode: "clone", stop: 1 } },
    { name: "setpts", options: { expr } },
    // Of several frames at one time the last is shown, one is shown until the next comes.
    { name: "fps", options: { fps: `${frameRate.num}/${frameRate.den}`, round: "near" } },
    { name: "trim", options: { start_pts: 0, end_pts: frames } },
  ];
}
