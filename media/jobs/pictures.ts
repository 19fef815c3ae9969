/** From the source to the pictures of a span of the output: what is read, and the filters up to the encoder's own. */

import { equals, type Filter, floor, multiply, ONE, Problem, type Rational, rational, toFixed } from "#transformation";
import { canvasFilters } from "../canvas.ts";
import { secondsOf } from "../grid.ts";
import {
  type Clip,
  type Crossing,
  cutClip,
  cutTimeline,
  type Footage,
  footageFrameAt,
  isCrossing,
  type Programme,
} from "../programme.ts";
import { videoSeeks } from "../seek.ts";
import type { VideoTrack } from "../source.ts";
import { plainPart } from "../timeline.ts";
import { drawnSound } from "./drawn-sound.ts";
import { frameFilters } from "./frame-filters.ts";
import { held, laidPicture, WITH_ITS_FRAMES } from "./laying.ts";
import { followedBy, joinedBy, ofSource, type Reading, readInTurn } from "./reading.ts";

/** Frames of the output. */
export interface FrameSpan {
  readonly start: number;
  readonly frames: number;
  /** These of them and no others, by their numbers; all without. */
  readonly only?: readonly number[];
}

/**
 * Output frames [start, start + frames), with their numbers as time stamps.
 * @param track the source's picture; there may be none where a drawing of its sound is shown
 * @param firstInput how many inputs of the job come before these
 */
export function pictures(
  programme: Programme,
  track: VideoTrack | undefined,
  span: FrameSpan,
  firstInput = 0,
): Reading {
  const lead = leadOf(programme, span);
  if (lead === 0) return stepped(programme, track, span, firstInput);
  const wider = { start: span.start - lead, frames: span.frames + lead };
  const seen = stepped(programme, track, wider, firstInput);
  return followedBy(seen, { name: "trim", options: { start_pts: span.start } });
}

/** Frames before a span that effects of the programme have to have seen. Single pictures follow none. */
function leadOf({ canvas }: Programme, { start, only }: FrameSpan): number {
  const leads = (canvas?.steps ?? []).map(({ leadFrames = 0 }) => leadFrames);
  return only ? 0 : Math.min(start, Math.max(0, ...leads));
}

/** The frames of a span, step by step. */
function stepped(programme: Programme, track: VideoTrack | undefined, span: FrameSpan, firstInput: number): Reading {
  const { inputs: read, stream, filters: framed } = retimedPictures(programme, track, span, firstInput);
  const [inputs, filters] = [[...read], [...framed, ...picked(span)]];
  for (const step of programme.canvas?.steps ?? []) {
    if (span.only && step.leadFrames) continue;
    const laid = step.laid && laidPicture(programme, step, span, firstInput + inputs.length);
    inputs.push(...(laid?.inputs ?? []));
    filters.push(...(step.laid ? (laid?.filters ?? []) : canvasFilters([step])));
  }
  return { inputs, ...(stream && { stream }), filters };
}

/** Before anything is done to them: what is not shown costs nothing but its decoding. */
const picked = ({ only }: FrameSpan): readonly Filter[] =>
  only ? [{ name: "select", options: { expr: only.map((frame) => `eq(pts,${frame})`).join("+") } }] : [];

/** The frames of the timeline, before anything is done to the picture. */
function retimedPictures(
  programme: Programme,
  track: VideoTrack | undefined,
  span: FrameSpan,
  firstInput: number,
): Reading {
  const { source, timeline, waveform, canvas } = programme;
  if (waveform && canvas) return followedBy(drawnSound(waveform, canvas.colour, firstInput), ...held(span.frames));
  if (!track) throw new Problem("no-picture", "There is no picture in this.", { parameter: "f" });
  const { frameRate } = timeline;
  const part = plainPart(timeline);
  if (part) {
    const from = part.from + span.start;
    return {
      inputs: [{ seeks: videoSeeks(source, track, from, frameRate) }],
      stream: { input: firstInput, streamIndex: track.streamIndex },
      filters: frameFilters(programme, track, { from, to: from + span.frames, firstFrame: span.start }),
    };
  }
  const pieces = cutTimeline(timeline, span.start, span.start + span.frames).flatMap((clip) =>
    portions(clip, programme),
  );
  const readings = readInTurn(pieces, firstInput, (piece, first) => readPiece(programme, track, piece, first));
  const [reading, second] = readings;
  if (reading && !second) {
    return span.start === 0 ? reading : followedBy(reading, { name: "setpts", options: { expr: `PTS+${span.start}` } });
  }
  const joined = joinedBy({ name: "concat", options: { n: readings.length } }, readings);
  // concat counts microseconds.
  return followedBy(joined, inFrames(frameRate), { name: "setpts", options: { expr: `N+${span.start}` } });
}

/** Time stamps that count frames. */
const inFrames = ({ num, den }: Rational): Filter => ({ name: "settb", options: { expr: `${den}/${num}` } });

/** What may wait in memory to be shown in reverse. */
const REVERSED_BYTES = 384 * 2 ** 20;

/** A reversed clip in portions that fit into memory, each decoded by itself. */
function portions(clip: Clip, { source: { video }, canvas }: Programme): readonly Clip[] {
  if (!clip.isReversed || !video) return [clip];
  const { width, height } = (clip.of && canvas?.pixels) ?? video;
  const frameBytes = width * height * (video.bitDepth > 8 ? 3 : 1.5);
  const most = Math.max(1, Math.floor(REVERSED_BYTES / frameBytes));
  const count = Math.ceil(clip.frames / most);
  return Array.from({ length: count }, (_, index) =>
    cutClip(clip, index * most, Math.min(clip.frames, (index + 1) * most)),
  );
}

/** The frames of a piece, numbered from 0. */
function readPiece(programme: Programme, track: VideoTrack, piece: Clip, firstInput: number): Reading {
  const { source, timeline } = programme;
  const from = floor(piece.from);
  const to = footageFrameAt({ ...piece, isReversed: false }, piece.frames - 1) + 1;
  const reading: Reading = piece.of
    ? readFootage(programme, piece.of, { start: from, frames: to - from }, firstInput)
    : {
        inputs: [{ seeks: videoSeeks(source, track, from, timeline.frameRate) }],
        stream: { input: firstInput, streamIndex: track.streamIndex },
        filters: frameFilters(programme, track, { from, to, firstFrame: from }),
      };
  return followedBy(
    reading,
    ...paced(piece, timeline.frameRate),
    ...(piece.isReversed && piece.frames > 1 ? [{ name: "reverse" }] : []),
  );
}

/** Frames of a part of a programme, with their numbers as time stamps. */
function readFootage(around: Programme, footage: Footage, span: FrameSpan, firstInput: number): Reading {
  if (isCrossing(footage)) return readCrossing(around, footage, span, firstInput);
  const { source } = footage;
  if (!source.video && !footage.waveform)
    throw new Problem("no-picture", "There is no picture in what is joined here.", { parameter: "l" });
  return ofSource(pictures(footage, source.video, span, firstInput), source.version, around.source.version);
}

/** Both programmes of a crossing, each with the frames that it has there, and what lets one through the other. */
function readCrossing(around: Programme, crossing: Crossing, span: FrameSpan, firstInput: number): Reading {
  const { first, firstFrom, second, by, frames } = crossing;
  const { frameRate } = around.timeline;
  const own = (programme: Programme, start: number) => ({ programme, span: { start, frames: span.frames } });
  const parts = [
    own(first, firstFrom + span.start),
    own(second, span.start),
    ...(typeof by === "string" ? [] : [own(by, span.start)]),
  ];
  const readings = readInTurn(parts, firstInput, (part, input) =>
    followedBy(readFootage(around, part.programme, part.span, input), inFrames(frameRate), {
      name: "setpts",
      options: { expr: "N" },
    }),
  );
  const joined =
    typeof by === "string"
      ? joinedBy(transition(by, frames, span.start, frameRate), readings)
      : joinedBy({ name: "overlay", options: WITH_ITS_FRAMES }, letThrough(readings));
  return followedBy(joined, inFrames(frameRate), { name: "setpts", options: { expr: `N+${span.start}` } });
}

/** Begun in its middle where a span does: `offset` counts from the first frame that comes. */
function transition(name: string, frames: number, start: number, frameRate: Rational): Filter {
  const seconds = (count: number): string => toFixed(secondsOf(count, frameRate), 6);
  const offset = start === 0 ? "0" : `-${seconds(start)}`;
  return { name: "xfade", options: { transition: name, duration: seconds(frames), offset } };
}

/** The second of two programmes as a layer over the first, seen as far as a third one is light. */
function letThrough([first, second, matte]: readonly Reading[]): readonly Reading[] {
  if (!first || !second || !matte) return [];
  const grey = followedBy(matte, { name: "format", options: { pix_fmts: "gray" } });
  return [first, joinedBy({ name: "alphamerge" }, [second, grey])];
}

/** From frames of the footage to those of the timeline, numbered from 0. */
function paced({ from, frames, speed }: Clip, frameRate: Rational): readonly Filter[] {
  const fromZero = floor(from) === 0 ? [] : [{ name: "setpts", options: { expr: `PTS-(${floor(from)})` } }];
  if (equals(speed, ONE)) return fromZero;
  if (speed.num === 0) return [...fromZero, ...held(frames)];
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
