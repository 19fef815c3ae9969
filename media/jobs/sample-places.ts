/** Where decoded frames of sound lie on the source's time line: by their time stamps, snapped and counted where these err. */

import { type Filter, multiply, rational, round } from "#transformation";
import type { AudioTrack, BlockClock, SampleClock, SampleRegion, Source } from "../source.ts";
import { timeZero } from "../timeline.ts";

/** Gives frames their places as time stamps, in samples of their own rate from the presentation's zero on. */
export function placed(source: Source, track: AudioTrack, around: number): readonly Filter[] {
  const zero = round(multiply(timeZero(source), rational(track.sampleRate)));
  const [position, ...before] = positions(track, around + zero);
  return [...before, { name: "asetpts", options: { expr: `${position}-(${zero})` } }];
}

/** The position of a frame in samples, as an expression of asetpts, and filters that stand in front of it. */
function positions(track: AudioTrack, around: number): readonly [position: string, ...filters: Filter[]] {
  const { clock, blocks, startSample, unpackedInto } = track;
  // A copy of a track alone begins with its first sample, and counts.
  if (unpackedInto) return [`PTS+(${startSample})`];
  if (blocks) return [blockPosition(track, blocks), fromTrueStamp(track)];
  return [clock ? framePosition(clock, track.sampleRate, around) : "PTS"];
}

/** A landing lies at most this far before the sample that is wanted: the longest distance of key pictures is taken. */
const LANDING_SECONDS = 30;

/**
 * For use around a sample of the source. The first frame after a landing may have lost its beginning to the decoder's
 * delay: it is placed by its end.
 */
function framePosition({ frameSamples: length, regions }: SampleClock, sampleRate: number, around: number): string {
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

/** The longest block of Vorbis; lengths of blocks beside their equals divide it, those between unequal ones do not. */
const LONGEST_BLOCK = 8192;

/** So many blocks between unequal ones in a row are none; a second early, they are not missed. */
const MOST_DROPPED = 16;

/** Leaves out what a landing begins with until a block comes whose time stamp is true. The track's first one is. */
const fromTrueStamp = ({ startSample }: AudioTrack): Filter => ({
  name: "aselect",
  options: {
    expr: `st(0,max(ld(0),lte(pts,${startSample})+not(mod(${LONGEST_BLOCK},samples_n))+gte(n,${MOST_DROPPED})))`,
  },
});

/** Time stamps that leave the count by more than this, and by more than late ones do, are a gap in the sound. */
const GAP_SECONDS = rational(5, 100);
const LATEST_STAMP_SAMPLES = 2048;

function blockPosition({ startSample, sampleRate }: AudioTrack, blocks: BlockClock): string {
  const { latticeSamples: step, endStampedFrom: first } = blocks;
  const stamp = first === undefined ? "PTS" : `(PTS-S+${first})`;
  const stated = step === undefined ? stamp : `(round((${stamp}-(${startSample}))/${step})*${step}+(${startSample}))`;
  const gap = Math.max(round(multiply(GAP_SECONDS, rational(sampleRate))), LATEST_STAMP_SAMPLES);
  // The variable holds where the count began.
  const begins = `gt(abs(${stamp}-ld(0)-NB_CONSUMED_SAMPLES),${gap})`;
  return `if(eq(N,0)+${begins},st(0,${stated}-NB_CONSUMED_SAMPLES),ld(0))+NB_CONSUMED_SAMPLES`;
}
