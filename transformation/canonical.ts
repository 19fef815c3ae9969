/** The canonical form: equal meaning, equal spelling, so that every variant is encoded and stored once. */

import type { Touch } from "./parameter.ts";
import { type Component, PARAMETER_LIST, type Transformation } from "./parameters/index.ts";

type Loose = Record<string, unknown>;

const keep = (component: Component, wanted: (name: string) => boolean): Component =>
  Object.fromEntries(Object.entries(component).filter(([name]) => wanted(name))) as Component;

/** What has an effect only beside something else, and is dropped where that is missing. */
const SIMPLIFICATIONS: readonly ((component: Component) => Component)[] = [
  // Width and height together fix the ratio.
  (c) => (c.width !== undefined && c.height !== undefined ? keep(c, (name) => name !== "aspectRatio") : c),
  // Without a size there is nothing to crop to.
  (c) =>
    c.width === undefined && c.height === undefined && c.aspectRatio === undefined
      ? keep(c, (name) => !["crop", "gravity", "x", "y"].includes(name))
      : c,
  // Scaling shows all of the picture, wherever gravity points.
  (c) =>
    ["fill", "pad", "crop"].includes(c.crop ?? "") ? c : keep(c, (name) => !["gravity", "x", "y"].includes(name)),
  // The centre is where gravity points when nobody says otherwise.
  (c) => (c.gravity === "center" && !(c.crop === "crop" && (c.x || c.y)) ? keep(c, (name) => name !== "gravity") : c),
  // Start, end and duration overdetermine the clip: duration wins.
  (c) => (c.duration !== undefined && c.endOffset !== undefined ? keep(c, (name) => name !== "endOffset") : c),
];

const withoutDefaults = (component: Component): Component => {
  const values = component as Loose;
  const isDefault = (name: string) =>
    PARAMETER_LIST.some((entry) => entry.name === name && entry.isDefault?.(values[name]));
  return keep(component, (name) => values[name] !== undefined && !isDefault(name));
};

const simplify = (component: Component): Component =>
  SIMPLIFICATIONS.reduce((simpler, rule) => rule(simpler), withoutDefaults(component));

const ofScope = (component: Component, scope: "component" | "delivery"): Component =>
  keep(component, (name) => PARAMETER_LIST.some((entry) => entry.name === name && entry.scope === scope));

const isEmpty = (component: Component): boolean => Object.keys(component).length === 0;

/**
 * The canonical form of a transformation: defaults and what has no effect removed, what holds for the whole delivery
 * gathered in one last component (the last value given wins). Idempotent.
 */
export function canonicalTransformation(transformation: Transformation): Transformation {
  const steps = transformation.map((component) => simplify(ofScope(component, "component")));
  const whole: Component = Object.assign({}, ...transformation.map((component) => ofScope(component, "delivery")));
  return [...steps, withoutDefaults(whole)].filter((component) => !isEmpty(component));
}

/**
 * The part of a canonical transformation that changes the picture or the sound: what a rendition's key holds.
 * A crop does not change the sound, and what chooses among renditions changes neither.
 */
export function transformationTouching(
  transformation: Transformation,
  touch: Exclude<Touch, "choice">,
): Transformation {
  const touching = new Set(
    PARAMETER_LIST.filter((entry) => entry.touches.includes(touch)).map((entry) => entry.name as string),
  );
  return canonicalTransformation(transformation.map((component) => keep(component, (name) => touching.has(name))));
}
