/** What a URL asks of a codec beside its name, held against what the codec can do: `vc_h264:baseline:3.1`, `br_2m:constant`. */

import { type Encoding, Problem } from "#transformation";
import { VIDEO_CODECS, type VideoStream } from "./codecs.ts";

/** Whether a codec can make a stream as it is asked for. */
export function makes(codec: keyof typeof VIDEO_CODECS, stream: VideoStream): boolean {
  const { smallestSide, limits, holdsConstantRate, takesHighRange } = VIDEO_CODECS[codec];
  const level = stream.tuning?.level;
  return (
    Math.min(stream.width, stream.height) >= smallestSide &&
    (level === undefined || !limits || limits.level(stream) <= Number(level) * 10) &&
    (holdsConstantRate || !stream.isConstantRate) &&
    (takesHighRange || !stream.colour.range)
  );
}

/** The codecs that can be tuned by a URL, by their names there. */
const limitsOf = (codec: string) =>
  codec === "h264" || codec === "h265" || codec === "av1" ? VIDEO_CODECS[codec].limits : undefined;

const refused = (codec: string, detail: string): Problem =>
  new Problem("invalid-value", detail, { parameter: "vc", nearest: `vc_${codec}` });

/** What is asked of no codec, or of one that knows no such thing, is refused by name. */
export function checkTuning({ videoCodec = "auto", codecTuning }: Encoding): void {
  if (!codecTuning) return;
  const limits = limitsOf(videoCodec);
  if (!limits) throw refused("h264", `Profiles and levels are named of h264 and h265, not of ${videoCodec}.`);
  const { profile } = codecTuning;
  if (profile !== undefined && !limits.profiles.includes(profile))
    throw refused(videoCodec, `${videoCodec} is coded in the profile ${limits.profiles.join(", ")} here.`);
}

/** Why a codec does not make a stream. */
export function notMade(codec: string, { width, height, tuning, isConstantRate, colour }: VideoStream): Problem {
  const picture = `A picture of ${width}x${height}`;
  if (tuning?.level !== undefined)
    return refused(
      codec,
      `${picture} at this rate is beyond level ${tuning.level} of ${codec}. Make it smaller (w_, h_, fps_, br_), or name no level.`,
    );
  if (colour.range && codec === "h264")
    return new Problem("conflicting-parameters", "h264 keeps no high dynamic range; h265 and av1 do.", {
      parameter: "dr",
      nearest: "vc_h265",
    });
  if (isConstantRate)
    return new Problem("invalid-value", `${codec} keeps to no constant rate here; leave out :constant.`, {
      parameter: "br",
    });
  return new Problem("invalid-value", `${picture} is too small or too narrow for ${codec}.`, { parameter: "w" });
}
