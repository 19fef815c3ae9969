/** LIMITS: what a cloud may bound, beyond what holds for all: one entry says how it is measured and what shortens it. */

import { Problem, type Transformation, toNumber, walkSteps } from "#transformation";
import { FORMATS, fileFormat } from "./formats/index.ts";
import { secondsOf } from "./grid.ts";
import type { Size } from "./ladder.ts";
import { coldSeconds, type OriginBuild } from "./origin-build.ts";
import { videoOf } from "./outlook.ts";
import type { DeliveryPlan } from "./plan.ts";
import { paceOf } from "./programme.ts";
import type { Rendition } from "./renditions.ts";
import { storyboardOf } from "./storyboard.ts";

/** Something that is about to be made or offered. */
export interface Asked {
  readonly plan: DeliveryPlan;
  /** The largest picture of it; absent where it is only heard. */
  readonly size?: Size | undefined;
  /** As many as would be encoded in all. */
  readonly frames: number;
  /** They stand, and last no time. */
  readonly areStills?: boolean;
  /** Whether it is made as one file, and plays for a time. */
  readonly isFile: boolean;
  readonly build: OriginBuild;
}

interface Limit {
  readonly summary: string;
  readonly unit: string;
  /** The parameter that brings what is asked for within the bound. */
  readonly parameter: string;
  /** What to do about it. */
  readonly instead: string;
  readonly measure: (asked: Asked) => number;
}

/** Layers of a chain, and those within them. */
const layersIn = (chain: Transformation): number => walkSteps(chain).filter(({ kind }) => kind === "layer").length;

const secondsIn = ({ plan: { grid } }: Asked): number => toNumber(secondsOf(grid.frames, grid.frameRate));

export const LIMITS = {
  side_pixels: {
    summary: "The longer side of a picture.",
    unit: "pixels",
    parameter: "w",
    instead: "take c_limit with w_ and h_, or a smaller streaming profile",
    measure: ({ size }) => (size ? Math.round(Math.max(size.width, size.height)) : 0),
  },
  picture_pixels: {
    summary: "The area of a picture: 2073600 is 1920 by 1080, whichever side is the longer one.",
    unit: "pixels",
    parameter: "w",
    instead: "take c_limit with w_ and h_, or a smaller streaming profile",
    measure: ({ size }) => (size ? Math.round(size.width) * Math.round(size.height) : 0),
  },
  frames_per_second: {
    summary: "Pictures a second; a single picture has none.",
    unit: "frames a second",
    parameter: "fps",
    instead: "take fps_-<the bound>",
    measure: ({ plan: { grid }, size, frames, areStills }) =>
      size && frames > 1 && !areStills ? toNumber(grid.frameRate) : 0,
  },
  layers: {
    summary: "Layers in all, those within layers and texts included.",
    unit: "layers",
    parameter: "l",
    instead: "leave some out",
    measure: ({ plan: { keys } }) => layersIn(keys.whole),
  },
  file_seconds: {
    summary: "How long a file in one piece lasts, whatever it holds.",
    unit: "seconds",
    parameter: "du",
    instead: "cut it with so_, eo_ or du_, or stream it as .m3u8",
    measure: (asked) => (asked.isFile ? secondsIn(asked) : 0),
  },
  delivery_seconds: {
    summary: "How long anything lasts, streams included, with its loops and changes of pace.",
    unit: "seconds",
    parameter: "du",
    instead: "cut it with so_, eo_ or du_",
    measure: (asked) => (!asked.areStills && (asked.frames > 1 || !asked.size) ? secondsIn(asked) : 0),
  },
  encode_seconds: {
    summary:
      "Expected seconds of encoding for all of it, once, at its largest size in H.264 on this origin: what `?explain` estimates it by.",
    unit: "seconds",
    parameter: "du",
    instead: "make it shorter, smaller, or of fewer pictures a second",
    measure: ({ plan, size, frames, build }) =>
      size && plan.source.video
        ? coldSeconds(build, "h264", {
            source: plan.source,
            size,
            frameRate: plan.grid.frameRate,
            frames,
            pace: paceOf(plan.timeline),
          })
        : 0,
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;
/** The bounds of one cloud; what is not named is not bounded. */
export type CloudLimits = Readonly<Partial<Record<LimitName, number>>>;

export const isLimitName = (name: string): name is LimitName => Object.hasOwn(LIMITS, name);

/** @throws Problem `beyond-limit`, naming the bound */
export function checkLimits(limits: CloudLimits, asked: Asked): void {
  for (const [name, bound] of Object.entries(limits)) {
    const { measure, unit, parameter, instead }: Limit = LIMITS[name as LimitName];
    const measured = measure(asked);
    if (measured <= bound) continue;
    throw new Problem(
      "beyond-limit",
      `This cloud allows ${bound} ${unit} (${name}); this would take ${Number(measured.toFixed(1))}: ${instead}.`,
      { parameter, expected: `at most ${bound} ${unit}`, limit: name },
    );
  }
}

const largest = (sizes: readonly Size[]): Size | undefined =>
  sizes.reduce<Size | undefined>(
    (most, size) => (most && most.width * most.height >= size.width * size.height ? most : size),
    undefined,
  );

/** What a storyboard asks for, on all of its sheets. */
export function askedOfStoryboard(plan: DeliveryPlan, build: OriginBuild): Asked {
  const { tile, tiles } = storyboardOf(plan);
  return { plan, build, frames: tiles, areStills: true, isFile: false, size: tile };
}

/** What a URL asks for as an output of a name. */
export function askedOf(plan: DeliveryPlan, output: string, build: OriginBuild): Asked {
  if (plan.encoding.isStoryboard) return askedOfStoryboard(plan, build);
  const { kind } = fileFormat(output, plan.encoding) ?? FORMATS[output] ?? {};
  const base = { plan, build, frames: plan.grid.frames };
  if (kind === "stream")
    return { ...base, isFile: false, size: largest(videoOf(plan).map(({ rendition }) => rendition.stream)) };
  if (kind === "still") return { ...base, isFile: false, frames: 1, size: plan.canvas?.size };
  return { ...base, isFile: true, ...(kind !== "sound" && { size: plan.canvas?.size }) };
}

/** What an address of a rendition asks for: of a picture its own size, however large its plan's is. */
export const askedOfRendition = (plan: DeliveryPlan, rendition: Rendition, build: OriginBuild): Asked => ({
  plan,
  build,
  frames: plan.grid.frames,
  isFile: false,
  ...(rendition.kind !== "audio" && { size: rendition.stream }),
});
