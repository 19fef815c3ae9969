/** Layers: what is laid over the picture, from where, where it stands and when. */

import { type Dimension, type Edit, editOf, type LayerStep, type LiteralStep } from "#transformation";
import { type Canvas, canvasOf, type LaidPicture, type MixedSound, materialized } from "./canvas.ts";
import { isStillContainer } from "./containers.ts";
import type { Size } from "./ladder.ts";
import { type LayerSpan, placeOf, spanOf } from "./layer-place.ts";
import { type KnownLayer, layerSource, refused } from "./layer-source.ts";
import { type Programme, plainClip, timelineFrames } from "./programme.ts";
import { lengthOf } from "./sizing.ts";
import type { Source } from "./source.ts";
import { joinedTo } from "./splicing.ts";
import { applyEdit } from "./stages.ts";
import { drawnText } from "./text.ts";
import { wholeTimeline } from "./timeline.ts";

/** What a step makes of a chain's state so far. */
export const applyStep = (
  resolved: Programme,
  step: LiteralStep,
  layers: readonly KnownLayer[] | undefined,
): Programme => (step.kind === "edit" ? applyEdit(resolved, editOf(step)) : applyLayer(resolved, step, layers));

function applyLayer(resolved: Programme, step: LayerStep, layers: readonly KnownLayer[] | undefined): Programme {
  if (step.under) throw refused("u", "Nothing is laid under a video: lay the video over it.");
  const placement = editOf(step.placement);
  const span = spanOf(placement, resolved);
  const { canvas, timeline } = resolved;
  const shown = canvas && materialized(canvas);
  const { layer } = step;
  if (layer.kind === "text") {
    if (!shown) return resolved;
    const text = drawnText(step, layer, placement, { size: shown.size, span, frameRate: timeline.frameRate });
    return { ...resolved, canvas: { ...shown, steps: [...shown.steps, text] } };
  }
  const source = layerSource(step, layers);
  if (placement.laying?.splice) {
    const chainOf = (part: LayerStep): Programme =>
      ownChain(part, layerSource(part, layers), editOf(part.placement), { resolved, layers, isLayer: false });
    return joinedTo(resolved, step, isStillContainer(source.container), chainOf);
  }
  const own = ownChain(step, source, placement, { resolved, layers });
  const media = layer.kind === "asset" ? layer.media : "image";
  const laid = media === "audio" || !shown ? undefined : laidPicture(step, source, placement, { own, shown, span });
  const mixed = media === "image" ? undefined : mixedSound(own, span);
  const timed = laid?.isStill && span.isWhole ? {} : { timedFrom: 0 };
  return {
    ...resolved,
    ...(laid && {
      canvas: { ...(shown as Canvas), steps: [...(shown as Canvas).steps, { filters: [], laid, ...timed }] },
    }),
    ...(mixed && { sound: [...resolved.sound, { filters: [], mixed, timedFrom: 0 }] }),
  };
}

/** The sound of a layer, where it has some. */
function mixedSound({ source, timeline, sound }: Programme, span: LayerSpan): MixedSound | undefined {
  if (source.audio.length === 0) return undefined;
  const to = Math.min(span.to, span.from + timelineFrames(timeline));
  return { source, timeline, sound, from: span.from, to };
}

/** What a layer's own chain makes of it, at the frame rate of what it is laid on. */
function ownChain(
  step: LayerStep,
  source: Source,
  placement: Edit,
  { resolved, layers, isLayer = true }: ChainContext,
): Programme {
  const { frameRate } = resolved.timeline;
  const isStill = isStillContainer(source.container);
  const timeline = isStill ? { frameRate, clips: [plainClip(0, 1)] } : wholeTimeline(source, frameRate);
  const { colour } = resolved.canvas ?? {};
  const isHeardOnly = step.layer.kind === "asset" && step.layer.media === "audio";
  const canvas = source.video && !isHeardOnly && canvasOf(source.video, { colour, isLayer });
  const initial: Programme = { source, timeline, ...(canvas && { canvas }), sound: [] };
  const within = { layers, beneath: resolved.canvas?.size ?? { width: 1, height: 1 }, placement };
  return (step.steps as readonly LiteralStep[]).reduce((before, inner) => applyWithin(before, inner, within), initial);
}

interface ChainContext {
  readonly resolved: Programme;
  readonly layers: readonly KnownLayer[] | undefined;
  /** Whether transparency is kept. */
  readonly isLayer?: boolean;
}

function laidPicture(
  { layer }: LayerStep,
  source: Source,
  placement: Edit,
  { own, shown, span }: { own: Programme; shown: Canvas; span: LayerSpan },
): LaidPicture {
  if (!source.video || !own.canvas)
    throw refused("l", `There is no picture in this layer${layer.kind === "asset" ? "; l_audio lays its sound" : ""}.`);
  const isStill = isStillContainer(source.container);
  const canvas = materialized(own.canvas);
  const length = isStill ? span.to - span.from : timelineFrames(own.timeline);
  return {
    source,
    timeline: own.timeline,
    canvas,
    isStill,
    beneath: shown.size,
    ...placeOf(placement, shown.size, canvas.size),
    from: span.from,
    to: Math.min(span.to, span.from + length),
    ...(placement.laying?.blend && { blend: placement.laying.blend }),
  };
}

/** What a step of a layer's own chain makes of it. */
export function applyWithin(
  resolved: Programme,
  step: LiteralStep,
  { layers, beneath, placement }: { layers: readonly KnownLayer[] | undefined; beneath: Size; placement: Edit },
): Programme {
  if (step.kind !== "edit") return applyStep(resolved, step, layers);
  const { laying: wished, ...edit } = editOf(step);
  const { transition: _, ...laying } = wished ?? {};
  if (laying.blend) throw refused(`e_${laying.blend.mode}`, "How a layer is blended stands beside fl_layer_apply.");
  const isRelative = laying.isRelative ?? placement.laying?.isRelative;
  return applyEdit(resolved, isRelative ? relativeTo(beneath, edit) : edit);
}

/** Shares of the picture beneath, in pixels. */
function relativeTo({ width, height }: Size, edit: Edit): Edit {
  const pixels = (dimension: Dimension | undefined, whole: number): Dimension | undefined =>
    dimension && { pixels: Math.max(1, Math.round(lengthOf(dimension, whole) ?? whole)) };
  const [w, h] = [pixels(edit.width, width), pixels(edit.height, height)];
  return { ...edit, ...(w && { width: w }), ...(h && { height: h }) };
}
