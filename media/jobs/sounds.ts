/** From the source to the sound of a span of the output: what is read, and the filters up to the encoder. */

import { divide, equals, type Filter, multiply, ONE, type Rational, rational, round } from "#transformation";
import type { SoundFilters } from "../canvas.ts";
import { type Grid, sampleAt } from "../grid.ts";
import { type DeliveryPlan, plainPartOf } from "../plan.ts";
import type { AudioRendition } from "../renditions.ts";
import { audioSeeks } from "../seek.ts";
import { type Clip, timelineFrames } from "../timeline.ts";
import type { JobInput } from "./job.ts";
import type { Reading } from "./pictures.ts";
import { effectFilters, pacedSamples, type SampleSpan, sourceSamples } from "./sample-filters.ts";

/**
 * Samples [from, to) of the output, with their numbers as time stamps; the sound goes on beyond both ends.
 * @param firstInput how many inputs of the job come before these
 */
export function sounds(plan: SoundPlan, rendition: TrackAtRate, span: SampleSpan, firstInput = 0): Reading {
  const { sampleRate, track } = rendition;
  const { frameRate } = plan.grid;
  const isMixed = plan.sound.some(({ mixed }) => mixed !== undefined);
  const stream = (input: number) => ({ input: firstInput + input, streamIndex: track.streamIndex });
  const part = plainPartOf(plan);
  if (part && !isMixed) {
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
  const [inputs, chains] = [pieces.map(({ input }) => input), pieces.map(({ filters }) => filters)];
  const [first, second] = chains;
  const isAlone = first !== undefined && !second;
  const joined: Filter = {
    name: "concat",
    options: { n: pieces.length, v: 0, a: 1 },
    inputs: chains.map((filters, input) => ({ stream: stream(input), filters })),
  };
  // concat counts microseconds.
  const filters = isAlone ? [...first] : [joined, { name: "asettb", options: { expr: `1/${sampleRate}` } }];
  filters.push(numbered(span.from));
  for (const step of plan.sound) {
    const other = step.mixed && mixedIn(plan, rendition, step, span, firstInput + inputs.length);
    inputs.push(...(other?.inputs ?? []));
    if (!step.mixed) filters.push(...effectFilters([step], { zero: 0, frameRate, sampleRate }));
    else if (other) filters.push(other.filter, numbered(span.from));
  }
  return { inputs, ...(isAlone && { stream: stream(0) }), filters };
}

/** As much of a plan as its sound is made by: a layer has that, too. */
type SoundPlan = Pick<DeliveryPlan, "source" | "timeline" | "canvas" | "sound" | "earlySound"> & {
  readonly grid: Pick<Grid, "frameRate" | "frames">;
};

type TrackAtRate = Pick<AudioRendition, "track" | "sampleRate">;

const numbered = (from: number): Filter => ({ name: "asetpts", options: { expr: `NB_CONSUMED_SAMPLES+(${from})` } });

/** Adds the sound of a layer to that of a span; undefined where nothing of it is heard there. */
function mixedIn(
  { grid }: SoundPlan,
  { sampleRate }: TrackAtRate,
  { mixed, timedFrom = 0 }: SoundFilters,
  span: SampleSpan,
  firstInput: number,
): { readonly inputs: readonly JobInput[]; readonly filter: Filter } | undefined {
  const track = mixed?.source.audio.find(({ isDefault }) => isDefault) ?? mixed?.source.audio[0];
  if (!mixed || !track) return undefined;
  const { source } = mixed;
  const [start, end] = [mixed.from - timedFrom, mixed.to - timedFrom].map((frame) =>
    sampleAt(frame, grid.frameRate, sampleRate),
  ) as [number, number];
  const [from, to] = [Math.max(span.from, start), Math.min(span.to, end)];
  if (from >= to) return undefined;
  const plan: SoundPlan = { ...mixed, grid: { frameRate: grid.frameRate, frames: timelineFrames(mixed.timeline) } };
  const reading = sounds(plan, { track, sampleRate }, { from: from - start, to: to - start }, firstInput);
  const placed: readonly Filter[] = [
    // Mixing counts samples and looks at no time stamp: both sides begin together and are as long as each other.
    numbered(0),
    ...(from === span.from ? [] : [{ name: "adelay", options: { delays: `${from - span.from}S`, all: 1 } }]),
    { name: "apad" },
    { name: "atrim", options: { end_sample: span.to - span.from } },
  ];
  return {
    inputs: reading.inputs.map((input) => ({ version: source.version, ...input })),
    filter: {
      name: "amix",
      // Both as loud as they are: otherwise the film would get softer where a layer sounds.
      options: { inputs: 2, normalize: 0, duration: "first" },
      inputs: [
        { filters: [] },
        { ...(reading.stream && { stream: reading.stream }), filters: [...reading.filters, ...placed] },
      ],
    },
  };
}

/** A part of a clip's sound: samples [from, to), counted from the clip's earlier end in the source. */
interface Piece extends SampleSpan {
  readonly clip: Clip;
}

/** What a span of the output plays. The first clip reaches back and the last one on as far as is wanted. */
function piecesOf({ timeline, grid }: SoundPlan, sampleRate: number, span: SampleSpan): readonly Piece[] {
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
  plan: SoundPlan,
  { track, sampleRate }: TrackAtRate,
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
