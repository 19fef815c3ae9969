/** From decoded sound to samples, each at its place: filters before sound is joined and encoded. */

import { type Filter, multiply, type Rational, rational, round } from "#transformation";
import type { SoundFilters } from "../canvas.ts";
import { sampleAt } from "../grid.ts";
import type { AudioTrack, Source } from "../source.ts";
import { placed } from "./sample-places.ts";

/** Whole samples of a rate. */
export interface SampleSpan {
  readonly from: number;
  readonly to: number;
}

export const STEREO: Filter = { name: "aformat", options: { sample_fmts: "fltp", channel_layouts: "stereo" } };

/** Gaps become silence; first_pts counts input samples (measured: output samples drift by 158 a segment). */
const resampled = (sampleRate: number, first: number): Filter => ({
  name: "aresample",
  options: { sample_rate: sampleRate, async: 1, min_hard_comp: 0.1, first_pts: first },
});

/** Samples of the source [from, to) at a rate; `effects` find them numbered so, too. Silence where there is no sound. */
export function sourceSamples(
  source: Source,
  track: AudioTrack,
  { from, to, sampleRate }: SampleSpan & { sampleRate: number },
  effects: readonly Filter[],
): readonly Filter[] {
  const resampling = track.sampleRate !== sampleRate;
  // The resampler's phase depends on its first sample: start where input and output samples coincide.
  const ratio = rational(track.sampleRate, sampleRate);
  const first = resampling ? Math.floor(from / ratio.den) * ratio.num : from;
  const around = multiply(rational(from, sampleRate), rational(track.sampleRate));
  return [
    ...placed(source, track, round(around)),
    ...(resampling ? [{ name: "atrim", options: { start_pts: first } }] : []),
    resampled(sampleRate, first),
    STEREO,
    ...effects,
    // Sound that ends before the picture is followed by silence.
    { name: "apad" },
    { name: "atrim", options: { start_pts: from, end_pts: to } },
  ];
}

/** Samples of the output that the resampler needs to be in full swing. */
const SETTLING_SAMPLES = 512;

/**
 * Sound at another speed and, as of a tape, another pitch. Sample `zero` of what is read becomes sample 0, and each
 * further one of `sampleRate` a second lies `speed` times as far. Every span is resampled from where samples of both
 * coincide, so that spans which are made apart fit together.
 * @returns which samples to read, at `sourceRate`, and the filters from them to samples [from, to)
 */
export function pacing(
  { zero, speed, sampleRate, sourceRate }: { zero: number; speed: Rational; sampleRate: number; sourceRate: number },
  { from, to }: SampleSpan,
): { readonly samples: SampleSpan; readonly filters: readonly Filter[] } {
  const ratio = multiply(speed, rational(sourceRate, sampleRate));
  const coincidence = Math.floor((from - SETTLING_SAMPLES) / ratio.den);
  const [firstSample, first] = [zero + coincidence * ratio.num, coincidence * ratio.den];
  // Rates are only a way to say the ratio; those of sound as it is are sure to be taken.
  const factor = Math.ceil(sampleRate / ratio.den);
  return {
    samples: { from: firstSample, to: zero + Math.ceil(((to + SETTLING_SAMPLES) * ratio.num) / ratio.den) },
    filters: [
      { name: "asetrate", options: { sample_rate: ratio.num * factor } },
      { name: "aresample", options: { sample_rate: ratio.den * factor } },
      { name: "asetrate", options: { sample_rate: sampleRate } },
      // Behind the first filter samples are contiguous: counting them is exact.
      { name: "asetpts", options: { expr: `NB_CONSUMED_SAMPLES+(${first})` } },
      { name: "apad" },
      { name: "atrim", options: { start_pts: from, end_pts: to } },
    ],
  };
}

/** Effects over samples of which `zero` is the first of the time line; timed ones read the time since their own zero. */
export const effectFilters = (
  steps: readonly SoundFilters[],
  { zero, frameRate, sampleRate }: { zero: number; frameRate: Rational; sampleRate: number },
): readonly Filter[] =>
  steps.flatMap(({ filters, timedFrom }) => {
    if (timedFrom === undefined) return filters;
    const shift = zero - sampleAt(timedFrom, frameRate, sampleRate);
    if (shift === 0) return filters;
    const moved = (by: number): Filter => ({ name: "asetpts", options: { expr: `PTS-(${by})` } });
    return [moved(shift), ...filters, moved(-shift)];
  });
