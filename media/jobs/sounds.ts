/** From the source to the sound of a span of the output: what is read, and the filters up to the encoder. */

import { divide, equals, type Filter, multiply, ONE, rational, round } from "#transformation";
import type { SoundFilters } from "../canvas.ts";
import { sampleAt } from "../grid.ts";
import { type Clip, type Crossing, type Footage, isCrossing, type Programme, timelineFrames } from "../programme.ts";
import type { AudioRendition } from "../renditions.ts";
import { audioSeeks } from "../seek.ts";
import type { AudioTrack, Source } from "../source.ts";
import { plainPart } from "../timeline.ts";
import { asInput, followedBy, joinedBy, ofSource, type Reading, readInTurn } from "./reading.ts";
import { effectFilters, pacing, type SampleSpan, STEREO, sourceSamples } from "./sample-filters.ts";

/** A track, and the rate at which it is heard. */
type TrackAtRate = Pick<AudioRendition, "track" | "sampleRate">;

/**
 * Samples [from, to) of a programme, with their numbers as time stamps; the sound goes on beyond both ends.
 * @param firstInput how many inputs of the job come before these
 */
export function sounds(programme: Programme, heard: TrackAtRate, span: SampleSpan, firstInput = 0): Reading {
  const { source, timeline } = programme;
  const { sampleRate } = heard;
  const { frameRate } = timeline;
  const part = plainPart(timeline);
  const track = trackIn(programme, heard.track);
  if (part && track && !programme.sound.some(({ mixed }) => mixed !== undefined)) {
    const zero = sampleAt(part.from, frameRate, sampleRate);
    const moved = { from: span.from + zero, to: span.to + zero, sampleRate };
    const effects = effectFilters(programme.sound, { zero, frameRate, sampleRate });
    const reading = readTrack(source, track, moved, effects, firstInput);
    return zero === 0 ? reading : followedBy(reading, { name: "asetpts", options: { expr: `PTS-(${zero})` } });
  }
  return programme.sound.reduce<Reading>(
    (before, step) => {
      if (!step.mixed) return followedBy(before, ...effectFilters([step], { zero: 0, frameRate, sampleRate }));
      return mixedIn(before, programme, heard, step, span, firstInput + before.inputs.length);
    },
    inPieces(programme, heard, span, firstInput),
  );
}

/** What the clips of a span play, one behind the other. */
function inPieces(programme: Programme, heard: TrackAtRate, span: SampleSpan, firstInput: number): Reading {
  const readings = readInTurn(piecesOf(programme, heard.sampleRate, span), firstInput, (piece, input) =>
    readPiece(programme, heard, piece, input),
  );
  const [reading, second] = readings;
  if (reading && !second) return followedBy(reading, numbered(span.from));
  const joined = joinedBy({ name: "concat", options: { n: readings.length, v: 0, a: 1 } }, readings);
  // concat counts microseconds.
  return followedBy(joined, { name: "asettb", options: { expr: `1/${heard.sampleRate}` } }, numbered(span.from));
}

/** The track of a programme that is heard where another one's is asked for: the same, its language, or the usual one. */
function trackIn({ source: { audio } }: Programme, asked: AudioTrack): AudioTrack | undefined {
  return (
    audio.find((track) => track === asked) ??
    audio.find(({ language }) => language === asked.language && language !== "und") ??
    audio.find(({ isDefault }) => isDefault) ??
    audio[0]
  );
}

const numbered = (from: number): Filter => ({ name: "asetpts", options: { expr: `NB_CONSUMED_SAMPLES+(${from})` } });

const silence = (samples: number, sampleRate: number): Reading => ({
  inputs: [],
  filters: [
    { name: "anullsrc", options: { sample_rate: sampleRate, channel_layout: "stereo" }, inputs: [] },
    { name: "atrim", options: { end_sample: samples } },
    STEREO,
  ],
});

/** Both as loud as they are: otherwise the one would get softer where the other sounds. */
const MIX: Filter = { name: "amix", options: { inputs: 2, normalize: 0, duration: "first" } };

/** Adds the sound of a layer to that of a span, where something of it is heard there. */
function mixedIn(
  before: Reading,
  { source, timeline: { frameRate } }: Programme,
  { sampleRate }: TrackAtRate,
  { mixed, timedFrom = 0 }: SoundFilters,
  span: SampleSpan,
  firstInput: number,
): Reading {
  const track = mixed?.source.audio.find(({ isDefault }) => isDefault) ?? mixed?.source.audio[0];
  if (!mixed || !track) return before;
  const [start, end] = [mixed.from - timedFrom, mixed.to - timedFrom].map((frame) =>
    sampleAt(frame, frameRate, sampleRate),
  ) as [number, number];
  const [from, to] = [Math.max(span.from, start), Math.min(span.to, end)];
  if (from >= to) return before;
  const reading = sounds(mixed, { track, sampleRate }, { from: from - start, to: to - start }, firstInput);
  const placed = followedBy(
    reading,
    // Mixing counts samples and looks at no time stamp: both sides begin together and are as long as each other.
    numbered(0),
    ...(from === span.from ? [] : [{ name: "adelay", options: { delays: `${from - span.from}S`, all: 1 } }]),
    { name: "apad" },
    { name: "atrim", options: { end_sample: span.to - span.from } },
  );
  const layer = ofSource(placed, mixed.source.version, source.version);
  return {
    ...followedBy(before, { ...MIX, inputs: [{ filters: [] }, asInput(layer)] }, numbered(span.from)),
    inputs: [...before.inputs, ...layer.inputs],
  };
}

/** A part of a clip's sound: samples [from, to), counted from the clip's earlier end in its footage. */
interface Piece extends SampleSpan {
  readonly clip: Clip;
}

/** What a span of a timeline plays. The first clip reaches back and the last one on as far as is wanted. */
function piecesOf({ timeline }: Programme, sampleRate: number, span: SampleSpan): readonly Piece[] {
  const frames = timelineFrames(timeline);
  let frame = 0;
  return timeline.clips.flatMap((clip, index) => {
    const [start, end] = [frame, frame + clip.frames].map((at) => sampleAt(at, timeline.frameRate, sampleRate)) as [
      number,
      number,
    ];
    frame += clip.frames;
    const from = index === 0 ? span.from : Math.max(span.from, start);
    const to = frame === frames ? span.to : Math.min(span.to, end);
    if (from >= to) return [];
    return clip.isReversed
      ? [{ clip, from: end - to, to: end - from }]
      : [{ clip, from: from - start, to: to - start }];
  });
}

/** The samples of a piece, in the order in which they are heard. */
function readPiece(programme: Programme, heard: TrackAtRate, piece: Piece, firstInput: number): Reading {
  const { clip, from, to } = piece;
  const { sampleRate } = heard;
  const nearest = (rate: number): number =>
    round(multiply(divide(clip.from, programme.timeline.frameRate), rational(rate)));
  if (clip.speed.num === 0) return silence(to - from, sampleRate);
  const turned: readonly Filter[] = clip.isReversed ? [{ name: "areverse" }] : [];
  if (equals(clip.speed, ONE)) {
    const zero = nearest(sampleRate);
    const samples = { from: zero + from, to: zero + to };
    return followedBy(readSamples(programme, heard, clip.of, samples, firstInput), ...turned);
  }
  // Sound at another pace is read at the rate that it was recorded at.
  const sourceRate = clip.of ? sampleRate : (trackIn(programme, heard.track)?.sampleRate ?? sampleRate);
  const { samples, filters } = pacing({ zero: nearest(sourceRate), speed: clip.speed, sampleRate, sourceRate }, piece);
  const reading = readSamples(programme, { ...heard, sampleRate: sourceRate }, clip.of, samples, firstInput);
  return followedBy(reading, ...filters, ...turned);
}

/** Samples [from, to) of what a clip plays, with their numbers there as time stamps. */
function readSamples(
  programme: Programme,
  heard: TrackAtRate,
  of: Footage | undefined,
  span: SampleSpan,
  firstInput: number,
): Reading {
  const { source } = programme;
  if (of && isCrossing(of)) return readCrossing(programme, heard, of, span, firstInput);
  if (of) return ofSource(sounds(of, heard, span, firstInput), of.source.version, source.version);
  const track = trackIn(programme, heard.track);
  if (!track) return followedBy(silence(span.to - span.from, heard.sampleRate), numbered(span.from));
  return readTrack(source, track, { ...span, sampleRate: heard.sampleRate }, [], firstInput);
}

/** Samples [from, to) of a track of the source; `effects` find them numbered so. */
function readTrack(
  source: Source,
  track: AudioTrack,
  span: SampleSpan & { sampleRate: number },
  effects: readonly Filter[],
  firstInput: number,
): Reading {
  const { streamIndex, unpackedInto: into } = track;
  const seeks = audioSeeks(source, track, rational(span.from, span.sampleRate));
  return {
    inputs: [{ ...(into && { unpacked: { streamIndex, into } }), seeks }],
    stream: { input: firstInput, streamIndex: into ? 0 : streamIndex },
    filters: sourceSamples(source, track, span, effects),
  };
}

/** One programme's sound fades out while the other's fades in, each evenly, over all of a crossing. */
function readCrossing(
  around: Programme,
  heard: TrackAtRate,
  { first, firstFrom, second, frames }: Crossing,
  span: SampleSpan,
  firstInput: number,
): Reading {
  const { frameRate } = around.timeline;
  const samplesOf = (count: number): number => sampleAt(count, frameRate, heard.sampleRate);
  const parts = [
    { of: first, shift: samplesOf(firstFrom), type: "out" },
    { of: second, shift: 0, type: "in" },
  ];
  const readings = readInTurn(parts, firstInput, ({ of, shift, type }, input) =>
    followedBy(
      readSamples(around, heard, of, { from: span.from + shift, to: span.to + shift }, input),
      numbered(span.from),
      { name: "afade", options: { type, start_sample: 0, nb_samples: samplesOf(frames), curve: "tri" } },
    ),
  );
  return followedBy(joinedBy(MIX, readings), numbered(span.from));
}
