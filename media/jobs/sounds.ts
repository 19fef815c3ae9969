/** From the source to the sound of a span of the output: what is read, and the filters up to the encoder. */

import { divide, equals, type Filter, multiply, ONE, type Rational, rational, round } from "#transformation";
import { sampleAt } from "../grid.ts";
import { type DeliveryPlan, plainPartOf } from "../plan.ts";
import type { AudioRendition } from "../renditions.ts";
import { audioSeeks } from "../seek.ts";
import type { Clip } from "../timeline.ts";
import type { JobInput } from "./job.ts";
import type { Reading } from "./pictures.ts";
import { effectFilters, pacedSamples, type SampleSpan, sourceSamples } from "./sample-filters.ts";

/**
 * Samples [from, to) of the output, with their numbers as time stamps; the sound goes on beyond both ends.
 * @param firstInput how many inputs of the job come before these
 */
export function sounds(plan: DeliveryPlan, rendition: AudioRendition, span: SampleSpan, firstInput = 0): Reading {
  const { sampleRate, track } = rendition;
  const { frameRate } = plan.grid;
  const stream = (input: number) => ({ input: firstInput + input, streamIndex: track.streamIndex });
  const part = plainPartOf(plan);
  if (part) {
    const zero = sampleAt(part.from, frameRate, sampleRate);
    const moved = { from: span.from + zero, to: span.to + zero, sampleRate };
    return {
      inputs: [{ seeks: audioSeeks(plan.source, rational(moved.from, sampleRate)) }],
      stream: stream(0),
      filters: [
        ...sourceSamples(plan.source, track, moved, effectFilters(plan.sound, { zero, frameRate, sampleRate })),
        ...(zero === 0 ? [] : [{ name: "asetpts", options: { expr: `PTS-(${zero})` } }]),
      ],
    };
  }
  const pieces = piecesOf(plan, sampleRate, span).map((piece) => readPiece(plan, rendition, piece));
  const inputs = pieces.map(({ input }) => input);
  const numbered: Filter = { name: "asetpts", options: { expr: `NB_CONSUMED_SAMPLES+(${span.from})` } };
  const late = [numbered, ...effectFilters(plan.sound, { zero: 0, frameRate, sampleRate })];
  const [first, second] = pieces;
  if (first && !second) return { inputs, stream: stream(0), filters: [...first.filters, ...late] };
  const joined: Filter = {
    name: "concat",
    options: { n: pieces.length, v: 0, a: 1 },
    inputs: pieces.map(({ filters }, input) => ({ stream: stream(input), filters })),
  };
  // concat counts microseconds.
  return { inputs, filters: [joined, { name: "asettb", options: { expr: `1/${sampleRate}` } }, ...late] };
}

/** A part of a clip's sound: samples [from, to), counted from the clip's earlier end in the source. */
interface Piece extends SampleSpan {
  readonly clip: Clip;
}

/** What a span of the output plays. The first clip reaches back and the last one on as far as is wanted. */
function piecesOf({ timeline, grid }: DeliveryPlan, sampleRate: number, span: SampleSpan): readonly Piece[] {
  let frame = 0;
  return timeline.clips.flatMap((clip, index) => {
    const [start, end] = [frame, frame + clip.frames].map((at) => sampleAt(at, grid.frameRate, sampleRate)) as [
      number,
      number,
    ];
    frame += clip.frames;
    const from = index === 0 ? span.from : Math.max(span.from, start);
    const to = frame === grid.frames ? span.to : Math.min(span.to, end);
    if (from >= to) return [];
    return clip.isReversed
      ? [{ clip, from: end - to, to: end - from }]
      : [{ clip, from: from - start, to: to - start }];
  });
}

/** The samples of a piece, in the order in which they are heard. */
function readPiece(
  plan: DeliveryPlan,
  { track, sampleRate }: AudioRendition,
  { clip, from, to }: Piece,
): { readonly input: JobInput; readonly filters: readonly Filter[] } {
  const { source, grid, earlySound = [] } = plan;
  const nearest = (rate: number): number => round(multiply(divide(clip.from, grid.frameRate), rational(rate)));
  const effects = (rate: number) => effectFilters(earlySound, { zero: 0, frameRate: grid.frameRate, sampleRate: rate });
  const turned = clip.isReversed ? [{ name: "areverse" }] : [];
  const seekTo = (seconds: Rational): JobInput => ({ seeks: audioSeeks(source, seconds) });
  if (equals(clip.speed, ONE)) {
    const zero = nearest(sampleRate);
    const samples = { from: zero + from, to: zero + to, sampleRate };
    return {
      input: seekTo(rational(samples.from, sampleRate)),
      filters: [...sourceSamples(source, track, samples, effects(sampleRate)), ...turned],
    };
  }
  const pace = { zero: nearest(track.sampleRate), speed: clip.speed, sampleRate };
  const { firstSample, filters } = pacedSamples(source, track, pace, { from, to }, effects(track.sampleRate));
  return { input: seekTo(rational(firstSample, track.sampleRate)), filters: [...filters, ...turned] };
}
