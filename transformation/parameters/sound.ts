/** Parameters of sound. */

import { encoding } from "../edit.ts";
import { volume } from "../encoding-values.ts";
import { parameter } from "../parameter.ts";
import { refuse } from "../unserved.ts";
import { oneOf } from "../values.ts";

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
    summary: "Audio codec: aac, or none for a video without sound; others stand for the format that holds them.",
    value: oneOf(["aac", "none", "mp3", "vorbis", "opus"]),
    scope: "delivery",
    touches: ["choice"],
    examples: ["none"],
    isDefault: (codec) => codec === "aac",
    apply: (edit, audioCodec) => {
      if (audioCodec === "aac" || audioCodec === "none") return encoding(edit, { audioCodec });
      return refuse(`ac_${audioCodec}`, "sound is coded as AAC.")(edit);
    },
  }),
  sampleRate: parameter({
    key: "af",
    summary: "Audio samples per second, or iaf to keep the source's.",
    value: oneOf([...SAMPLE_RATES, "iaf"]),
    scope: "delivery",
    touches: ["sound"],
    examples: ["44100", "iaf"],
    isDefault: (rate) => rate === "iaf",
    apply: (edit, rate) => encoding(edit, { sampleRate: rate === "iaf" ? "source" : Number(rate) }),
  }),
};
