/** Parameters of sound. */

import { AUDIO_CODEC_WORDS, encoding } from "../edit.ts";
import { volume } from "../encoding-values.ts";
import { parameter } from "../parameter.ts";
import { nothing, oneOf } from "../values.ts";

const SAMPLE_RATES = [
  "8000",
  "11025",
  "16000",
  "22050",
  "32000",
  "37800",
  "44056",
  "44100",
  "47250",
  "48000",
  "88200",
  "96000",
  "176400",
  "192000",
] as const;

export const sound = {
  volume: parameter({
    key: "e_volume",
    summary: "Louder or softer, in percent of the amplitude or in decibels; mute is silence.",
    value: volume(),
    scope: "component",
    touches: ["sound"],
    examples: ["50", "-3dB", "mute"],
    isDefault: (change) => ("percent" in change ? change.percent : change.decibels) === 0,
    apply: (edit, change) => ({ ...edit, volume: change }),
  }),
  audioCodec: parameter({
    key: "ac",
    summary:
      "Audio codec, of those that the format holds: aac, mp3, vorbis or opus; none leaves the sound out. Streams hold aac.",
    value: oneOf(AUDIO_CODEC_WORDS),
    scope: "delivery",
    touches: ["choice"],
    examples: ["none", "mp3"],
    apply: (edit, audioCodec) => encoding(edit, { audioCodec }),
  }),
  sampleRate: parameter({
    key: "af",
    summary:
      "Audio samples per second, or iaf to keep the source's. Streams have 32000, 44100 or 48000; what a codec does not know becomes 48000.",
    value: oneOf([...SAMPLE_RATES, "iaf"]),
    scope: "delivery",
    touches: ["sound"],
    examples: ["44100", "iaf"],
    isDefault: (rate) => rate === "iaf",
    apply: (edit, rate) => encoding(edit, { sampleRate: rate === "iaf" ? "source" : Number(rate) }),
  }),
  mono: parameter({
    key: "fl_mono",
    summary: "One channel instead of two.",
    value: nothing,
    scope: "delivery",
    touches: ["sound"],
    examples: [""],
    apply: (edit) => encoding(edit, { isMono: true }),
  }),
};
