/** What is counted of a report that came with a request: what it tells by itself, no session being remembered. Pure. */

import { type DeliveryCount, HISTOGRAMS, observed, type PlaybackCount, type PlaybackCounters } from "#catalog";
import type { CmcdNumber, CmcdReport } from "./cmcd-keys.ts";

/** Of whom and what a count is. */
type Place = Pick<PlaybackCount, "minute" | "cloud" | "publicId" | "country" | "device">;

const NOT_SEEN = new Set(["aac", "vtt"]);

/** Whether a delivery is a segment of the picture that is watched: not of sound, subtitles or trick play. */
const isPicture = ({ product, codec, rung }: DeliveryCount): boolean =>
  product === "segment" && !NOT_SEEN.has(codec) && rung !== "iframes";

export const sumOf = (numbers: readonly CmcdNumber[] = []): number =>
  Math.round(numbers.reduce((sum, { value }) => sum + value, 0));

/** Of a list the number that is of pictures; without one that says so, the first. */
export const pictureNumber = (numbers: readonly CmcdNumber[] = []): number | undefined =>
  (numbers.find(({ of }) => of === "v" || of === "av") ?? numbers[0])?.value;

/** The bits of some playing time, where both are known: kilobits a second times milliseconds. */
export const rated = (kilobits: number | undefined, milliseconds: number): PlaybackCounters =>
  kilobits === undefined || milliseconds === 0
    ? {}
    : {
        ratedMilliseconds: milliseconds,
        ratedBits: Math.round(kilobits * milliseconds),
        ...observed(HISTOGRAMS.bitRate, kilobits, milliseconds),
      };

export const throughputOf = ({ mtp }: CmcdReport): PlaybackCounters =>
  mtp?.[0] === undefined ? {} : { throughputReports: 1, throughputKilobits: Math.round(mtp[0].value) };

/** Startup as the player measured it itself: said once a session and way of reporting. */
export const measuredStartup = (msd: number): PlaybackCounters => ({
  startups: 1,
  timedStartups: 1,
  startupMilliseconds: Math.round(msd),
  ...observed(HISTOGRAMS.startup, msd),
});

function mediaOf({ d = 0, br }: CmcdReport): PlaybackCounters {
  const milliseconds = Math.round(d);
  return { requestedMilliseconds: milliseconds, ...rated(pictureNumber(br), milliseconds) };
}

/** @param delivery what the request was answered with, as it is counted */
export function requestCount(report: CmcdReport, delivery: DeliveryCount): PlaybackCount {
  const { minute, cloud, publicId, codec, rung, country, device, product } = delivery;
  const isStream = product === "multivariant";
  return {
    ...{ minute, cloud, publicId, country, device, mode: "request" },
    // The multivariant playlist is of no rung.
    ...(isStream ? { codec: "", rung: "" } : { codec, rung }),
    reports: 1,
    ...(isStream && { views: 1 }),
    ...(isPicture(delivery) && mediaOf(report)),
    ...(product === "segment" && throughputOf(report)),
    ...(report.bs && { rebuffers: 1 }),
    ...(report.bsd && { rebufferMilliseconds: sumOf(report.bsd) }),
    ...(report.msd !== undefined && measuredStartup(report.msd)),
  };
}

/** A stream whose multivariant playlist could not be had: a view that failed before it began. */
export const failedStart = (place: Place): PlaybackCount => ({
  ...{ ...place, mode: "request", codec: "", rung: "" },
  ...{ reports: 1, views: 1, failedStarts: 1 },
});
