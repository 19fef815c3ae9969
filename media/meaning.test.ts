import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalTransformation,
  editOf,
  editStep,
  formatTransformation,
  type LiteralStep,
  PARAMETER_LIST,
  Problem,
  parseTransformation,
  transformationTouching,
} from "#transformation";
import * as arbitraries from "../transformation/testing/arbitraries.ts";
import { mutated, SEEDS } from "../transformation/testing/mutations.ts";
import { canvasFilters } from "./canvas.ts";
import { instantiate, NOTHING_KEPT } from "./instantiate.ts";
import { applyStep } from "./layers.ts";
import { planDelivery } from "./plan.ts";
import { timelineFrames } from "./programme.ts";
import { encodingOf, resolvedSource } from "./stages.ts";
import { sourceFacts } from "./testing/sources.ts";

const SOURCE = sourceFacts();

/** What a chain does to the video, step by step as it stands; or the code of what it is refused with. */
function meaningOf(steps: readonly LiteralStep[]) {
  try {
    const encoding = encodingOf(steps.filter((step) => step.kind === "edit").map(editOf));
    const resolved = steps.reduce((before, step) => applyStep(before, step, []), resolvedSource(SOURCE, { encoding }));
    const { canvas, timeline, sound } = resolved;
    return {
      encoding,
      timeline,
      frames: timelineFrames(timeline),
      sound,
      size: canvas?.size,
      filters: canvas && canvasFilters(canvas.steps),
    };
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

/** Whether a parameter's value changes something. */
const tells = (name: string, value: unknown): boolean =>
  !PARAMETER_LIST.some((entry) => entry.name === name && entry.isDefault?.(value));

/** Components of parameters that are served, without what changes nothing. */
const telling = arbitraries
  .editOf(({ summary, layerRole, key }) => !summary.startsWith("Not served") && !(layerRole && /^(fl|e)_/.test(key)))
  .filter(({ open }) => open.length === 0)
  .map(({ component }) =>
    editStep(Object.fromEntries(Object.entries(component).filter(([name, value]) => tells(name, value)))),
  );

/** What a chain shows, without what is heard: a clip may play what another chain has come to. */
const seen = (meant: unknown): unknown =>
  JSON.parse(JSON.stringify(meant, (key, value) => (key === "sound" ? undefined : value)));

const canonical = (steps: readonly LiteralStep[]) => canonicalTransformation(steps) as readonly LiteralStep[];

describe("the canonical form of a chain", () => {
  it("does to a video what the chain does, step by step", () => {
    fc.assert(
      fc.property(fc.array(telling, { maxLength: 4 }), (steps) => {
        const [asItStands, simplified] = [meaningOf(steps), meaningOf(canonical(steps))];
        fc.pre(typeof asItStands === "object");
        expect(simplified).toEqual(asItStands);
      }),
      { numRuns: 1000 },
    );
  });

  it("parts into what touches the picture and what touches the sound, and each does to its own what the whole does", () => {
    fc.assert(
      fc.property(fc.array(telling, { maxLength: 4 }), (steps) => {
        const whole = canonical(steps);
        const [meant, picture, sound] = [
          meaningOf(whole),
          meaningOf(transformationTouching(whole, "picture")),
          meaningOf(transformationTouching(whole, "sound")),
        ];
        fc.pre(typeof meant === "object" && meant.size !== undefined);
        if (typeof picture === "string" || typeof sound === "string") throw new Error("a part is refused");
        expect(seen({ ...picture, encoding: {} })).toEqual(seen({ ...meant, encoding: {} }));
        if (meant.timeline.clips.every(({ of }) => of === undefined))
          expect([sound.sound, sound.frames]).toEqual([meant.sound, meant.frames]);
        // Each clip of an accelerated timeline ends with a whole frame; what plays another chain's result is one clip.
        else expect(Math.abs(sound.frames - meant.frames)).toBeLessThanOrEqual(sound.timeline.clips.length);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the plan of a delivery", () => {
  it("is made, or refused by name, of whatever can be written", () => {
    const planned = (text: string): void => {
      try {
        const plan = planDelivery(parseTransformation(text), SOURCE, NOTHING_KEPT);
        for (const key of [plan.keys.picture, plan.keys.sound, plan.keys.whole])
          expect(parseTransformation(formatTransformation(key))).toEqual(key);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    };
    fc.assert(fc.property(mutated(SEEDS), planned), { numRuns: 3000 });
    fc.assert(
      fc.property(arbitraries.transformation, (steps) => planned(formatTransformation(steps))),
      { numRuns: 1000 },
    );
  });

  it("means the same for a chain and for what it has come to", () => {
    fc.assert(
      fc.property(arbitraries.transformation, (steps) => {
        try {
          const literal = instantiate(steps, SOURCE, NOTHING_KEPT);
          expect(instantiate(literal, SOURCE, NOTHING_KEPT)).toEqual(literal);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
