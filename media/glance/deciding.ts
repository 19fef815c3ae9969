/** Decides what a component leaves to the service: places, moments, bars and colours, by what was seen of the source. */

import {
  type Background,
  type Component,
  type Edit,
  type EditStep,
  editOf,
  entryOf,
  Problem,
  type Rational,
  type Rgba,
  rational,
  roundProduct,
  type Transformation,
  walkSteps,
} from "#transformation";
import type { Canvas } from "../canvas.ts";
import { secondsOf } from "../grid.ts";
import { type Programme, type Timeline, timelineFrames } from "../programme.ts";
import { keptBy } from "../sizing.ts";
import { cutBars, turnPicture } from "../turning.ts";
import { placeOf } from "./attention.ts";
import type { Glance } from "./glance.ts";

const isSought = (gravity: Component["gravity"]): boolean => typeof gravity === "object" && "auto" in gravity;

/** What a decision is made by. */
interface Facts {
  /** The component as it is spelled. */
  readonly component: Component;
  /** What it means without what is still to be decided. */
  readonly edit: Edit;
  readonly before: Programme;
  readonly glance: Glance;
}

/** One entry for each parameter that may be left open: its key, whether it is, and what is decided. */
interface Decision<Name extends keyof Component> {
  readonly key: string;
  readonly name: Name;
  readonly isOpen: (component: Component) => boolean;
  /** Undefined leaves the parameter out: where nothing was seen, or nothing is to be chosen. */
  readonly decide: (facts: Facts) => Component[Name] | undefined;
}

const decision = <Name extends keyof Component>(entry: Decision<Name>): Decision<Name> => entry;

/** In the order in which they are decided: the place depends on the bars. */
const DECISIONS = [
  decision({
    key: "e_trim",
    name: "bars",
    isOpen: ({ bars }) => bars === "found",
    decide: ({ before: { canvas }, glance: { bars } }) => {
      if (canvas && canvas.steps.length > 0)
        throw new Problem("unsupported-parameter", "e_trim comes before whatever else is done to the picture.", {
          parameter: "e_trim",
        });
      return Object.values(bars).some((pixels) => pixels > 0) ? bars : undefined;
    },
  }),
  decision({
    key: "g",
    name: "gravity",
    isOpen: ({ gravity }) => isSought(gravity),
    decide: ({ edit, before: { canvas }, glance }) => {
      const shown = canvas && turnPicture(cutBars(canvas, edit), edit);
      const part = shown && keptShare(shown, edit);
      return part && shown.view && { at: placeOf(glance, shown.view, part) };
    },
  }),
  decision({
    key: "so",
    name: "startOffset",
    isOpen: ({ startOffset }) => startOffset === "auto",
    decide: ({ edit, before: { timeline }, glance }) => ({ seconds: startOf(edit, timeline, glance) }),
  }),
  decision({
    key: "b",
    name: "background",
    isOpen: ({ background }) => background?.kind === "auto",
    decide: ({ component: { background }, glance }) => colourOf(background, glance),
  }),
] as const;

/** How much of a picture is kept, in shares; undefined where nothing is cut off. */
function keptShare({ size }: Canvas, edit: Edit): { width: number; height: number } | undefined {
  const kept = keptBy(edit, size);
  if (!kept) return undefined;
  const [width, height] = [kept.width / size.width, kept.height / size.height];
  return width < 1 || height < 1 ? { width, height } : undefined;
}

/** Where in a timeline the moments are that it shows. */
const shownMoments = ({ clips }: Timeline, { moments }: Glance) => {
  let start = 0;
  return clips.flatMap(({ of, from, frames, speed, isReversed }) => {
    const first = start;
    start += frames;
    if (of || speed.num === 0) return [];
    return moments.flatMap(({ frame, interest }) => {
      const index = Math.ceil(((frame - from.num / from.den) * speed.den) / speed.num);
      if (index < 0 || index >= frames) return [];
      return [{ at: first + (isReversed ? frames - 1 - index : index), interest }];
    });
  });
};

/** The best of the moments that are left, early enough for what is wanted of it. */
function startOf({ duration }: Edit, timeline: Timeline, glance: Glance): Rational {
  const total = timelineFrames(timeline);
  const [first, ...others] = shownMoments(timeline, glance);
  const best = others.reduce((a, b) => (a && b.interest > a.interest ? b : a), first);
  const wanted = !duration
    ? 1
    : "seconds" in duration
      ? roundProduct(duration.seconds, timeline.frameRate)
      : roundProduct(duration.share, rational(total));
  return secondsOf(Math.max(0, Math.min(best?.at ?? 0, total - wanted)), timeline.frameRate);
}

/** Relative luminance, well enough for a choice. */
const brightness = (rgba: Rgba): number =>
  [213, 715, 72].reduce(
    (sum, weight, channel) => sum + weight * Number.parseInt(rgba.slice(channel * 2, channel * 2 + 2), 16),
    0,
  );

/** The colour farthest in brightness; black or white where a picture has but one colour. */
function contrasting(to: Rgba, among: readonly Rgba[]): Rgba {
  const distance = (colour: Rgba) => Math.abs(brightness(colour) - brightness(to));
  const best = among.reduce((a, b) => (distance(b) > distance(a) ? b : a), to);
  if (distance(best) > 255_000 / 4) return best;
  return brightness(to) > 255_000 / 2 ? "000000ff" : "ffffffff";
}

/** What the modes of `b_auto` choose; undefined for those that are not served, which are refused where they are drawn. */
function colourOf(wish: Background | undefined, { border, colours }: Glance): Background | undefined {
  if (wish?.kind !== "auto") return wish;
  const [side = "000000ff"] = border;
  const [frequent = "000000ff"] = colours;
  const choices: Readonly<Record<string, Rgba>> = {
    "": side,
    border: side,
    border_contrast: contrasting(side, colours),
    predominant: frequent,
    predominant_contrast: contrasting(frequent, colours),
  };
  const colour = entryOf(choices, wish.mode);
  return colour === undefined ? wish : { kind: "colour", colour };
}

/** Whether a chain, layers and conditions included, leaves anything to be decided by what is seen. */
export const needsGlance = (transformation: Transformation): boolean =>
  walkSteps(transformation).some(
    (step) =>
      step.kind === "edit" &&
      DECISIONS.some(
        ({ isOpen, key }) => isOpen(step.component) || step.open.some((parameter) => parameter.key === key),
      ),
  );

/** A component with everything decided that can be. */
export function decided(step: EditStep, before: Programme): EditStep {
  const { glance } = before.source;
  const { component } = step;
  const open = DECISIONS.filter(({ isOpen }) => isOpen(component));
  if (open.length === 0) return step;
  const settled = Object.entries(component).filter(([name]) => !open.some((entry) => entry.name === name));
  let so: EditStep = { ...step, component: Object.fromEntries(settled) };
  for (const { name, decide } of open) {
    const value = glance && decide({ component, edit: editOf(so), before, glance });
    if (value !== undefined) so = { ...so, component: { ...so.component, [name]: value } };
  }
  return so;
}
