/** The canonical form: equal meaning, equal spelling, so that every variant is encoded and stored once. */

import { type Touch, touchesOf } from "./parameter.ts";
import { type AnyParameter, type Component, PARAMETER_LIST } from "./parameters/index.ts";
import {
  type EditStep,
  editStep,
  isEmptyStep,
  type LayerStep,
  type LiteralStep,
  type Step,
  type Transformation,
} from "./step.ts";

type Loose = Record<string, unknown>;

const ENTRIES = new Map(PARAMETER_LIST.map((entry) => [entry.name as string, entry]));
const KEYS = new Map(PARAMETER_LIST.map((entry) => [entry.key, entry]));

/** Most rules find nothing to leave out: what is all kept is not copied. */
const keep = (component: Component, wanted: (name: string) => boolean): Component =>
  Object.keys(component).every(wanted)
    ? component
    : (Object.fromEntries(Object.entries(component).filter(([name]) => wanted(name))) as Component);

/** Whether a component sets a parameter, by value or by expression. */
type Has = (name: keyof Component) => boolean;

const REGIONAL = PARAMETER_LIST.filter(({ takesRegion }) => takesRegion === true).map(({ name }) => name);

/** Whether place and size are those of an effect's rectangle. */
const namesRegion = (has: Has): boolean => REGIONAL.some(has);

/** What has an effect only beside something else, and is dropped where that is missing. */
const SIMPLIFICATIONS: readonly ((component: Component, has: Has) => Component)[] = [
  // Width and height together fix the ratio.
  (c, has) => (has("width") && has("height") ? keep(c, (name) => name !== "aspectRatio") : c),
  // Without a size there is nothing to crop to.
  (c, has) =>
    has("width") || has("height") || has("aspectRatio") || namesRegion(has)
      ? c
      : keep(c, (name) => !["crop", "gravity", "x", "y", "zoom"].includes(name)),
  // Scaling shows all of the picture, wherever gravity points.
  (c, has) =>
    namesRegion(has) || (has("crop") && !["scale", "fit", "limit", "mfit"].includes(c.crop ?? ""))
      ? c
      : keep(c, (name) => !["gravity", "x", "y", "zoom"].includes(name)),
  // A cut begins at its corner where it has coordinates: there the centre is no default.
  (c) => (c.gravity === "center" && !(c.crop === "crop" && (c.x || c.y)) ? keep(c, (name) => name !== "gravity") : c),
  // Nothing is dense where nothing is measured in pixels.
  (c, has) =>
    (["width", "height", "x", "y", "border", "corners"] as const).some(has) ? c : keep(c, (name) => name !== "density"),
  // One side stays as it is where the other one alone is scaled.
  (c, has) =>
    has("width") !== has("height") && !has("aspectRatio") && !has("crop")
      ? c
      : keep(c, (name) => name !== "keepOtherSide"),
  // Start, end and duration overdetermine the clip: duration wins.
  (c, has) => (has("duration") && has("endOffset") ? keep(c, (name) => name !== "endOffset") : c),
];

/** What says nothing is left out; the centre is judged above, and beside a layer. */
const withoutDefaults = (component: Component): Component =>
  keep(component, (name) => {
    const value = (component as Loose)[name];
    return value !== undefined && (name === "gravity" || !ENTRIES.get(name)?.isDefault?.(value));
  });

const hasIn =
  ({ component, open }: EditStep): Has =>
  (name) =>
    component[name] !== undefined || open.some(({ key }) => KEYS.get(key)?.name === name);

const simplify = (step: EditStep): EditStep =>
  SIMPLIFICATIONS.reduce(
    (simpler, rule) => editStep(rule(simpler.component, hasIn(simpler)), simpler.open),
    editStep(withoutDefaults(step.component), step.open),
  );

/** The parameters of a step that a rule picks. */
export const pickParameters = (step: EditStep, wanted: (entry: AnyParameter, value: unknown) => boolean): EditStep =>
  editStep(
    keep(step.component, (name) => {
      const entry = ENTRIES.get(name);
      return entry !== undefined && wanted(entry, (step.component as Loose)[name]);
    }),
    step.open.filter(({ key }) => {
      const entry = KEYS.get(key);
      return entry === undefined ? wanted === OF_COMPONENT : wanted(entry, undefined);
    }),
  );

const OF_COMPONENT = (entry: AnyParameter): boolean => entry.scope === "component";
const OF_DELIVERY = (entry: AnyParameter): boolean => entry.scope === "delivery";

/** The later step's values win. */
const joined = (a: EditStep, b: EditStep): EditStep => {
  const has = hasIn(b);
  return editStep({ ...keep(a.component, (name) => !has(name as keyof Component)), ...b.component }, [
    ...a.open.filter(({ key }) => !has((KEYS.get(key)?.name ?? "") as keyof Component)),
    ...b.open,
  ]);
};

/**
 * Centre is where a layer lies when nobody says otherwise, the bottom where subtitles do. What is joined at the start comes
 * first, and not last.
 */
const canonicalPlacement = ({ layer, placement: { component, open } }: LayerStep): EditStep => {
  const isSubtitles = layer.kind === "asset" && layer.media === "subtitles";
  const isUsual = (name: string): boolean => {
    if (name === "startOffset" && component.splice !== undefined) return false;
    if (name === "gravity" && isSubtitles) return component.gravity === "south";
    return ENTRIES.get(name)?.isDefault?.((component as Loose)[name]) ?? false;
  };
  return editStep(
    keep(component, (name) => !isUsual(name)),
    open,
  );
};

const canonicalLayer = (step: LayerStep): LayerStep => ({
  ...step,
  style: editStep(withoutDefaults(step.style.component), step.style.open),
  steps: canonicalTransformation(step.steps),
  placement: canonicalPlacement(step),
});

function canonicalStep(step: Step): Step {
  if (step.kind === "layer") return canonicalLayer(step);
  if (step.kind !== "condition") return step;
  return {
    ...step,
    whenMet: canonicalTransformation(step.whenMet, { isPart: true }),
    otherwise: canonicalTransformation(step.otherwise, { isPart: true }),
  };
}

/**
 * The canonical form of a transformation: defaults and what has no effect removed, what holds for the whole delivery
 * gathered behind the steps (the last value given wins), but never across a condition or a name, which may set it, too,
 * nor behind its place where it is an expression: that reads what holds there.
 * Idempotent.
 * @param options `isPart`: something may stand before it, so that a default for the whole delivery is no empty word
 */
export function canonicalTransformation(transformation: Transformation, { isPart = false } = {}): Transformation {
  const steps: Step[] = [];
  let whole = editStep({});
  // A default says something where another value may hold already.
  let mayBeSet = isPart;
  const flush = (): void => {
    const said = mayBeSet ? whole : editStep(withoutDefaults(whole.component), whole.open);
    if (!isEmptyStep(said)) steps.push(said);
    mayBeSet ||= !isEmptyStep(said);
    whole = editStep({});
  };
  for (const step of transformation) {
    if (step.kind === "edit") {
      const own = simplify(pickParameters(step, OF_COMPONENT));
      if (!isEmptyStep(own)) steps.push(own);
      whole = joined(whole, pickParameters(step, OF_DELIVERY));
      if (whole.open.length > 0) flush();
      continue;
    }
    const canonical = canonicalStep(step);
    if (canonical.kind === "condition" && canonical.whenMet.length + canonical.otherwise.length === 0) continue;
    if (canonical.kind === "condition" || canonical.kind === "named") {
      flush();
      mayBeSet = true;
    }
    steps.push(canonical);
  }
  flush();
  return steps;
}

const touches = (touch: Touch) => (entry: AnyParameter, value: unknown) => touchesOf(entry, value).includes(touch);

/** A layer that is seen does not change the sound, one that is heard does not change the picture, a joined one changes both. */
function layerTouches({ layer, placement }: LayerStep, touch: Exclude<Touch, "choice">): boolean {
  if (placement.component.splice !== undefined) return true;
  const isHeard = layer.kind === "asset" && layer.media === "audio";
  const isMovie = (layer.kind === "asset" || layer.kind === "fetch") && layer.media === "video";
  return touch === "sound" ? isHeard || isMovie : !isHeard;
}

/**
 * The part of a canonical transformation that changes the picture or the sound: what a rendition's key holds.
 * A crop does not change the sound, and what chooses among renditions changes neither.
 */
export function transformationTouching(
  steps: readonly LiteralStep[],
  touch: Exclude<Touch, "choice">,
): readonly LiteralStep[] {
  const touching = steps.flatMap((step): LiteralStep[] => {
    if (step.kind === "edit") return [pickParameters(step, touches(touch))];
    return layerTouches(step, touch) ? [step] : [];
  });
  return canonicalTransformation(touching) as readonly LiteralStep[];
}
