/** The plan of a delivery: what a transformation means for one source, before any codec or size is chosen. */

import {
  canonicalTransformation,
  checkLength,
  type EditStep,
  type Encoding,
  editOf,
  encodeTransformation,
  entryOf,
  isBuiltInProfile,
  type LiteralStep,
  nearest,
  OF_RENDITIONS,
  Problem,
  parseTransformation,
  pickParameters,
  STREAMING_PROFILE_NAMES,
  type Transformation,
  transformationTouching,
} from "#transformation";
import { checkTuning } from "./codec-tuning.ts";
import { highRangeColour } from "./colour.ts";
import { type Grid, gridOf } from "./grid.ts";
import { instantiate, type Kept, NOTHING_KEPT } from "./instantiate.ts";
import { applyStep } from "./layers.ts";
import { type Programme, timelineFrames } from "./programme.ts";
import type { AudioTrack, Source } from "./source.ts";
import { encodingOf, resolvedSource, soundRate } from "./stages.ts";

export interface DeliveryPlan extends Programme {
  readonly encoding: Encoding;
  readonly grid: Grid;
  readonly wantsSound: boolean;
  readonly soundRate: (track: AudioTrack) => number;
  /** What the keys of the picture's and of the sound's renditions hold, and those of whole files. */
  readonly keys: { readonly picture: Transformation; readonly sound: Transformation; readonly whole: Transformation };
  /** Of a streaming profile of the cloud's own: a plan for each of its rungs, smallest first. */
  readonly rungs: readonly DeliveryPlan[];
  /** The same in the high dynamic range that the source has, where nothing is done that it does not survive. */
  readonly highRange?: DeliveryPlan;
}

/** Plans a delivery; throws the Problems of the stages where the transformation cannot be had of this source. */
export function planDelivery(transformation: Transformation, source: Source, kept: Kept = NOTHING_KEPT): DeliveryPlan {
  const steps = canonicalTransformation(instantiate(transformation, source, kept)) as readonly LiteralStep[];
  // Its spelling is in the addresses that playlists name.
  checkLength(encodeTransformation(steps), OF_RENDITIONS);
  const plan = planSteps(steps, source, kept);
  const highRange = highRangePlan(plan, steps, source, kept);
  return { ...plan, rungs: rungPlans(plan, steps, source, kept), ...(highRange && { highRange }) };
}

const HIGH_RANGE_KEY = "dr";
const HIGH_RANGE = parseTransformation(`${HIGH_RANGE_KEY}_high`);

/** What `dr_high` behind the chain makes of it. */
function highRangePlan(
  { canvas }: DeliveryPlan,
  steps: readonly LiteralStep[],
  source: Source,
  kept: Kept,
): DeliveryPlan | undefined {
  if (!canvas || canvas.colour.range || !source.video || !highRangeColour(source.video)) return undefined;
  try {
    return planSteps(canonicalTransformation([...steps, ...HIGH_RANGE]) as readonly LiteralStep[], source, kept);
  } catch (error) {
    if (error instanceof Problem && error.facts.parameter === HIGH_RANGE_KEY) return undefined;
    throw error;
  }
}

function planSteps(steps: readonly LiteralStep[], source: Source, kept: Kept): DeliveryPlan {
  const encoding = encodingOf(steps.filter((step) => step.kind === "edit").map(editOf));
  if (encoding.videoCodec === "none" && source.audio.length === 0)
    throw new Problem("no-sound", "vc_none leaves nothing of a video without sound.", { parameter: "vc" });
  checkTuning(encoding);
  const initial = resolvedSource(source, { encoding });
  const resolved = { ...steps.reduce((before, step) => applyStep(before, step, kept.layers), initial), encoding };
  return {
    ...resolved,
    grid: gridOf(resolved.timeline.frameRate, timelineFrames(resolved.timeline)),
    wantsSound: resolved.encoding.audioCodec !== "none" && !resolved.encoding.isWaveform,
    soundRate: (track) => soundRate(track, resolved.encoding),
    keys: {
      picture: transformationTouching(steps, "picture"),
      sound: transformationTouching(steps, "sound"),
      // A whole file has one format, which its name says, and no streaming profile.
      whole: canonicalTransformation(steps.map((step) => (step.kind === "edit" ? withoutOutput(step) : step))),
    },
    rungs: [],
  };
}

/** Each rung of a kept profile is the chain with the rung's own transformation behind it. */
function rungPlans(
  plan: DeliveryPlan,
  steps: readonly LiteralStep[],
  source: Source,
  kept: Kept,
): readonly DeliveryPlan[] {
  const { profile } = plan.encoding;
  if (!profile || isBuiltInProfile(profile.name)) return [];
  const rungs = entryOf(kept.profiles, profile.name);
  if (!rungs) {
    const known = [...STREAMING_PROFILE_NAMES, ...Object.keys(kept.profiles)];
    const suggestion = nearest(profile.name, known);
    throw new Problem("invalid-value", `There is no streaming profile ${profile.name}.`, {
      parameter: "sp",
      expected: known.join(", "),
      ...(suggestion !== undefined && { nearest: `sp_${suggestion}` }),
    });
  }
  const pixels = ({ canvas }: DeliveryPlan) => (canvas ? canvas.size.width * canvas.size.height : 0);
  return rungs
    .map((rung) => {
      const chain = canonicalTransformation(instantiate([...steps, ...rung], source, kept)) as readonly LiteralStep[];
      return planSteps(chain, source, kept);
    })
    .sort((a, b) => pixels(a) - pixels(b));
}

/** What says which output comes, or how it is handed over. */
const OF_OUTPUT: readonly string[] = ["format", "streamingProfile", "attachment", "storyboard", "information"];

const withoutOutput = (step: EditStep): EditStep => pickParameters(step, ({ name }) => !OF_OUTPUT.includes(name));
