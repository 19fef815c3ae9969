/** Sources that exist only as facts, for tests of the pure rooms. */

import { rational } from "#transformation";
import type { AudioTrack, Source, VideoTrack } from "../source.ts";

export const videoTrackFacts = (facts: Partial<VideoTrack> = {}): VideoTrack => ({
  streamIndex: 0,
  codec: "h264",
  width: 1920,
  height: 1080,
  sampleAspect: rational(1),
  rotation: 0,
  timeBase: rational(1, 90_000),
  startTicks: 0,
  endTicks: 90_000 * 60,
  frameRate: rational(30),
  variableFrameRate: false,
  reordered: true,
  pixelFormat: "yuv420p",
  bitDepth: 8,
  colour: { range: "tv", primaries: "bt709", transfer: "bt709", matrix: "bt709" },
  ...facts,
});

export const audioTrackFacts = (facts: Partial<AudioTrack> = {}): AudioTrack => ({
  streamIndex: 1,
  codec: "aac",
  language: "en",
  isDefault: true,
  channels: 2,
  sampleRate: 48_000,
  startSample: 0,
  endSample: 48_000 * 60,
  ...facts,
});

/** A minute of 1080p30 with stereo sound in an MP4; `video: undefined` leaves the picture out. */
export function sourceFacts({
  video = videoTrackFacts(),
  ...facts
}: Partial<Source> & { silent?: boolean; soundOnly?: boolean } = {}): Source {
  const { silent, soundOnly, ...rest } = facts;
  return {
    version: "0123456789abcdef",
    digest: "sha-256:0123456789abcdef",
    bytes: 1_000_000,
    container: "mov",
    containerStart: rational(0),
    ...(!soundOnly && { video }),
    audio: silent ? [] : [audioTrackFacts()],
    subtitles: [],
    ...rest,
  };
}
