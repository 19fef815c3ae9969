/** Layers: what is laid over or under the picture, cuts it, is mixed into its sound, or is joined to it. */

import { type Dimension, type Edit, editOf, type LayerStep, type LiteralStep } from "#transformation";
import { captions, subtitlePlacement } from "./burnt-subtitles.ts";
import { append, type Canvas, type CanvasFilters, canvasOf, materialized } from "./canvas.ts";
import { isStillContainer } from "./containers.ts";
import { graded } from "./grading.ts";
import type { Size } from "./ladder.ts";
import type { LaidContent, LaidPicture, LayingMode, MixedSound } from "./laid.ts";
import { drawnPlaceOf, frameAround, type LayerSpan, placeOf, spanOf } from "./layer-place.ts";
import { type KnownLayer, knownLayer, layerSource, refused } from "./layer-source.ts";
import { type Programme, plainClip, timelineFrames } from "./programme.ts";
import { lengthOf } from "./sizing.ts";
import type { Source } from "./source.ts";
import { joinedTo } from "./splicing.ts";
import { applyEdit, layingParameters } from "./stages.ts";
import { textDrawing } from "./text.ts";
import { wholeTimeline } from "./timeline.ts";

/** What a step makes of a chain's state so far. */
export const applyStep = (
  resolved: Programme,
  step: LiteralStep,
  layers: readonly KnownLayer[] | undefined,
): Programme => (step.kind === "edit" ? applyEdit(resolved, editOf(step)) : applyLayer(resolved, step, layers));

function applyLayer(resolved: Programme, step: LayerStep, layers: readonly KnownLayer[] | undefined): Programme {
  const placement = editOf(step.placement);
  const span = spanOf(placement, resolved);
  const { layer } = step;
  if (layer.kind === "text") {
    if (placement.laying?.splice) throw refused("fl_splice", "A text is no part of a video; lay it over a picture.");
    if (!resolved.canvas) return resolved;
    const shown = materialized(resolved.canvas);
    const drawing = textDrawing(step, layer, placement, shown.size);
    return { ...resolved, canvas: laidOn(shown, step, { drawing }, { placement, span }) };
  }
  if (layer.kind === "asset" && layer.media === "subtitles") return withCaptions(resolved, step, layers, span);
  if (layer.kind === "asset" && layer.media === "lut")
    return graded(resolved, step, knownLayer(step, layers), placement);
  const source = layerSource(step, layers);
  if (placement.laying?.splice) {
    const chainOf = (part: LayerStep): Programme =>
      ownChain(part, layerSource(part, layers), editOf(part.placement), { resolved, layers });
    return joinedTo(resolved, step, isStillContainer(source.container), chainOf);
  }
  const own = ownChain(step, source, placement, { resolved, layers });
  const media = layer.kind === "asset" ? layer.media : "image";
  const mixed = media === "image" ? undefined : mixedSound(own, span);
  return {
    ...resolved,
    ...(resolved.canvas && media !== "audio" && { canvas: withLayer(resolved.canvas, step, own, { placement, span }) }),
    ...(mixed && { sound: [...resolved.sound, { filters: [], mixed, timedFrom: 0 }] }),
  };
}

/** Each moment's cues over the picture; where there is none, there is nothing to read. */
function withCaptions(
  resolved: Programme,
  step: LayerStep,
  layers: readonly KnownLayer[] | undefined,
  span: LayerSpan,
): Programme {
  const known = knownLayer(step, layers);
  if (!resolved.canvas) return resolved;
  const shown = materialized(resolved.canvas);
  const placement = subtitlePlacement(editOf(step.placement), shown.size);
  const [first, ...others] = captions({ step, known, placement, span }, resolved, shown.size);
  if (!first) return resolved;
  const { laid } = layingOf(shown, step, first, { placement, span: { ...first, isWhole: false } });
  // All lie where the first one does: thousands of them are laid in one go.
  const steps = [first, ...others].map(
    ({ drawing, from, to }): CanvasFilters => ({
      filters: [],
      laid: { ...(laid as LaidPicture), content: { drawing }, from, to },
      timedFrom: 0,
    }),
  );
  return { ...resolved, canvas: { ...shown, steps: [...shown.steps, ...steps] } };
}

/** The sound of a layer, where it has some. */
function mixedSound({ source, timeline, sound }: Programme, span: LayerSpan): MixedSound | undefined {
  if (source.audio.length === 0) return undefined;
  const to = Math.min(span.to, span.from + timelineFrames(timeline));
  return { source, timeline, sound, from: span.from, to };
}

interface ChainContext {
  readonly resolved: Programme;
  readonly layers: readonly KnownLayer[] | undefined;
}

/** What a layer's own chain makes of it, at the frame rate and in the colour of what it is laid with. */
function ownChain(step: LayerStep, source: Source, placement: Edit, { resolved, layers }: ChainContext): Programme {
  const { frameRate } = resolved.timeline;
  const isStill = isStillContainer(source.container);
  const timeline = isStill ? { frameRate, clips: [plainClip(0, 1)] } : wholeTimeline(source, frameRate);
  const isHeardOnly = step.layer.kind === "asset" && step.layer.media === "audio";
  const canvas = source.video && !isHeardOnly && canvasOf(source.video, resolved.canvas?.colour);
  const initial: Programme = { source, timeline, ...(canvas && { canvas }), sound: [] };
  const within = { layers, beneath: resolved.canvas?.size ?? { width: 1, height: 1 }, placement };
  return (step.steps as readonly LiteralStep[]).reduce((before, inner) => applyWithin(before, inner, within), initial);
}

/** Where and when a layer is laid. */
interface Lying {
  readonly placement: Edit;
  readonly span: LayerSpan;
}

/** A picture with the picture of a layer. */
function withLayer(canvas: Canvas, step: LayerStep, own: Programme, lying: Lying): Canvas {
  const { layer } = step;
  if (!own.canvas)
    throw refused("l", `There is no picture in this layer${layer.kind === "asset" ? "; l_audio lays its sound" : ""}.`);
  const shown = materialized(canvas);
  const isStill = isStillContainer(own.source.container);
  const { isTiled } = lying.placement.laying ?? {};
  const picture = isTiled ? tiled(materialized(own.canvas), shown.size) : materialized(own.canvas);
  return laidOn(shown, step, { source: own.source, timeline: own.timeline, canvas: picture, isStill }, lying);
}

/** As many copies beside and below each other as fill a size. */
function tiled(canvas: Canvas, { width, height }: Size): Canvas {
  const [columns, rows] = [Math.ceil(width / canvas.size.width), Math.ceil(height / canvas.size.height)];
  if (Math.max(columns, rows) > MAX_TILES)
    throw refused("fl_tiled", `More than ${MAX_TILES} tiles would lie side by side; make the layer larger.`);
  const stack = (name: "hstack" | "vstack", copies: number) =>
    copies < 2 ? [] : [{ name, options: { inputs: copies }, inputs: Array.from({ length: copies }, () => NO_FILTERS) }];
  const size = { width: columns * canvas.size.width, height: rows * canvas.size.height };
  return { ...append(canvas, ...stack("hstack", columns), ...stack("vstack", rows)), size, pixels: size };
}

const MAX_TILES = 64;
const NO_FILTERS = { filters: [] };

/** A picture with a layer, in a frame that holds both where that lies under it. */
function laidOn(shown: Canvas, step: LayerStep, content: LaidContent, lying: Lying): Canvas {
  const { under } = step;
  const { frame } = frameAround(lying.placement, shown.size, sizeOf(content, shown));
  const framed = under ? { size: frame, pixels: frame } : {};
  const isSeenThrough = shown.isSeenThrough || under || lying.placement.laying?.cuts !== undefined;
  return { ...shown, ...framed, isSeenThrough, steps: [...shown.steps, layingOf(shown, step, content, lying)] };
}

const sizeOf = (content: LaidContent, shown: Canvas): Size => ("canvas" in content ? content.canvas.size : shown.size);

/** The last step of a layer: what it is, where it lies, when, and how. */
function layingOf(
  shown: Canvas,
  { under }: LayerStep,
  content: LaidContent,
  { placement, span }: Lying,
): CanvasFilters {
  const { laying } = placement;
  const size = sizeOf(content, shown);
  const around = frameAround(placement, shown.size, size);
  const place =
    "drawing" in content
      ? drawnPlaceOf(placement, shown.size)
      : laying?.isTiled
        ? { x: 0, y: 0 }
        : under
          ? around.under
          : placeOf(placement, shown.size, size);
  const mode: LayingMode = under
    ? { kind: "under", frame: around.frame, ...around.picture }
    : laying?.cuts
      ? { kind: laying.cuts }
      : laying?.blend
        ? { kind: "blend", blend: laying.blend }
        : { kind: "over" };
  const isStill = "drawing" in content || content.isStill;
  const frames = isStill ? span.to - span.from : timelineFrames(content.timeline);
  const laid: LaidPicture = {
    content,
    mode,
    beneath: { ...shown.size, isSeenThrough: shown.isSeenThrough },
    ...place,
    ...(laying?.grainPercent && { grainPercent: laying.grainPercent }),
    from: span.from,
    to: Math.min(span.to, span.from + frames),
  };
  return { filters: [], laid, ...(!(isStill && span.isWhole) && { timedFrom: 0 }) };
}

/** What a step of a layer's own chain makes of it. */
export function applyWithin(
  resolved: Programme,
  step: LiteralStep,
  { layers, beneath, placement }: { layers: readonly KnownLayer[] | undefined; beneath: Size; placement: Edit },
): Programme {
  if (step.kind !== "edit") return applyStep(resolved, step, layers);
  const { laying = {}, ...edit } = editOf(step);
  if (edit.drawsSound) throw refused("fl_waveform", "The sound of the video itself is drawn, and none of a layer.");
  const { transition: _, isRelative = placement.laying?.isRelative, ...others } = laying;
  const [misplaced] = layingParameters(others);
  if (misplaced !== undefined) throw refused(misplaced, "How a layer is laid stands beside fl_layer_apply.");
  return applyEdit(resolved, isRelative ? relativeTo(beneath, edit) : edit);
}

/** Shares of the picture beneath, in pixels. */
function relativeTo({ width, height }: Size, edit: Edit): Edit {
  const pixels = (dimension: Dimension | undefined, whole: number): Dimension | undefined =>
    dimension && { pixels: Math.max(1, Math.round(lengthOf(dimension, whole) ?? whole)) };
  const [w, h] = [pixels(edit.width, width), pixels(edit.height, height)];
  return { ...edit, ...(w && { width: w }), ...(h && { height: h }) };
}
