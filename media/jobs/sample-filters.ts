/** From decoded sound to the samples of the output, each at its place. */

import { type Filter, multiply, rational, round } from "#transformation";
import { sampleAt } from "../grid.ts";
import type { DeliveryPlan } from "../plan.ts";
import type { AudioRendition } from "../renditions.ts";
import type { AudioTrack, SampleRegion } from "../source.ts";
import { timeZero } from "../timeline.ts";

/** From decoded sound to samples [from, to) of the output, at the output's rate. */
export function sampleFilters(
  plan: DeliveryPlan,
  rendition: AudioRendition,
  span: { from: number; to: number },
): readonly Filter[] {
  const { track, sampleRate } = rendition;
  const offset = sampleAt(plan.timeline.clips[0]?.sourceFrame ?? 0, plan.grid.frameRate, sampleRate);
  const [start, end] = [span.from + offset, span.to + offset];
  const zero = round(multiply(timeZero(plan.source), rational(track.sampleRate)));
  const resampling = track.sampleRate !== sampleRate;
  // The resampler's phase depends on its first sample: start where input and output samples coincide.
  const ratio = rational(track.sampleRate, sampleRate);
  const first = resampling ? Math.floor(start / ratio.den) * ratio.num : start;
  const around = multiply(rational(start, sampleRate), rational(track.sampleRate));
  return [
    { name: "asetpts", options: { expr: `${samplePosition(track, round(around) + zero)}-(${zero})` } },
    ...(resampling ? [{ name: "atrim", options: { start_pts: first } }] : []),
    // Gaps become silence; first_pts counts input samples (measured: output samples drift by 158 a segment).
    { name: "aresample", options: { sample_rate: sampleRate, async: 1, min_hard_comp: 0.1, first_pts: first } },
    { name: "aformat", options: { sample_fmts: "fltp", channel_layouts: "stereo" } },
    ...effectFilters(plan, offset, sampleRate),
    // Sound that ends before the picture is followed by silence.
    { name: "apad" },
    { name: "atrim", options: { start_pts: start, end_pts: end } },
    ...(offset === 0 ? [] : [{ name: "asetpts", options: { expr: `PTS-(${offset})` } }]),
  ];
}

/** Timed filters read the time since their own zero: behind the grid's filters time stamps count from the source's. */
const effectFilters = (plan: DeliveryPlan, offset: number, sampleRate: number): readonly Filter[] =>
  plan.sound.flatMap(({ filters, timedFrom }) => {
    if (timedFrom === undefined) return filters;
    const shift = offset - sampleAt(timedFrom, plan.grid.frameRate, sampleRate);
    if (shift === 0) return filters;
    const moved = (by: number): Filter => ({ name: "asetpts", options: { expr: `PTS-(${by})` } });
    return [moved(shift), ...filters, moved(-shift)];
  });

/** A landing lies at most this far before the sample that is wanted: the longest distance of key pictures is taken. */
const LANDING_SECONDS = 30;

/**
 * The position of a decoded frame in samples, as an expression of asetpts, for use around a sample of the source. The
 * first frame after a landing may have lost its beginning to the decoder's delay: it is placed by its end.
 */
function samplePosition({ clock, sampleRate }: AudioTrack, around: number): string {
  if (!clock) return "PTS";
  const { frameSamples: length, regions } = clock;
  const near = regions.filter(({ fromSample }, index) => {
    const next = regions[index + 1]?.fromSample ?? Number.POSITIVE_INFINITY;
    return next > around - LANDING_SECONDS * sampleRate && fromSample < around + LANDING_SECONDS * sampleRate;
  });
  const inRegion = ({ excessSamples, phaseSamples }: SampleRegion, at: string): string =>
    `(round((${at}+(${excessSamples - phaseSamples}))/${length})*${length}+(${phaseSamples}))`;
  const position = (at: string): string =>
    near
      .slice(1)
      .reduce(
        (before, region) => `if(lt(PTS,${region.fromSample}),${before},${inRegion(region, at)})`,
        inRegion(near[0] ?? (regions[0] as SampleRegion), at),
      );
  return `if(eq(N,0),${position("PTS+S")}-S,${position("PTS")})`;
}
