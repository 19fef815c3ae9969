/** From the sound of a programme to a picture of its peaks. */

import { toNumber } from "#transformation";
import type { OutputColour } from "../colour.ts";
import { sampleAt, secondsOf } from "../grid.ts";
import { area, opacityOf } from "../paint.ts";
import { timelineFrames } from "../programme.ts";
import type { Waveform } from "../waveform.ts";
import { asInput, type Reading } from "./reading.ts";
import { sounds } from "./sounds.ts";

/** Samples of each channel that are held until the last one has come: 128 MB. */
const MOST_SAMPLES = 2 ** 25;

/** What the peaks of long sound are taken from: little is louder above its half. */
const COARSE_RATES = [48_000, 32_000, 16_000, 8000] as const;

/** The track's own samples, fewer where they are too many to be held, more where columns would be left without one. */
function sampleRateFor({ heard: { timeline }, track, size }: Waveform): number {
  const seconds = toNumber(secondsOf(timelineFrames(timeline), timeline.frameRate));
  const held = [track.sampleRate, ...COARSE_RATES].find((rate) => rate * seconds <= MOST_SAMPLES) ?? 8000;
  return held * Math.ceil(size.width / Math.max(1, Math.floor(held * seconds)));
}

/** One picture that can be seen through where there is no sound, in a stream's colour. */
export function drawnSound(waveform: Waveform, working: OutputColour, firstInput: number): Reading {
  const { heard, track, size, colour } = waveform;
  const { frameRate } = heard.timeline;
  const sampleRate = sampleRateFor(waveform);
  const span = { from: 0, to: sampleAt(timelineFrames(heard.timeline), frameRate, sampleRate) };
  const { inputs, ...reading } = sounds(heard, { track, sampleRate }, span, firstInput);
  const opacity = opacityOf(colour);
  const peaks = {
    name: "showwavespic",
    // Both channels over each other, so that a column is as high as the louder one; full: as opaque as it is high.
    options: { s: `${size.width}x${size.height}`, colors: "white|white", filter: "peak", draw: "full" },
    // Few large frames: each that is held takes memory of its own.
    inputs: [{ ...asInput({ inputs, ...reading }, LARGE_FRAMES), media: "audio" as const }],
  };
  const shape = [peaks, { name: "setpts", options: { expr: 0 } }, { name: "alphaextract" }];
  return {
    inputs,
    filters: [
      { name: "alphamerge", inputs: [area(`${colour.slice(0, 6)}ff`, size, working), { filters: shape }] },
      ...(opacity < 1 ? [{ name: "lutyuv", options: { a: `val*${opacity.toFixed(3)}` } }] : []),
    ],
  };
}

const LARGE_FRAMES = { name: "asetnsamples", options: { n: 65_536, p: 0 } };
