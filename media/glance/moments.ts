/** Which moments of a source a glance is taken at. */

import { floor, multiply, type Rational, rational, toNumber } from "#transformation";
import { secondsOf } from "../grid.ts";
import type { Source, VideoTrack } from "../source.ts";

/** Enough for a film's scenes to be among them; each costs the decoding of a key picture and a few behind it. */
const MOST_MOMENTS = 9;

/** Closer ones show the same: a phone's picture that moves for three seconds is looked at three times. */
const MOMENT_SECONDS = 1;

/** The frames to look at: at equal distances, moved to key pictures where these are known and near, since they are decoded at once. */
export function momentsOf(frames: number, frameRate: Rational, video: VideoTrack): readonly number[] {
  const count = Math.max(
    1,
    Math.min(MOST_MOMENTS, Math.round(toNumber(secondsOf(frames, frameRate)) / MOMENT_SECONDS)),
  );
  const wanted = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * frames) / count));
  const keys = (video.keyframes?.pts ?? []).map((pts) =>
    floor(multiply(multiply(rational(pts - video.startTicks), video.timeBase), frameRate)),
  );
  const reach = frames / count / 2;
  const near = wanted.map((frame) => {
    const key = keys.reduce((best, at) => (Math.abs(at - frame) < Math.abs(best - frame) ? at : best), -frames);
    return Math.abs(key - frame) <= reach && key >= 0 && key < frames ? key : frame;
  });
  return [...new Set(near)];
}

/** Whether a source has a picture that nobody has looked at yet. */
export const isUnseen = ({ video, glance }: Source): boolean => video !== undefined && glance === undefined;
