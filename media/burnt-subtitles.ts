/** Subtitles that become a part of the picture: each moment's cues are drawn as one text, and laid for as long as they are said. */

import {
  type AssetLayer,
  ceilProduct,
  type Edit,
  editOf,
  type LayerStep,
  Problem,
  type Rational,
  type TextStyle,
} from "#transformation";
import type { Size } from "./ladder.ts";
import type { TextDrawing } from "./laid.ts";
import { compassOf, type LayerSpan } from "./layer-place.ts";
import { type KnownLayer, refused } from "./layer-source.ts";
import { isCrossing, type Programme, timelineFrames } from "./programme.ts";
import { type Cue, plainText } from "./subtitles/cue.ts";
import { cuesWithin } from "./subtitles/timing.ts";
import { textDrawing } from "./text.ts";

/** A text, for frames [from, to) of the time line. */
export interface Caption {
  readonly drawing: TextDrawing;
  readonly from: number;
  readonly to: number;
}

/** Sizes are those of SubStation, which every converter of subtitles means: of a picture of 384 by 288. */
const SCRIPT: Size = { width: 384, height: 288 };
/** A size is the height of a line; the em of usual fonts is less. */
const EM_OF_LINE = 0.87;
const USUAL: TextStyle = { font: "Arial", sizePixels: 16 };
/** What libavcodec writes into the head of a script: white, in a thin black stroke, away from the edges. */
const USUAL_COLOUR = "ffffffff";
const USUAL_STROKE = { colour: "000000ff", width: 1 };
const MARGIN = 10;

/** Each is a file to open: as many may fall into the time that a segment lasts at most, with its neighbours' halves. */
const MOST_AT_ONCE = 48;
const AT_ONCE_SECONDS = 7;
/** What is read at a glance is less by far; jobs hold all of it. */
const MOST_CHARACTERS = 1000;
const MOST_CUES_AT_ONCE = 16;
/** Every clip of a timeline is asked for every cue, in exact arithmetic: as many as take a tenth of a second or two. */
const MOST_PLACEMENTS = 60_000;

const tooMuch = (message: string): Problem => new Problem("invalid-value", message, { parameter: "l" });

const clipsIn = ({ timeline }: Programme): number =>
  timeline.clips.reduce((sum, { of }) => {
    if (!of) return sum + 1;
    return sum + (isCrossing(of) ? clipsIn(of.first) + clipsIn(of.second) : clipsIn(of));
  }, 0);

/** What is said from a frame on until another one: cues that are said at once, in the order in which they began. */
interface Saying {
  readonly cues: readonly Cue[];
  readonly from: number;
  readonly to: number;
}

/** Runs of frames in each of which the same is said. A frame shows what is said at its beginning. */
export function sayings(cues: readonly Cue[], frameRate: Rational, { from, to }: LayerSpan): readonly Saying[] {
  const frame = (seconds: Rational): number => Math.min(to, Math.max(from, ceilProduct(seconds, frameRate)));
  const placed = cues
    .map((cue) => ({ cue, from: frame(cue.start), to: frame(cue.end) }))
    .filter((each) => each.from < each.to)
    .sort((a, b) => a.from - b.from);
  const changes = [...new Set(placed.flatMap((each) => [each.from, each.to]))].sort((a, b) => a - b);
  let next = 0;
  let said: typeof placed = [];
  return changes.slice(0, -1).flatMap((at, index): readonly Saying[] => {
    said = said.filter((each) => each.to > at);
    while (placed[next] && (placed[next]?.from ?? 0) <= at) said.push(placed[next++] as (typeof placed)[number]);
    if (said.length > MOST_CUES_AT_ONCE) throw tooMuch(`More than ${MOST_CUES_AT_ONCE} cues are said at once.`);
    const end = changes[index + 1] as number;
    return said.length > 0 ? [{ cues: said.map(({ cue }) => cue), from: at, to: end }] : [];
  });
}

function checkDensity(all: readonly Saying[], frameRate: Rational): void {
  const span = (AT_ONCE_SECONDS * frameRate.num) / frameRate.den;
  const isDense = all.some(({ from }, index) => from - (all[index - MOST_AT_ONCE]?.to ?? -Infinity) < span);
  if (isDense) throw tooMuch(`More than ${MOST_AT_ONCE} texts would be drawn within ${AT_ONCE_SECONDS} seconds.`);
}

/** Text stands where gravity says, with its lines to that side. */
function alignmentOf(placement: Edit): NonNullable<TextStyle["alignment"]> {
  const compass = compassOf(placement.gravity);
  return compass.includes("west") ? "left" : compass.includes("east") ? "right" : "center";
}

/** At the bottom, and at a distance from the sides, where nobody says otherwise. */
export function subtitlePlacement(placement: Edit, { width, height }: Size): Edit {
  const gravity = placement.gravity ?? "south";
  const compass = compassOf(gravity);
  const margin = (named: Edit["x"], sides: RegExp, length: number, of: number) =>
    named ?? (sides.test(compass) ? { pixels: Math.round((MARGIN * length) / of) } : undefined);
  const [x, y] = [
    margin(placement.x, /west|east/, width, SCRIPT.width),
    margin(placement.y, /north|south/, height, SCRIPT.height),
  ];
  return { ...placement, gravity, ...(x && { x }), ...(y && { y }) };
}

/** Faces are those that all that is said at once has. */
const faces = (cues: readonly Cue[]): Partial<TextDrawing> => {
  const runs = cues.flatMap((cue) => cue.runs);
  return {
    ...(runs.every(({ isBold }) => isBold) && { isBold: true }),
    ...(runs.every(({ isItalic }) => isItalic) && { isItalic: true }),
    ...(runs.every(({ isUnderlined }) => isUnderlined) && { decoration: "underline" as const }),
  };
};

/** How the texts of a layer are drawn over a picture of a size: all alike, but for what they say and their faces. */
function drawer(step: LayerStep, layer: AssetLayer, placement: Edit, beneath: Size) {
  const scale = beneath.height / SCRIPT.height;
  const { colour, background } = editOf(step.style);
  const given: TextStyle = { alignment: alignmentOf(placement), ...(layer.style ?? USUAL) };
  const style = { ...given, sizePixels: Math.max(1, Math.round((given.sizePixels ?? 1) * EM_OF_LINE * scale)) };
  const stroke = { colour: USUAL_STROKE.colour, widthPixels: Math.max(1, Math.round(USUAL_STROKE.width * scale)) };
  const drawing = textDrawing(step, { kind: "text", text: "", style }, placement, beneath);
  const alike: TextDrawing = {
    ...drawing,
    colour: colour ?? USUAL_COLOUR,
    ...(background === undefined && style.stroke === undefined && { stroke }),
    fit: { width: Math.max(1, Math.round(beneath.width * (1 - (2 * MARGIN) / SCRIPT.width))), ...drawing.fit },
  };
  return ({ cues }: Saying): TextDrawing => {
    const text = cues.map(plainText).join("\n");
    if (text.length > MOST_CHARACTERS) throw tooMuch(`More than ${MOST_CHARACTERS} characters are said at once.`);
    return { ...alike, text, ...faces(cues) };
  };
}

/**
 * What is drawn of a layer of subtitles, and when. Cues are said where the film says them: a cut before the layer moves
 * them, as does a change of pace, and whatever comes behind it moves them with the picture.
 * @throws Problem `unsupported-parameter`, `invalid-value`
 */
export function captions(
  { step, known, placement, span }: { step: LayerStep; known: KnownLayer; placement: Edit; span: LayerSpan },
  programme: Programme,
  beneath: Size,
): readonly Caption[] {
  const { laying } = placement;
  if (step.under || laying?.splice || laying?.cuts || laying?.isTiled)
    throw refused("l", "Subtitles are laid over a picture, and nothing else is done with them.");
  const { frameRate } = programme.timeline;
  const said = { cues: known.cues ?? [], version: programme.source.version };
  if (clipsIn(programme) * said.cues.length > MOST_PLACEMENTS)
    throw tooMuch("The subtitles would be said too often; burn them in before the video is played in many parts.");
  const all = sayings(cuesWithin(said, programme, 0, timelineFrames(programme.timeline)), frameRate, span);
  checkDensity(all, frameRate);
  const draw = drawer(step, step.layer as AssetLayer, placement, beneath);
  return all.map((saying) => ({ drawing: draw(saying), from: saying.from, to: saying.to }));
}
