/** Layers: what is laid over the picture, from where, where it stands and when. */

import {
  type AssetLayer,
  type Compass,
  type Dimension,
  type Edit,
  editOf,
  type Gravity,
  type LayerStep,
  type LiteralStep,
  Problem,
  rational,
  roundProduct,
  type TimeOffset,
} from "#transformation";
import { type Canvas, canvasOf, type LaidPicture, type MixedSound, materialized } from "./canvas.ts";
import { isStillContainer } from "./containers.ts";
import type { Size } from "./ladder.ts";
import { type Programme, plainClip, timelineFrames } from "./programme.ts";
import { lengthOf } from "./sizing.ts";
import type { Source } from "./source.ts";
import { applyEdit } from "./stages.ts";
import { drawnText } from "./text.ts";
import { wholeTimeline } from "./timeline.ts";

/** An asset that a transformation names as a layer, as the catalog knows it. */
export interface KnownLayer {
  readonly publicId: string;
  /** Absent: `video`, as in names. */
  readonly resourceType?: "video" | "raw";
  readonly source: Source;
}

/** Where a layer's asset is kept. */
export const resourceTypeOf = (media: AssetLayer["media"]): "video" | "raw" =>
  media === "subtitles" ? "raw" : "video";

const refused = (parameter: string, message: string): Problem =>
  new Problem("unsupported-parameter", message, { parameter });

/** The source of a layer; throws `unsupported-parameter`, and `invalid-value` where there is no such asset. */
export function layerSource({ layer, under }: LayerStep, known: readonly KnownLayer[] = []): Source {
  const key = under ? "u" : "l";
  if (layer.kind !== "asset" || !["image", "video", "audio"].includes(layer.media))
    throw refused(key, "Only uploaded pictures, videos and sound, and text, are laid over a video.");
  if (layer.deliveryType !== undefined)
    throw refused(key, "Layers are assets of delivery type upload: who may see a video sees what is laid over it.");
  const { media, publicId, version } = layer as AssetLayer;
  const found = known.find(
    (each) =>
      each.publicId === publicId &&
      (each.resourceType ?? "video") === resourceTypeOf(media) &&
      (version === undefined || each.source.version === version),
  );
  if (!found)
    throw new Problem("invalid-value", `There is no asset "${publicId.slice(0, 120)}" to lay over the video.`, {
      parameter: key,
    });
  return found.source;
}

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
  { resolved, layers }: { resolved: Programme; layers: readonly KnownLayer[] | undefined },
): Programme {
  const { frameRate } = resolved.timeline;
  const isStill = isStillContainer(source.container);
  const timeline = isStill ? { frameRate, clips: [plainClip(0, 1)] } : wholeTimeline(source, frameRate);
  const { colour } = resolved.canvas ?? {};
  const canvas = source.video && canvasOf(source.video, { colour, isLayer: true });
  const initial: Programme = { source, timeline, ...(canvas && { canvas }), sound: [] };
  const within = { layers, beneath: resolved.canvas?.size ?? { width: 1, height: 1 }, placement };
  return (step.steps as readonly LiteralStep[]).reduce((before, inner) => applyWithin(before, inner, within), initial);
}

/** Frames of a time line, and whether they are all of it. */
export interface LayerSpan {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** When a layer is shown: from `so` to `eo` or for `du`, on the time line that it is laid on. */
function spanOf({ start, end, duration }: Edit, { timeline }: Programme): LayerSpan {
  const total = timelineFrames(timeline);
  const framesOf = (offset: TimeOffset): number =>
    "seconds" in offset
      ? roundProduct(offset.seconds, timeline.frameRate)
      : roundProduct(offset.share, rational(total));
  const from = start ? framesOf(start) : 0;
  const to = Math.min(total, duration ? from + framesOf(duration) : end ? framesOf(end) : total);
  return { from, to, isWhole: from === 0 && to === total };
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
  const { laying, ...edit } = editOf(step);
  if (laying?.blend) throw refused(`e_${laying.blend.mode}`, "How a layer is blended stands beside fl_layer_apply.");
  const isRelative = laying?.isRelative ?? placement.laying?.isRelative;
  return applyEdit(resolved, isRelative ? relativeTo(beneath, edit) : edit);
}

/** Shares of the picture beneath, in pixels. */
function relativeTo({ width, height }: Size, edit: Edit): Edit {
  const pixels = (dimension: Dimension | undefined, whole: number): Dimension | undefined =>
    dimension && { pixels: Math.max(1, Math.round(lengthOf(dimension, whole) ?? whole)) };
  const [w, h] = [pixels(edit.width, width), pixels(edit.height, height)];
  return { ...edit, ...(w && { width: w }), ...(h && { height: h }) };
}

export function compassOf(gravity: Gravity | undefined): Compass {
  if (gravity !== undefined && typeof gravity !== "string")
    throw refused("g", `g_${gravity.auto} places no layer; name a side or a corner.`);
  return gravity ?? "center";
}

/** Where the layer's upper left corner comes to lie; parts of it may lie outside. */
function placeOf({ gravity, x, y }: Edit, beneath: Size, size: Size): { x: number; y: number } {
  const compass = compassOf(gravity);
  const along = (low: string, high: string, room: number, offset: number): number =>
    Math.round(compass.includes(low) ? offset : compass.includes(high) ? room - offset : room / 2 + offset);
  return {
    x: along("west", "east", beneath.width - size.width, lengthOf(x, beneath.width) ?? 0),
    y: along("north", "south", beneath.height - size.height, lengthOf(y, beneath.height) ?? 0),
  };
}
