/** Joins programmes: one behind the other, or one within the other, by cuts or by transitions. */

import {
  type Background,
  divide,
  editOf,
  type LayerStep,
  type Laying,
  type Rational,
  rational,
  roundProduct,
  type Step,
  type TimeOffset,
  type TransitionWish,
} from "#transformation";
import { onBackground } from "./background.ts";
import { type Canvas, flattened, materialized } from "./canvas.ts";
import { evenSize, type Size } from "./ladder.ts";
import { framesOf } from "./layer-place.ts";
import { refused } from "./layer-source.ts";
import {
  type Clip,
  type Crossing,
  enclosed,
  isEnclosed,
  type Programme,
  plainClip,
  startingAt,
  timelineFrames,
} from "./programme.ts";

/** How two parts give way to each other. */
export interface Joint {
  readonly seconds: Rational;
  readonly by: Crossing["by"];
}

/** A programme as a part of others: what was done to it so far is done within it. */
function partOf(programme: Programme): Programme {
  if (isEnclosed(programme)) return programme;
  const [clip] = enclosed(programme).timeline.clips;
  return clip?.of as Programme;
}

const BLACK: Background = { kind: "colour", colour: "000000ff" };

/** A picture within a size, as large as it fits. */
function fitted(canvas: Canvas, size: Size): Canvas {
  const factor = Math.min(size.width / canvas.size.width, size.height / canvas.size.height);
  const inner = evenSize({ width: canvas.size.width * factor, height: canvas.size.height * factor });
  const shown = flattened(materialized({ ...canvas, size: inner }));
  if (inner.width === size.width && inner.height === size.height) return shown;
  const middle = (whole: number, part: number): number => 2 * Math.floor((whole - part) / 4);
  const placing = {
    w: size.width,
    h: size.height,
    x: middle(size.width, inner.width),
    y: middle(size.height, inner.height),
  };
  return onBackground(shown, placing, BLACK);
}

/** The second programme, with pictures such as the first one has. */
function likeFirst(first: Programme, second: Programme): Programme {
  if (!first.canvas) return second;
  if (!second.canvas) throw refused("fl_splice", "There is no picture in what is joined to the video.");
  return { ...second, canvas: fitted(second.canvas, first.canvas.size) };
}

/** Parts one behind the other; each crossing takes of both sides what is left of them. */
function inTurn(parts: readonly Programme[], crossing: Omit<Crossing, "first" | "firstFrom" | "second"> | undefined) {
  let before = 0;
  return parts.flatMap((part, index): readonly Clip[] => {
    const length = timelineFrames(part.timeline);
    const next = parts[index + 1];
    const frames = crossing && next ? Math.min(crossing.frames, length - before, timelineFrames(next.timeline)) : 0;
    const alone = length - before - frames;
    const clips: Clip[] = alone > 0 ? [{ ...plainClip(before, alone), of: part }] : [];
    if (crossing && next && frames > 0)
      clips.push({
        ...plainClip(0, frames),
        of: { first: part, firstFrom: length - frames, second: next, frames, by: crossing.by },
      });
    before = frames;
    return clips;
  });
}

/**
 * A programme with another one joined to it at one of its frames: 0 is before it, its length behind it.
 * @throws Problem `unsupported-parameter` where there is nothing to see in what is joined
 */
export function spliced(first: Programme, second: Programme, at: number, joint: Joint | undefined): Programme {
  const { frameRate } = first.timeline;
  const shown = first.canvas && flattened(materialized(first.canvas));
  const whole = partOf({ ...first, ...(shown && { canvas: shown }) });
  const joined = partOf(likeFirst({ ...first, ...(shown && { canvas: shown }) }, second));
  const total = timelineFrames(first.timeline);
  const place = Math.min(Math.max(0, at), total);
  const parts = [
    ...(place > 0 ? [startingAt(whole, 0, place)] : []),
    joined,
    ...(place < total ? [startingAt(whole, place, total)] : []),
  ];
  const crossing = joint && { by: joint.by, frames: Math.max(1, roundProduct(joint.seconds, frameRate)) };
  return {
    source: first.source,
    timeline: { frameRate, clips: inTurn(parts, crossing) },
    ...(shown && { canvas: { ...shown, steps: [] } }),
    sound: [],
  };
}

/** How long a picture is shown that is joined to a video. */
const USUAL_STILL: TimeOffset = { seconds: rational(5) };

/** What a layer's own chain makes of it. */
type ChainOf = (step: LayerStep) => Programme;

/** A layer as a part of the video: before it, behind it, or within it. */
export function joinedTo(resolved: Programme, step: LayerStep, isStill: boolean, chainOf: ChainOf): Programme {
  const { start, duration, laying } = editOf(step.placement);
  const matte = step.steps.find(isMatte);
  const own = chainOf({ ...step, steps: step.steps.filter((inner) => inner !== matte) });
  const length = timelineFrames(own.timeline);
  const wanted = duration ? Math.max(1, framesOf(duration, own.timeline)) : length;
  const second = isStill
    ? held(own, duration ? wanted : framesOf(USUAL_STILL, own.timeline))
    : startingAt(own, 0, Math.min(length, wanted));
  const at = start ? framesOf(start, resolved.timeline) : timelineFrames(resolved.timeline);
  return spliced(resolved, second, at, jointOf(laying, matte, resolved, chainOf));
}

/** One picture for so many frames. */
const held = (programme: Programme, frames: number): Programme => ({
  ...programme,
  timeline: { ...programme.timeline, clips: [{ ...plainClip(0, frames), speed: rational(0) }] },
});

/** What a layer within a joined video says of the way to it: beside `fl_layer_apply`, or in its chain. */
const wishOf = ({ placement, steps }: LayerStep): TransitionWish | undefined =>
  [placement, ...steps]
    .map((step) => (step.kind === "edit" ? editOf(step).laying?.transition : undefined))
    .find((wish) => wish !== undefined);

const isMatte = (step: Step): step is LayerStep => step.kind === "layer" && wishOf(step) !== undefined;

/** The way from one part to the next: a named transition, or a layer whose lightness lets the next one through. */
function jointOf(
  laying: Laying | undefined,
  matte: LayerStep | undefined,
  { canvas, timeline }: Programme,
  chainOf: ChainOf,
): Joint | undefined {
  const wishes = [laying?.splice, laying?.transition, matte && wishOf(matte)];
  const named = wishes.find((wish) => typeof wish === "object");
  if (named) return { by: named.name, seconds: named.seconds };
  if (!matte) return undefined;
  const own = chainOf(matte);
  if (!own.canvas || !canvas)
    throw refused("e_transition", "A transition is made of pictures; there are none to make it of.");
  const shown = flattened(materialized({ ...own.canvas, size: evenSize(canvas.size) }));
  return {
    by: { ...own, canvas: shown },
    seconds: divide(rational(timelineFrames(own.timeline)), timeline.frameRate),
  };
}
