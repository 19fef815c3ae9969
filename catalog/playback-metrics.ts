/** PLAYBACK: what reports of players are told apart by, and what follows from them. One entry a name. */

import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { bucketSums, HISTOGRAMS } from "./histograms.ts";
import { type Ledger, total } from "./ledger.ts";
import { percentiles } from "./percentiles.ts";
import { playback } from "./schema.ts";

/** What only events tell: NULL of requests. */
const ofEvents = (column: SQLWrapper): SQL<number | null> =>
  sql`sum(case when ${playback.mode} = 'event' then ${column} end)`;

/** What requests tell in version 2 alone: NULL where none has. */
const whereTold = (column: SQLWrapper): SQL<number | null> =>
  sql`case ${playback.mode} when 'event' then ${total(column)} else nullif(sum(${column}), 0) end`;

const inSeconds = (milliseconds: SQLWrapper): SQL<number | null> => sql`${milliseconds} / 1000.0`;

/** NULL where there is nothing to divide by: what was not measured is not zero. */
const ratio = (of: SQLWrapper, by: SQLWrapper, digits = 6): SQL<number | null> =>
  sql`round(1.0 * sum(${of}) / nullif(sum(${by}), 0), ${sql.raw(String(digits))})`;

/** Time in which media was seen: played where players say so, else requested. */
const seenMilliseconds = sql`(${playback.playedMilliseconds} + case when ${playback.mode} = 'request' then ${playback.requestedMilliseconds} else 0 end)`;

export const PLAYBACK = {
  table: playback,
  dimensions: {
    mode: playback.mode,
    public_id: playback.publicId,
    codec: playback.codec,
    rung: playback.rung,
    country: playback.country,
    device: playback.device,
  },
  // Requests and events of one player tell of the same views.
  apart: ["mode"],
  metrics: {
    reports: { title: "Reports read", unit: "reports", expression: total(playback.reports) },
    views: { title: "Views attempted", unit: "views", expression: total(playback.views) },
    startups: { title: "Views that showed a picture", unit: "views", expression: whereTold(playback.startups) },
    startup_seconds: {
      title: "Mean time until the first picture",
      unit: "seconds",
      expression: ratio(playback.startupMilliseconds, sql`1000 * ${playback.timedStartups}`, 3),
    },
    ...percentiles({
      metric: "startup_seconds",
      title: "Time until the first picture",
      unit: "seconds",
      histogram: HISTOGRAMS.startup,
      sums: bucketSums(HISTOGRAMS.startup, playback),
      scale: 0.001,
      digits: 3,
    }),
    failed_starts: {
      title: "Views that failed before a picture",
      unit: "views",
      expression: total(playback.failedStarts),
    },
    fatal_errors: { title: "Views ended by an error", unit: "views", expression: ofEvents(playback.fatalErrors) },
    errors: { title: "Errors told of", unit: "errors", expression: ofEvents(playback.errors) },
    rebuffers: { title: "Stalls", unit: "stalls", expression: total(playback.rebuffers) },
    rebuffer_seconds: {
      title: "Time stalled",
      unit: "seconds",
      expression: inSeconds(whereTold(playback.rebufferMilliseconds)),
    },
    played_seconds: {
      title: "Time played",
      unit: "seconds",
      expression: inSeconds(ofEvents(playback.playedMilliseconds)),
    },
    requested_seconds: {
      title: "Playing time of video requested",
      unit: "seconds",
      expression: inSeconds(total(playback.requestedMilliseconds)),
    },
    rebuffer_ratio: {
      title: "Share of the time stalled",
      unit: "ratio",
      expression: ratio(
        sql`case when ${playback.mode} = 'event' then ${playback.rebufferMilliseconds} end`,
        sql`case when ${playback.mode} = 'event' then ${playback.rebufferMilliseconds} + ${playback.playedMilliseconds} end`,
      ),
    },
    ...percentiles({
      metric: "rebuffer_ratio",
      title: "Share of a minute of viewing stalled",
      unit: "ratio",
      histogram: HISTOGRAMS.stalled,
      sums: bucketSums(HISTOGRAMS.stalled, playback),
      scale: 0.001,
      digits: 6,
    }),
    rebuffers_per_hour: {
      title: "Stalls in an hour of viewing",
      unit: "stalls an hour",
      expression: ratio(sql`3600000 * ${playback.rebuffers}`, seenMilliseconds, 3),
    },
    bit_rate: {
      title: "Mean bit rate of the video",
      unit: "bits per second",
      // Kilobits a second times milliseconds are bits.
      expression: ratio(sql`1000 * ${playback.ratedBits}`, playback.ratedMilliseconds, 0),
    },
    ...percentiles({
      metric: "bit_rate",
      title: "Bit rate of the video",
      unit: "bits per second",
      histogram: HISTOGRAMS.bitRate,
      sums: bucketSums(HISTOGRAMS.bitRate, playback),
      scale: 1000,
      digits: 0,
      // Who is served worst sees the least.
      percents: [5, 25, 50, 75, 95],
    }),
    throughput: {
      title: "Mean throughput that players measured",
      unit: "bits per second",
      expression: ratio(sql`1000 * ${playback.throughputKilobits}`, playback.throughputReports, 0),
    },
    dropped_frames: { title: "Frames dropped", unit: "frames", expression: ofEvents(playback.droppedFrames) },
  },
} as const satisfies Ledger;
