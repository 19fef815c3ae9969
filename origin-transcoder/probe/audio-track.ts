/** Puts together what ffprobe says of an audio track. Pure. */

import type { AudioTrack, PacketSplitter } from "#media";
import { divide, multiply, parseRational, type Rational, rational, round } from "#transformation";
import { blockClock } from "./block-clock.ts";
import type { PacketList, ProbedFrame, ProbedPacket, ProbedStream } from "./ffprobe.ts";
import { sampleClock, VARIABLE_FRAME_CODECS } from "./sample-clock.ts";

/** The track, or undefined where nothing of it decodes. */
export function audioTrack(
  stream: ProbedStream,
  frames: readonly ProbedFrame[],
  packets: PacketList,
): AudioTrack | undefined {
  const heard = frames.filter((frame) => frame.stream_index === stream.index && frame.media_type === "audio");
  const timeBase = parseRational(stream.time_base ?? "");
  const sampleRate = Number(stream.sample_rate ?? 0);
  const start = timeBase && firstTicks(heard, timeBase, sampleRate);
  if (!timeBase || start === undefined || !(sampleRate >= 1000 && sampleRate <= 768_000) || (stream.channels ?? 0) < 1)
    return undefined;
  const toSamples = (ticks: number) => round(multiply(multiply(rational(ticks), timeBase), rational(sampleRate)));
  const unpackedInto = splitterOf(stream, heard, packets.head, toSamples);
  const rates = { timeBase, sampleRate };
  const clock = unpackedInto ? undefined : sampleClock(stream, heard, packets, rates);
  const blocks = VARIABLE_FRAME_CODECS.has(stream.codec_name ?? "") ? blockClock(heard, rates) : undefined;
  // Packets come in order: the last few hold the end.
  const ends = packets.tail.slice(-50).map(({ pts, duration }) => (pts === undefined ? start : pts + (duration ?? 0)));
  const end = Math.max(start + 1, ...(ends.length > 0 ? ends : [start + (stream.duration_ts ?? 0)]));
  const { language, title } = stream.tags ?? {};
  return {
    streamIndex: stream.index,
    codec: stream.codec_name ?? "unknown",
    ...(stream.profile !== undefined && { profile: stream.profile }),
    language: languageTag(language),
    ...(title !== undefined && title !== "" && { title: title.slice(0, 80) }),
    isDefault: stream.disposition?.["default"] === 1,
    channels: stream.channels ?? 2,
    ...(stream.channel_layout !== undefined && { channelLayout: stream.channel_layout }),
    sampleRate,
    startSample: toSamples(start),
    endSample: Math.max(toSamples(start) + 1, toSamples(end)),
    ...(clock && { clock }),
    ...(blocks && { blocks }),
    ...(unpackedInto && { unpackedInto }),
  };
}

/** Of these ffmpeg (5.1) decodes one frame a packet, though phones put ten into each. */
const SPLITTERS: Readonly<Record<string, PacketSplitter>> = { amr_nb: "amr", amr_wb: "amr" };

/** What gives a track's frames one by one; undefined where its packets hold no more than was decoded of them. */
function splitterOf(
  { codec_name: codec = "" }: ProbedStream,
  heard: readonly ProbedFrame[],
  packets: readonly ProbedPacket[],
  toSamples: (ticks: number) => number,
): PacketSplitter | undefined {
  const longest = Math.max(0, ...packets.map(({ duration }) => toSamples(duration ?? 0)));
  return longest > Math.max(...heard.map((frame) => frame.nb_samples ?? 0)) ? SPLITTERS[codec] : undefined;
}

/** When the first frame begins: its own time stamp, or counted back from the first one that has any (ASF leaves gaps). */
function firstTicks(heard: readonly ProbedFrame[], timeBase: Rational, sampleRate: number): number | undefined {
  const stamped = heard.findIndex((frame) => frame.pts !== undefined);
  if (stamped < 0) return heard[0]?.best_effort_timestamp;
  const before = heard.slice(0, stamped).reduce((sum, frame) => sum + (frame.nb_samples ?? 0), 0);
  return (heard[stamped]?.pts ?? 0) - round(divide(rational(before, sampleRate), timeBase));
}

/** BCP 47 of a container's ISO 639-2 code: `eng` becomes `en`; `und` where there is none. */
export function languageTag(code: string | undefined): string {
  try {
    return Intl.getCanonicalLocales(code ?? "und")[0] ?? "und";
  } catch {
    return "und";
  }
}
