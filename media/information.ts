/** What is known of a delivery before anything is made: facts of the source, and of what a URL makes of it. */

import { formatRational, multiply, rational, toFixed } from "#transformation";
import { canvasOf } from "./canvas.ts";
import { containerNamed } from "./containers.ts";
import { type Format, fileFormat } from "./formats/index.ts";
import { secondsOf } from "./grid.ts";
import { clipCodec, heldSound, renditionFor } from "./jobs/clip-parts.ts";
import { sampledPictures } from "./jobs/picture-parts.ts";
import { wholeParts, wholeRenditionId } from "./jobs/whole-job.ts";
import { type Size, streamSize } from "./ladder.ts";
import type { DeliveryPlan } from "./plan.ts";
import { isProgressive } from "./progressive.ts";
import type { AudioTrack, Source } from "./source.ts";
import { onOneSheet, sheetSize, storyboardOf } from "./storyboard.ts";
import { sourceDuration } from "./timeline.ts";

/** By the names of Cloudinary's answers: pixels, bytes, seconds; a frame rate is a fraction such as `30000/1001`. */
export type Facts = Readonly<Record<string, string | number>>;

export interface Information {
  readonly input: Facts;
  readonly output: Facts;
}

const sides = ({ width, height }: Size): Facts => ({ width: Math.round(width), height: Math.round(height) });

const heard = (track: Pick<AudioTrack, "sampleRate" | "channels">, codec: string): Facts => ({
  audio_codec: codec,
  sample_rate: track.sampleRate,
  channels: track.channels,
});

/** The video as it was uploaded: upright, with square pixels. */
function inputFacts(source: Source): Facts {
  const { video, audio, container, bytes } = source;
  const track = audio.find(({ isDefault }) => isDefault) ?? audio[0];
  return {
    format: containerNamed(container)?.extensions[0] ?? container,
    bytes,
    duration: Number(toFixed(sourceDuration(source), 6)),
    ...(video && {
      ...sides(canvasOf(video).size),
      frame_rate: formatRational(video.frameRate),
      video_codec: video.codec,
    }),
    ...(track && heard(track, track.codec)),
  };
}

/** How long what comes lasts. */
const lastingFacts = ({ grid }: DeliveryPlan): Facts => ({
  duration: Number(toFixed(secondsOf(grid.frames, grid.frameRate), 6)),
});

const movingFacts = (plan: DeliveryPlan): Facts => ({
  ...lastingFacts(plan),
  ...(plan.canvas && {
    ...sides(streamSize(plan.canvas.size)),
    frame_rate: formatRational(plan.grid.frameRate),
    frames: plan.grid.frames,
  }),
});

/** One sheet of the whole film. */
function sheetFacts(plan: DeliveryPlan): Facts {
  const { storyboard } = onOneSheet(plan);
  return { ...sides(sheetSize(storyboard, storyboard.tiles)), tiles: storyboard.tiles };
}

type Describe<Kind extends Format["kind"]> = (
  plan: DeliveryPlan,
  format: Extract<Format, { kind: Kind }>,
  extension: string,
) => Facts;

/** What is known of each kind of output. How many bytes it takes is not: that is what encoding finds out. */
const OUTPUTS: { readonly [Kind in Format["kind"]]: Describe<Kind> } = {
  // Its codecs are negotiated with each client.
  stream: (plan) => movingFacts(plan),
  clip: (plan, format, extension) => {
    const codec = heldSound(plan, format.audio, extension);
    const track = renditionFor(plan, codec);
    return {
      ...movingFacts(plan),
      ...(plan.canvas && { video_codec: clipCodec(plan, format.video, extension) }),
      ...(track && heard(track, codec)),
    };
  },
  sound: (plan, format, extension) => {
    const codec = heldSound(plan, format.audio, extension);
    const track = renditionFor(plan, codec);
    return { ...lastingFacts(plan), ...(track && heard(track, codec)) };
  },
  still: (plan) => {
    if (plan.encoding.isStoryboard) return sheetFacts(plan);
    return plan.canvas ? sides(plan.canvas.size) : {};
  },
  index: (plan) => {
    const { tile, tiles, sheets } = storyboardOf(plan);
    return { ...lastingFacts(plan), ...sides(tile), tiles, sheets };
  },
  animation: (plan) => {
    const { pictures } = sampledPictures(plan);
    const { delayMilliseconds: delay } = plan.encoding;
    return {
      ...(delay ? { duration: Number(toFixed(multiply(delay, rational(pictures, 1000)), 6)) } : lastingFacts(plan)),
      ...(plan.canvas && sides(plan.canvas.size)),
      frames: pictures,
    };
  },
};

/**
 * @param output a format's name, or `original` for the uploaded file itself
 * @throws Problem what delivering it would throw before anything is made
 */
export function informationOf(plan: DeliveryPlan, output: string): Information {
  const input = inputFacts(plan.source);
  const format = fileFormat(output, plan.encoding);
  if (output === "original" || !format) return { input, output: input };
  if (format.kind !== "stream" && format.kind !== "index" && !isProgressive(plan, output)) {
    wholeRenditionId(plan, output);
    wholeParts(plan, output);
  }
  const describe = OUTPUTS[format.kind] as Describe<Format["kind"]>;
  return { input, output: { format: output, ...describe(plan, format, output) } };
}
