/** AUDIO_CODECS: one entry says everything about one codec of the sound of streams. */

import type { Option } from "./codecs.ts";

export interface AudioStream {
  readonly sampleRate: number;
  readonly channels: number;
}

export interface AudioCodec {
  readonly name: string;
  readonly codecString: string;
  readonly frameSamples: number;
  /**
   * Frames of real signal encoded before and after a segment and thrown away: the transform overlaps its neighbours.
   * Measured: -45.5 dB at joins as in the middle, against -22.7 dB with the priming packet dropped only.
   */
  readonly framesBefore: number;
  readonly framesAfter: number;
  readonly bitsPerSecond: number;
  /** The largest rate of a segment: the encoder's bit reservoir lets single segments go beyond the mean. */
  readonly peakBitsPerSecond: number;
  readonly options: (stream: AudioStream) => readonly Option[];
}

export const AUDIO_CODECS = {
  aac: {
    name: "aac",
    // AAC-LC: every player has it, and Apple's list knows no other open one.
    codecString: "mp4a.40.2",
    frameSamples: 1024,
    framesBefore: 4,
    framesAfter: 2,
    bitsPerSecond: 136_000,
    peakBitsPerSecond: 150_000,
    options: ({ sampleRate, channels }) => [
      ["-c:a", "aac"],
      ["-b:a", "128k"],
      // No noise instead of noise-like bands: ffmpeg 5.1 takes a film's clicks and voices for noise where an encode is
      // short (measured on Big Buck Bunny: -20 dB of error in the worst 5 ms, -43 dB without; the same bits).
      ["-aac_pns", "0"],
      ["-ar", String(sampleRate)],
      ["-ac", String(channels)],
    ],
  },
} as const satisfies Record<string, AudioCodec>;

/** What the sound may be coded at: AAC decoders everywhere take these; others are resampled to 48 kHz. */
export const OUTPUT_SAMPLE_RATES: readonly number[] = [32_000, 44_100, 48_000];
