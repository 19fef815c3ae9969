/** The story of passing through: which tracks of a source may be copied, found out by the cheapest question first. */

import {
  AUDIO_CODECS,
  type AudioTrack,
  audioSpecificConfig,
  type Copyable,
  type CopyablePicture,
  codecStringOf,
  entryBox,
  type Grid,
  mayPassSound,
  PASSING,
  type Probe,
  passingCodec,
  planDelivery,
  timeZero,
  type VideoTrack,
} from "#media";
import { Problem, parseRational, ZERO } from "#transformation";
import { picturesOnGrid, soundOnGrid } from "./copyable-packets.ts";
import type { PacketList, ProbedFrame, ProbedStream } from "./ffprobe.ts";
import type { PacketCopier } from "./packet-copier.ts";

/** What the other questions have told of a source. */
export interface Gathered {
  readonly streams: readonly ProbedStream[];
  readonly decoded: readonly ProbedFrame[];
  readonly packets: PacketList;
}

/** A probe with what is to be said of tracks that may be copied. */
export async function withCopyable(probe: Probe, gathered: Gathered, copier: PacketCopier): Promise<Probe> {
  if (!gathered.packets.complete) return probe;
  const source = { ...probe, version: "", digest: "", bytes: 0 };
  const { grid } = planDelivery([], source);
  const { video } = probe;
  const [picture, ...sounds] = await Promise.all([
    video && orUndefined(() => copyablePicture(probe.container, video, gathered, grid, copier)),
    ...probe.audio.map((track) => orUndefined(() => copyableSound(probe, track, gathered, grid, copier))),
  ]);
  return {
    ...probe,
    ...(video && { video: { ...video, ...(picture && { copyable: picture as CopyablePicture }) } }),
    audio: probe.audio.map((track, index) => ({ ...track, ...(sounds[index] && { copyable: sounds[index] }) })),
  };
}

/** What cannot be found out is not copied. */
async function orUndefined<Each>(ask: () => Promise<Each | undefined>): Promise<Each | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Problem && error.code !== "cancelled") return undefined;
    throw error;
  }
}

const packetsOf = ({ packets }: Gathered, streamIndex: number) =>
  packets.head.filter(({ stream }) => stream === streamIndex);

async function copyablePicture(
  container: string,
  track: VideoTrack,
  gathered: Gathered,
  grid: Grid,
  copier: PacketCopier,
): Promise<CopyablePicture | undefined> {
  const codec = passingCodec(container, track);
  const packets = packetsOf(gathered, track.streamIndex);
  const onGrid = codec && picturesOnGrid(packets, track, grid);
  if (!onGrid) return undefined;
  const [init, units] = await Promise.all([
    copier.init("video", track.streamIndex, PASSING[codec].options),
    copier.units(track.streamIndex, PASSING[codec]),
  ]);
  const codecString = codecStringOf(init);
  // A decoder in a browser gives up where one that encodes would conceal.
  const isClean =
    !units.isDamaged && units.keys === packets.filter(({ key }) => key).length && units.parameterSets <= 1;
  if (!isClean || !PASSING[codec].isPlayed(codecString) || !hasLongLengths(init, codec)) return undefined;
  return { codecString, ...onGrid };
}

/** Where the byte lies that says by how many bytes the length of a NAL unit is written, less one (ISO/IEC 14496-15). */
const LENGTH_SIZES: Readonly<Record<string, readonly [box: string, at: number]>> = {
  h264: ["avcC", 4],
  h265: ["hvcC", 21],
};

/** Four bytes, as Common Encryption reads samples here and as good as everybody writes them. */
function hasLongLengths(init: Uint8Array, codec: string): boolean {
  const [box, at] = LENGTH_SIZES[codec] ?? [];
  return box === undefined || at === undefined || ((entryBox(init, box)?.[at] ?? 0) & 3) === 3;
}

async function copyableSound(
  probe: Probe,
  track: AudioTrack,
  gathered: Gathered,
  grid: Grid,
  copier: PacketCopier,
): Promise<Copyable | undefined> {
  const { streamIndex, sampleRate } = track;
  const heard = gathered.decoded.filter((frame) => frame.stream_index === streamIndex);
  const timeBase = parseRational(gathered.streams.find(({ index }) => index === streamIndex)?.time_base ?? "") ?? ZERO;
  const lengths = heard.map((frame) => frame.nb_samples);
  if (timeBase.num === 0 || !mayPassSound(probe.container, track, lengths)) return undefined;
  const zero = timeZero({ ...probe, version: "", digest: "", bytes: 0 });
  const onGrid = soundOnGrid(packetsOf(gathered, streamIndex), { timeBase, sampleRate, zero }, grid);
  if (!onGrid) return undefined;
  const init = await copier.init("audio", streamIndex, []);
  const codecString = codecStringOf(init);
  const [first = 0, second = 0] = audioSpecificConfig(entryBox(init, "esds") ?? new Uint8Array());
  const isRateByIndex = (((first & 7) << 1) | (second >> 7)) < 15;
  const channels = (second >> 3) & 15;
  // Without a number of channels there is a program config element, which few players read.
  const isPlain = isRateByIndex && channels === track.channels && codecString === AUDIO_CODECS.aac.codecString;
  return isPlain ? { codecString, ...onGrid } : undefined;
}
