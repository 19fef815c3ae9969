/** The story of a probe: what is this file, can it be played, and everything that plans need to know of it. */

import {
  type AudioTrack,
  type ChapterMark,
  type Container,
  containerOf,
  type JobSource,
  type Probe,
  SNIFF_BYTES,
  type VideoTrack,
} from "#media";
import { multiply, Problem, parseRational, rational } from "#transformation";
import type { Services } from "../services.ts";
import type { OpenSource } from "../sources/source-cache.ts";
import { audioTrack, languageTag } from "./audio-track.ts";
import {
  type Ffprobe,
  ffprobe,
  type PacketList,
  type ProbedChapter,
  type ProbedFrame,
  type ProbedPacket,
  type ProbedStream,
} from "./ffprobe.ts";
import { packetCopier } from "./packet-copier.ts";
import { type Gathered, withCopyable } from "./passing.ts";
import { isPicture, videoTrack } from "./video-track.ts";

/** Up to here every packet is listed, which gives an exact length and an index of key pictures; beyond, both ends. */
const FULL_SCAN_BYTES = 256 * 2 ** 20;

/** Packets to decode for a first picture and the first sound: more only where these give none. */
const FIRST_PACKETS = [80, 1500] as const;

/** What a large file is judged by: its first packets, and those of its last seconds. */
const HEAD_INTERVAL = "%+#2000";
const TAIL_SECONDS = 20;

/** @throws Problem `not-playable` that says why, `source-unreadable` */
export async function probeSource(
  source: Omit<JobSource, "container">,
  services: Services,
  signal?: AbortSignal,
): Promise<Probe> {
  const opened = await services.sources.open({ ...source, container: "" });
  try {
    return await probeOpened(source.bytes, opened, services, signal);
  } finally {
    opened.release();
  }
}

async function probeOpened(
  bytes: number,
  opened: OpenSource,
  services: Services,
  signal?: AbortSignal,
): Promise<Probe> {
  const container = containerOf(await opened.read(0, Math.min(SNIFF_BYTES, bytes)));
  if (!container)
    throw new Problem(
      "not-playable",
      "This is no video or audio file: its first bytes belong to no container that is taken.",
    );
  const probe = ffprobe(services.config.ffprobe, () => opened.input(container.demuxer), signal);
  try {
    const copier = packetCopier(services.config.ffmpeg, () => opened.input(container.demuxer), signal);
    const { found, gathered } = await probeContainer(container, bytes, probe);
    return await withCopyable(found, gathered, copier);
  } finally {
    await probe.end();
  }
}

async function probeContainer(
  container: Container,
  bytes: number,
  probe: Ffprobe,
): Promise<{ readonly found: Probe; readonly gathered: Gathered }> {
  const [{ streams, startTime, durationSeconds, chapters }, ...first] = await Promise.all([
    probe.streams(),
    probe.firstFrames("V", FIRST_PACKETS[0]),
    probe.firstFrames("a", FIRST_PACKETS[0]),
  ]);
  const wanted = streams.filter((stream) => isPicture(stream) || stream.codec_type === "audio");
  if (wanted.length === 0)
    throw new Problem("not-playable", `This ${container.extensions[0]} file holds neither picture nor sound.`);
  const decoded = await enoughFrames(wanted, first.flat(), probe);
  const packets = await packetsOf(probe, bytes <= FULL_SCAN_BYTES, durationSeconds);
  const { video, audio } = tracksOf(wanted, decoded, packets);
  if (!video && audio.length === 0) throw undecodable(wanted);
  const found: Probe = {
    container: container.demuxer,
    containerStart: parseRational(startTime) ?? rational(0),
    ...(video && { video }),
    audio,
    subtitles: streams
      .filter((stream) => stream.codec_type === "subtitle")
      .map((stream) => ({
        streamIndex: stream.index,
        codec: stream.codec_name ?? "unknown",
        language: languageTag(stream.tags?.["language"]),
        ...(stream.tags?.["title"] !== undefined && { title: stream.tags["title"].slice(0, 100) }),
        ...(stream.disposition?.["forced"] === 1 && { isForced: true }),
      })),
    ...(chapters.length > 0 && { chapterMarks: chapters.slice(0, MAX_CHAPTERS).flatMap(chapterMark) }),
  };
  return { found, gathered: { streams, decoded, packets } };
}

/** More are no help to anybody who looks for a place. */
const MAX_CHAPTERS = 500;

function chapterMark({ time_base, start, end, tags = {} }: ProbedChapter): readonly ChapterMark[] {
  const timeBase = parseRational(time_base);
  if (!timeBase || !Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start >= end) return [];
  const seconds = (ticks: number) => multiply(rational(ticks), timeBase);
  const title = tags["title"]?.slice(0, 200);
  return [{ start: seconds(start), end: seconds(end), ...(title !== undefined && { title }) }];
}

const codecOf = (stream: ProbedStream): string => stream.codec_name ?? "unknown";

const undecodable = (streams: readonly ProbedStream[]): Problem =>
  new Problem(
    "not-playable",
    `Nothing in this file can be decoded (${[...new Set(streams.map(codecOf))].join(", ")}).`,
  );

/** Decodes further into the file where a stream has shown nothing yet: key pictures may be far apart, sound may start late. */
async function enoughFrames(
  streams: readonly ProbedStream[],
  frames: readonly ProbedFrame[],
  probe: Ffprobe,
): Promise<readonly ProbedFrame[]> {
  const silent = streams.some((stream) => !frames.some((frame) => frame.stream_index === stream.index));
  if (!silent) return frames;
  return (
    await Promise.all([probe.firstFrames("V", FIRST_PACKETS[1]), probe.firstFrames("a", FIRST_PACKETS[1])])
  ).flat();
}

async function packetsOf(probe: Ffprobe, complete: boolean, durationSeconds: number): Promise<PacketList> {
  if (complete) {
    const all = await probe.packets();
    return { head: all, tail: all, complete };
  }
  const tail = `${Math.max(0, durationSeconds - TAIL_SECONDS).toFixed(3)}%`;
  const [first, last] = await Promise.all([probe.packets(HEAD_INTERVAL), probe.packets(tail)]);
  return { head: first, tail: last, complete };
}

function tracksOf(
  streams: readonly ProbedStream[],
  frames: readonly ProbedFrame[],
  packets: PacketList,
): { video: VideoTrack | undefined; audio: readonly AudioTrack[] } {
  const packetsIn = ({ index }: ProbedStream): PacketList => {
    const own = (list: readonly ProbedPacket[]) => list.filter((packet) => packet.stream === index);
    return { head: own(packets.head), tail: own(packets.tail), complete: packets.complete };
  };
  const pictures = streams.filter(isPicture).map((stream) => videoTrack(stream, frames, packetsIn(stream)));
  const sounds = streams
    .filter((stream) => stream.codec_type === "audio")
    .map((stream) => audioTrack(stream, frames, packetsIn(stream)));
  return {
    video: pictures.find((track) => track !== undefined),
    audio: sounds.filter((track) => track !== undefined),
  };
}
